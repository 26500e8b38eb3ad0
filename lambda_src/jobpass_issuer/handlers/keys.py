"""The keys function: makes the issuer's signing keys and publishes its documents, when the deployment asks."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from jobpass_issuer.aws.client import client
from jobpass_issuer.aws.cloudfront_site import DocumentSite
from jobpass_issuer.aws.dynamodb_key_ring import KeyRingTable
from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.aws.kms_keys import KmsKeys
from jobpass_issuer.aws.s3_documents import DocumentBucket
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.documents import published_documents
from jobpass_issuer.domain.establishment import FIRST_STATES, first_ring
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_policy import KeyPolicy
from jobpass_issuer.domain.key_ring import KeyRing
from jobpass_issuer.handlers.custom_resource import respond
from jobpass_issuer.handlers.settings import KeysSettings
from jobpass_issuer.handlers.telemetry import count, logger

PHYSICAL_ID = "jobpass-issuer-documents"


@cache
def _settings() -> KeysSettings:
    return KeysSettings.read()


@cache
def _ring_table() -> KeyRingTable:
    return KeyRingTable(client("dynamodb"), _settings().table_name)


@cache
def _keys() -> KmsKeys:
    settings = _settings()
    policy = KeyPolicy(settings.partition, settings.account_id, settings.token_role_arn, settings.keys_role_arn)
    return KmsKeys(client("kms"), settings.issuer_name, policy)


@cache
def _bucket() -> DocumentBucket:
    return DocumentBucket(client("s3"), _settings().bucket_name)


@cache
def _site() -> DocumentSite:
    settings = _settings()
    return DocumentSite(client("cloudfront"), settings.distribution_id, settings.distribution_domain_name)


def handler(event: dict[str, Any], _context: object) -> None:
    """Carry out what CloudFormation asks for, and answer it whatever happens."""
    failure: str | None = None
    data: Mapping[str, str] = {}
    try:
        data = _retire() if event["RequestType"] == "Delete" else _establish()
    except DependencyError as error:
        logger.error("dependency failed", operation=error.operation, reason=error.reason)
        count("DependencyFailure", error.operation)
        failure = f"{error.operation} failed: {error.reason}"
    except Exception as error:  # noqa: BLE001 - CloudFormation would wait an hour for an answer
        logger.exception("fault")
        count("Fault")
        failure = f"the keys function failed ({type(error).__name__}); its log has more"
    respond(event, PHYSICAL_ID, failure, data)


def _establish() -> Mapping[str, str]:
    """See to it that the issuer has its keys and that its documents are served as the ring says."""
    ring = _ring_table().read()
    if not ring.keys:
        ring = _first_ring()
    documents = published_documents(Issuer(_settings().issuer_url), ring)
    changed = _bucket().publish(documents)
    if changed:
        _site().invalidate(changed, f"ring-{ring.version}-{int(time.time())}")
        logger.info("published", keys=changed, ring_version=ring.version)
        count("DocumentsPublished")
    _site().await_served(documents)
    return {"ActiveKid": ring.active.kid if ring.active else ""}


def _first_ring() -> KeyRing:
    algorithm = ALGORITHMS[_settings().signing_algorithm]
    keys = [_keys().create(algorithm) for _ in FIRST_STATES]
    ring = first_ring(keys, algorithm, int(time.time()))
    _ring_table().write(ring)
    logger.info("ring established", kids=[key.kid for key in ring.keys])
    return ring


def _retire() -> Mapping[str, str]:
    """Withdraw the documents and let the keys go, unless the deployment retains them."""
    settings = _settings()
    if settings.retention == "destroy":
        ring = _ring_table().read()
        _bucket().withdraw(list(published_documents(Issuer(settings.issuer_url), ring)))
        for key in ring.keys:
            _keys().schedule_deletion(key.key_arn)
        logger.info("withdrawn", kids=[key.kid for key in ring.keys])
    return {}
