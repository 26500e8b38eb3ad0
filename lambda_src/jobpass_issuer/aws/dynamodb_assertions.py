"""The client assertions that have been used: each proves its platform once."""

import secrets
from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.item import assertion_item
from jobpass_issuer.aws.sdk_failure import CONFIRMATION, code_of, confirmed, translated


class SpentAssertions:
    """The table as far as it keeps assertions: written, never read."""

    def __init__(self, dynamodb: Any, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def spend(self, platform: str, jti_sha256: str, expires_at: int) -> bool:
        """Return True for the first use of a platform's assertion, False for every other, also of two at once.

        Raises:
            DependencyError: DynamoDB failed; the assertion may be spent or not.
        """
        # The SDK writes again where an answer was lost: a number of this call's own tells that from somebody's replay.
        nonce = {"S": secrets.token_hex(16)}
        try:
            with translated("dynamodb:PutItem"):
                answer = self._put({**assertion_item(platform, jti_sha256, expires_at), "nonce": nonce}, nonce)
        except _SpentError:
            return False
        confirmed(answer, "dynamodb:PutItem")
        return True

    def _put(self, item: dict[str, Any], nonce: dict[str, str]) -> Any:
        try:
            return self._dynamodb.put_item(
                TableName=self._table_name,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR nonce = :nonce",
                ExpressionAttributeValues={":nonce": nonce},
                **CONFIRMATION,
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                raise _SpentError from None
            raise


class _SpentError(Exception):
    """The condition failed: somebody's request has used the assertion."""
