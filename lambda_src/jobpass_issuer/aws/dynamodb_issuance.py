"""What issuing a token reads: registration and key ring, in one strongly consistent call."""

from typing import Any

from jobpass_issuer.aws.failure import DependencyError, required, translated
from jobpass_issuer.aws.item import RING_KEY, job_key, registration_of, ring_of
from jobpass_issuer.domain.key_ring import KeyRing
from jobpass_issuer.domain.registration import Registration


class IssuanceTable:
    """The table as the token function sees it: it reads, and never writes."""

    def __init__(self, dynamodb: Any, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def read(self, job_id: str) -> tuple[Registration | None, KeyRing | None]:
        """Return the job's registration and the key ring as they are now, None for what is not there.

        Raises:
            DependencyError: DynamoDB failed, or answered in part.
        """
        keys = {"Keys": [job_key(job_id), RING_KEY], "ConsistentRead": True}
        with translated("dynamodb:BatchGetItem"):
            answer = self._dynamodb.batch_get_item(RequestItems={self._table_name: keys})
        if answer.get("UnprocessedKeys"):
            raise DependencyError("dynamodb:BatchGetItem", "UnprocessedKeys")
        found = required(answer, "Responses", "dynamodb:BatchGetItem").get(self._table_name, [])
        items = {item["pk"]["S"]: item for item in found}
        registration = items.get(job_key(job_id)["pk"]["S"])
        ring = items.get(RING_KEY["pk"]["S"])
        return registration_of(registration) if registration else None, ring_of(ring) if ring else None
