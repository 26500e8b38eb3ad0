"""The keys function: keeps the signing keys and the documents, for the deployment, the schedule and the operator."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from jobpass_issuer.aws.client import unhurried
from jobpass_issuer.aws.cloudfront_site import DocumentSite
from jobpass_issuer.aws.document_store import DocumentStore
from jobpass_issuer.aws.dynamodb_key_ring import KeyRingTable
from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.aws.kms_keys import KmsKeys
from jobpass_issuer.aws.s3_documents import DocumentBucket
from jobpass_issuer.domain.alteration import Altered
from jobpass_issuer.domain.documents import CACHE_SECONDS, published_documents
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_policy import KeyPolicy
from jobpass_issuer.domain.key_ring import KeyRing, KeyState
from jobpass_issuer.domain.rotation import Action, RotationPolicy
from jobpass_issuer.handlers.custom_resource import respond
from jobpass_issuer.handlers.key_commands import CommandError, carry_out, description
from jobpass_issuer.handlers.key_rotation import KeyRotation
from jobpass_issuer.handlers.settings import KeysSettings
from jobpass_issuer.handlers.telemetry import count, logger, measure

PHYSICAL_ID = "jobpass-issuer-documents"


class OtherAddressError(Exception):
    """The configuration names an address of CloudFront's, and the distribution has another."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"issuer.url is {expected}, and the distribution is {actual}: write that, or leave it out")


@cache
def _settings() -> KeysSettings:
    return KeysSettings.read()


@cache
def _issuer() -> Issuer:
    return Issuer(_settings().issuer_url)


@cache
def _rings() -> KeyRingTable:
    return KeyRingTable(unhurried("dynamodb"), _settings().table_name)


@cache
def _keys() -> KmsKeys:
    settings = _settings()
    policy = KeyPolicy(settings.partition, settings.account_id, settings.token_role_arn, settings.keys_role_arn)
    return KmsKeys(unhurried("kms"), unhurried("resourcegroupstaggingapi"), settings.issuer_name, policy)


@cache
def _documents() -> DocumentStore:
    settings = _settings()
    site = DocumentSite(unhurried("cloudfront"), settings.distribution_id, settings.distribution_domain_name)
    return DocumentStore(DocumentBucket(unhurried("s3"), settings.bucket_name), site, _issuer())


@cache
def _rotation() -> KeyRotation:
    settings = _settings()
    policy = RotationPolicy(
        algorithm=settings.signing_algorithm,
        rotate_every_seconds=settings.rotate_every_seconds,
        publish_ahead_seconds=settings.publish_ahead_seconds,
        max_token_lifetime_seconds=settings.max_token_lifetime_seconds,
        cache_seconds=CACHE_SECONDS,
    )
    return KeyRotation(
        _rings(),
        _keys(),
        _documents(),
        issuer=_issuer(),
        policy=policy,
        clock=lambda: int(time.time()),
        report=_report,
        at_rest=_measure,
    )


def handler(event: dict[str, Any], _context: object) -> Mapping[str, Any] | None:
    """Carry out what the deployment, the schedule or an operator asks for.

    CloudFormation is answered whatever happens. The others get the ring, or an error that makes the invocation fail, so
    that the schedule tries again and its alarm sees it.
    """
    if "RequestType" in event:
        _serve_deployment(event)
        return None
    try:
        return carry_out(event, _rotation())
    except CommandError as error:
        logger.warning("refused", reason=str(error))
        count("KeysRefused")
        return {"error": "invalid_request", "error_description": str(error)}
    except DependencyError as error:
        _lament(error)
        # The caller is told which call failed, and nothing that AWS said of it.
        raise RuntimeError(str(error)) from None
    except ValueError as error:
        # Such as a second ring that would arise over living trust: only a person can go on from here.
        logger.error("cannot go on", reason=str(error))
        count("Fault")
        raise RuntimeError(str(error)) from None


def _serve_deployment(event: Mapping[str, Any]) -> None:
    failure: str | None = None
    data: Mapping[str, str] = {}
    try:
        data = _withdraw() if event["RequestType"] == "Delete" else _establish(event["ResourceProperties"])
    except OtherAddressError as error:
        failure = str(error)
    except DependencyError as error:
        _lament(error)
        failure = f"{error} failed"
    except Exception as error:  # noqa: BLE001 - CloudFormation would wait an hour for an answer
        logger.exception("fault")
        count("Fault")
        failure = f"the keys function failed ({type(error).__name__}); its log has more"
    try:
        respond(event, PHYSICAL_ID, failure, data)
    except DependencyError as error:
        # The invocation fails, so that Lambda repeats it: what is done already is not done again.
        _lament(error)
        raise RuntimeError(str(error)) from None


def _establish(properties: Mapping[str, Any]) -> Mapping[str, str]:
    """See to it that the issuer has its keys and that its documents are served as the ring says.

    Raises:
        OtherAddressError: other accounts are to trust an address of CloudFront's that this issuer does not have.
    """
    expected = properties.get("ExpectedIssuerUrl")
    if expected is not None and expected != _settings().issuer_url:
        raise OtherAddressError(expected, _settings().issuer_url)
    ring = _rotation().settle()
    return {"ActiveKid": ring.active.kid if ring.active else ""}


def _withdraw() -> Mapping[str, str]:
    """Withdraw the documents and let the keys go, unless the deployment retains them."""
    if _settings().retention == "destroy":
        ring = _rings().read()
        _documents().withdraw(published_documents(_issuer(), ring))
        for key in _keys().witness([key.key_arn for key in ring.keys]):
            _keys().schedule_deletion(key.key_arn)
        logger.info("withdrawn", kids=[key.kid for key in ring.keys])
    return {}


def _report(action: Action | Altered, ring: KeyRing) -> None:
    """Write each step into the log and count it, with the ring as it then is; and what somebody else has changed."""
    if isinstance(action, Altered):
        logger.error("altered by somebody else", altered=action.places)
        measure("AlteredByOthers", len(action.places), MetricUnit.Count)
        return
    name = type(action).__name__
    logger.info("key step", step=name, ring=description(ring))
    count("KeyStep", name)


def _measure(ring: KeyRing, now: int) -> None:
    """Measure what alarms watch: AWS takes no more than 100 keys of a type, and a key must not sign for ever."""
    measure("PublishedKeys", len(ring.published), MetricUnit.Count)
    if ring.active is not None:
        measure("ActiveKeyAgeSeconds", now - ring.active.since(KeyState.ACTIVE), MetricUnit.Seconds)


def _lament(error: DependencyError) -> None:
    logger.error("dependency failed", operation=error.operation, reason=error.reason)
    count("DependencyFailure", error.operation)
