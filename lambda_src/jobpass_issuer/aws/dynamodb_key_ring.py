"""The key ring's place in the table, written by the keys function alone."""

from typing import Any

from jobpass_issuer.aws.failure import CONFIRMATION, confirmed, translated
from jobpass_issuer.aws.item import RING_KEY, ring_item, ring_of
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing


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

    def write(self, ring: KeyRing) -> None:
        """Keep a ring that follows the one that is there (its version less one).

        Raises:
            DependencyError: DynamoDB failed, or another run wrote a ring meanwhile.
        """
        with translated("dynamodb:PutItem"):
            answer = self._dynamodb.put_item(
                TableName=self._table_name,
                Item=ring_item(ring),
                ConditionExpression="attribute_not_exists(pk) OR version = :previous",
                ExpressionAttributeValues={":previous": {"N": str(ring.version - 1)}},
                **CONFIRMATION,
            )
        confirmed(answer, "dynamodb:PutItem")
