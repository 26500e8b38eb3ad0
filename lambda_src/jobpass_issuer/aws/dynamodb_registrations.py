"""The registrations, as platforms make, read and end them."""

from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.failure import required
from jobpass_issuer.aws.item import job_key, registration_item, registration_of
from jobpass_issuer.aws.sdk_failure import CONFIRMATION, code_of, confirmed, translated
from jobpass_issuer.domain.registration import Registration


class RegistrationTable:
    """The table as the jobs function sees it."""

    def __init__(self, dynamodb: Any, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def add(self, registration: Registration) -> None:
        """Keep a new registration.

        Raises:
            DependencyError: DynamoDB failed, or a job of that identifier is there already.
        """
        with translated("dynamodb:PutItem"):
            answer = self._dynamodb.put_item(
                TableName=self._table_name,
                Item=registration_item(registration),
                ConditionExpression="attribute_not_exists(pk)",
                **CONFIRMATION,
            )
        confirmed(answer, "dynamodb:PutItem")

    def find(self, job_id: str, platform: str) -> Registration | None:
        """Return the platform's own job of that identifier, or None where it has none.

        Raises:
            DependencyError: DynamoDB failed.
        """
        with translated("dynamodb:GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table_name, Key=job_key(job_id), ConsistentRead=True, **CONFIRMATION
            )
        item = confirmed(answer, "dynamodb:GetItem").get("Item")
        return registration_of(item) if item and item["platform"]["S"] == platform else None

    def end(self, job_id: str, platform: str, now: int) -> Registration | None:
        """End the platform's own job and return it, or None where it has none; ending twice keeps the first time.

        Raises:
            DependencyError: DynamoDB failed.
        """
        try:
            with translated("dynamodb:UpdateItem"):
                answer = self._end(job_id, platform, now)
        except _NoSuchJobError:
            return None
        return registration_of(required(answer, "Attributes", "dynamodb:UpdateItem"))

    def _end(self, job_id: str, platform: str, now: int) -> Any:
        try:
            return self._dynamodb.update_item(
                TableName=self._table_name,
                Key=job_key(job_id),
                UpdateExpression="SET ended_at = if_not_exists(ended_at, :now)",
                ConditionExpression="platform = :platform",
                ExpressionAttributeValues={":now": {"N": str(now)}, ":platform": {"S": platform}},
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                raise _NoSuchJobError from None
            raise


class _NoSuchJobError(Exception):
    """The condition failed: no such job, or another platform's."""
