"""The key ring's place in the table, written by the keys function alone."""

from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.failure import DependencyError, required
from jobpass_issuer.aws.item import RING_KEY, ring_item, ring_of
from jobpass_issuer.aws.sdk_failure import CONFIRMATION, code_of, confirmed, translated
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing


class RingConflictError(DependencyError):
    """Another run wrote the ring meanwhile; that run, or the next, carries on."""


class KeyRingTable:
    """The table as the keys function sees it."""

    def __init__(self, dynamodb: Any, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def read(self) -> KeyRing:
        """Return the ring as it is now, empty where none was written yet.

        Raises:
            DependencyError: DynamoDB failed.
        """
        with translated("dynamodb:GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table_name, Key=RING_KEY, ConsistentRead=True, **CONFIRMATION
            )
        item = confirmed(answer, "dynamodb:GetItem").get("Item")
        return ring_of(item) if item else EMPTY

    def write(self, ring: KeyRing, expected_version: int) -> None:
        """Keep a ring in the place of one with the expected version, 0 for none.

        Raises:
            RingConflictError: the ring that is there has another version.
            DependencyError: DynamoDB failed.
        """
        try:
            with translated("dynamodb:PutItem"):
                answer = self._put(ring, expected_version)
        except _OtherVersionError:
            raise RingConflictError("dynamodb:PutItem", "ConditionalCheckFailedException") from None
        confirmed(answer, "dynamodb:PutItem")

    def _put(self, ring: KeyRing, expected_version: int) -> Any:
        condition = "version = :expected" if expected_version else "attribute_not_exists(pk)"
        values = {"ExpressionAttributeValues": {":expected": {"N": str(expected_version)}}} if expected_version else {}
        try:
            return self._dynamodb.put_item(
                TableName=self._table_name,
                Item=ring_item(ring),
                ConditionExpression=condition,
                **values,
                **CONFIRMATION,
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                raise _OtherVersionError from None
            raise

    def table_id(self) -> str:
        """Return the table's identifier, which a table restored from a backup does not share.

        Raises:
            DependencyError: DynamoDB failed.
        """
        with translated("dynamodb:DescribeTable"):
            answer = self._dynamodb.describe_table(TableName=self._table_name)
        table = required(answer, "Table", "dynamodb:DescribeTable")
        return str(required(table, "TableId", "dynamodb:DescribeTable"))


class _OtherVersionError(Exception):
    """The condition failed."""
