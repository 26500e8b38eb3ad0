"""The documents as CloudFront serves them: invalidated when they change, and looked at as a stranger would."""

import time
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any

from jobpass_issuer.aws.failure import DependencyError, required
from jobpass_issuer.aws.sdk_failure import translated

_TIMEOUT_SECONDS = 5
_PATIENCE_SECONDS = 60
_WAIT_SECONDS = 3


class DocumentSite:
    """The distribution that answers at the issuer's URL.

    It is asked by CloudFront's own name, which answers from the first moment; the DNS record of an own domain may be
    made later.
    """

    def __init__(self, cloudfront: Any, distribution_id: str, domain_name: str) -> None:
        self._cloudfront = cloudfront
        self._distribution_id = distribution_id
        self._domain_name = domain_name

    def invalidate(self, keys: Sequence[str]) -> None:
        """Have every edge forget these documents.

        Raises:
            DependencyError: CloudFront failed.
        """
        paths = [f"/{key}" for key in keys]
        batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": str(uuid.uuid4())}
        operation = "cloudfront:CreateInvalidation"
        with translated(operation):
            answer = self._cloudfront.create_invalidation(DistributionId=self._distribution_id, InvalidationBatch=batch)
            required(required(answer, "Invalidation", operation), "Id", operation)

    def serves(self, key: str, body: bytes) -> bool:
        """Whether a stranger gets this document byte for byte."""
        return self._fetch(key) == body

    def await_served(self, documents: Mapping[str, bytes]) -> None:
        """Return once CloudFront serves each document byte for byte.

        Raises:
            DependencyError: it does not after a minute for all of them together.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for key, body in documents.items():
            while not self.serves(key, body):
                if time.monotonic() > deadline:
                    raise DependencyError("cloudfront:GET", f"{key} is not served as published")
                time.sleep(_WAIT_SECONDS)

    def _fetch(self, key: str) -> bytes | None:
        url = f"https://{self._domain_name}/{key}"
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:
                body: bytes = response.read()
        except (OSError, HTTPException):
            return None
        return body
