"""The documents: in their bucket, and as CloudFront serves them."""

import json
from collections.abc import Mapping

from jobpass_issuer.aws.cloudfront_site import DocumentSite
from jobpass_issuer.aws.s3_documents import DocumentBucket
from jobpass_issuer.domain.documents import RING_COPY, canonical, paths
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import KeyRing
from jobpass_issuer.domain.reconciliation import Published

SPOILT = "(spoilt)"


class DocumentStore:
    """What is published: read back, written where it differs, and seen to be served."""

    def __init__(self, bucket: DocumentBucket, site: DocumentSite, issuer: Issuer) -> None:
        self._bucket = bucket
        self._site = site
        self._jwks_keys = paths(issuer, issuer.jwks_url)
        self._discovery_keys = paths(issuer, issuer.discovery_url)

    def published(self) -> Published:
        """Return the documents in the bucket, the `kid`s of the JWK Set, and the copy of the ring beside them.

        Raises:
            DependencyError: S3 failed.
        """
        read = {key: self._bucket.read(key) for key in (*self._jwks_keys, *self._discovery_keys)}
        bodies = {key: body for key, body in read.items() if body is not None}
        return Published(_kids(read[self._jwks_keys[0]]), _ring(self._bucket.read(RING_COPY)), bodies)

    def publish(self, documents: Mapping[str, bytes]) -> None:
        """Write the documents that differ, and return once CloudFront serves them all.

        Raises:
            DependencyError: S3 or CloudFront failed, or what is served is not what was written.
        """
        changed = self._bucket.publish(documents)
        stale = changed or [key for key, body in documents.items() if not self._site.serves(key, body)]
        if stale:
            self._site.invalidate(stale)
        self._site.await_served(documents)

    def leave_copy(self, ring: KeyRing) -> None:
        """Leave a copy of the ring beside the documents, if the one there differs.

        Raises:
            DependencyError: S3 failed.
        """
        self._bucket.publish({RING_COPY: canonical(ring.to_document())})

    def withdraw(self, documents: Mapping[str, bytes]) -> None:
        """Delete the documents and the ring's copy.

        Raises:
            DependencyError: S3 failed.
        """
        self._bucket.withdraw([*documents, RING_COPY])


def _kids(jwks: bytes | None) -> tuple[str, ...]:
    """The `kid`s of a JWK Set; of one that is spoilt, a name that no key has: published it is, but not as ours."""
    if jwks is None:
        return ()
    try:
        return tuple(sorted(str(jwk["kid"]) for jwk in json.loads(jwks)["keys"]))
    except (ValueError, KeyError, TypeError):
        return (SPOILT,)


def _ring(copy: bytes | None) -> KeyRing | None:
    """The copy of the ring, or None where there is none that can be read."""
    try:
        return KeyRing.from_document(json.loads(copy)) if copy else None
    except (ValueError, KeyError, TypeError):
        return None
