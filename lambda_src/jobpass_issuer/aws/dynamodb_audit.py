"""How far the audit has come: its one item in the table, which no other function writes."""

from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.item import AUDIT_KEY
from jobpass_issuer.aws.sdk_failure import CONFIRMATION, code_of, confirmed, translated


class AuditProgress:
    """The end of what has been audited, in Unix seconds."""

    def __init__(self, dynamodb: Any, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def read(self) -> int | None:
        """Return it; None before the first run.

        Raises:
            DependencyError: DynamoDB failed.
        """
        with translated("dynamodb:GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table_name, Key=AUDIT_KEY, ConsistentRead=True, **CONFIRMATION
            )
        item = confirmed(answer, "dynamodb:GetItem").get("Item")
        return int(item["audited_until"]["N"]) if item else None

    def advance(self, until: int, expected: int | None) -> bool:
        """Write it down in the place of the expected; false where another run has written meanwhile.

        Raises:
            DependencyError: DynamoDB failed.
        """
        # Not `until`, which is a reserved word of expressions ("Reserved words in DynamoDB").
        condition = "attribute_not_exists(pk)" if expected is None else "audited_until = :expected"
        values = {} if expected is None else {"ExpressionAttributeValues": {":expected": {"N": str(expected)}}}
        with translated("dynamodb:PutItem"):
            try:
                answer = self._dynamodb.put_item(
                    TableName=self._table_name,
                    Item={**AUDIT_KEY, "audited_until": {"N": str(until)}},
                    ConditionExpression=condition,
                    **values,
                    **CONFIRMATION,
                )
            except ClientError as error:
                if code_of(error) == "ConditionalCheckFailedException":
                    return False
                raise
        confirmed(answer, "dynamodb:PutItem")
        return True
