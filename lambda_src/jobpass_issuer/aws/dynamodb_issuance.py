"""What issuing a token reads: registration and key ring, in one strongly consistent call."""

from jobpass_issuer.aws.failure import MALFORMED, DependencyError, required
from jobpass_issuer.aws.item import RING_KEY, job_key, registration_of, ring_of
from jobpass_issuer.aws.json_service import JsonService
from jobpass_issuer.domain.key_ring import KeyRing
from jobpass_issuer.domain.registration import Registration

_OPERATION = "dynamodb:BatchGetItem"


class IssuanceTable:
    """The table as the token function sees it: it reads, and never writes."""

    def __init__(self, dynamodb: JsonService, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def read(self, job_id: str) -> tuple[Registration | None, KeyRing | None]:
        """Return the job's registration and the key ring as they are now, None for what is not there.

        Raises:
            DependencyError: DynamoDB failed, or answered in part.
        """
        keys = {"Keys": [job_key(job_id), RING_KEY], "ConsistentRead": True}
        answer = self._dynamodb.call("BatchGetItem", {"RequestItems": {self._table_name: keys}})
        if answer.get("UnprocessedKeys"):
            raise DependencyError(_OPERATION, "UnprocessedKeys")
        responses = required(answer, "Responses", _OPERATION)
        try:
            items = {item["pk"]["S"]: item for item in responses.get(self._table_name, [])}
            registration = items.get(job_key(job_id)["pk"]["S"])
            ring = items.get(RING_KEY["pk"]["S"])
            return registration_of(registration) if registration else None, ring_of(ring) if ring else None
        except (LookupError, TypeError, ValueError, AttributeError):
            # Of another shape than was asked for. What is in it stays out of the words.
            raise DependencyError(_OPERATION, MALFORMED) from None
