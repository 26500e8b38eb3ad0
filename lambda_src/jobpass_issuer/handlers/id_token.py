"""Issuing an ID token, whichever route asks for it: one read, one decision, one signature, all on record."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jobpass_issuer.aws.dynamodb_issuance import IssuanceTable
from jobpass_issuer.aws.failure import DependencyError, KeyUnusableError
from jobpass_issuer.aws.json_service import JsonService
from jobpass_issuer.aws.kms_signer import KmsSigner
from jobpass_issuer.domain.errors import Problem
from jobpass_issuer.domain.issuance import Grant, Lifetimes, TokenRequest, authenticate, decide
from jobpass_issuer.domain.issuance_record import AttemptRecord, FailureRecord, GrantRecord, Origin
from jobpass_issuer.domain.request_token import RequestToken
from jobpass_issuer.domain.standing import Entitlement, Standing
from jobpass_issuer.handlers.issuance_log import write
from jobpass_issuer.handlers.token_settings import TokenSettings

# What a job asks for may depend on what it is entitled to.
Wish = Callable[[Entitlement], TokenRequest]
# Beside the package in the function's asset: the deployment writes it from jobpass.yaml.
_STANDING_FILE = Path(__file__).parents[2] / "standing.json"
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class IdToken:
    """A signed ID token, what it was granted for, and all that its job is entitled to; its `repr` hides the token."""

    text: str = field(repr=False)
    grant: Grant
    entitlement: Entitlement


@cache
def _settings() -> TokenSettings:
    return TokenSettings.read()


@cache
def _standing() -> Standing:
    return Standing.from_document(json.loads(_STANDING_FILE.read_text("utf-8")))


@cache
def _table() -> IssuanceTable:
    return IssuanceTable(JsonService("dynamodb"), _settings().table_name)


@cache
def _signer() -> KmsSigner:
    return KmsSigner(JsonService("kms"))


def issue(token: RequestToken, wish: Wish, origin: Origin) -> IdToken:
    """Return the ID token that a job asks for, written down before it is signed and after.

    Raises:
        IssuerError: the request token proves no live job, or what it asks for is not the job's to have.
        DependencyError: DynamoDB or KMS failed, or KMS will not sign with the active key and there is no other.
    """
    grant, entitlement = _grant(token, wish)
    try:
        text = _signed(grant, origin)
    except KeyUnusableError:
        # Disabled under us: a revocation has promoted the next key by now, or will within a moment.
        refused = grant.key.kid
        grant, entitlement = _grant(token, wish)
        if grant.key.kid == refused:
            raise
        text = _signed(grant, origin)
    return IdToken(text, grant, entitlement)


def lifetime(expires_in: str | None) -> tuple[int | None, list[Problem]]:
    """Return the seconds that a query's `expires_in` asks for, None where it is left out, or what is wrong with it."""
    if expires_in is None:
        return None, []
    if expires_in.isascii() and expires_in.isdigit() and len(expires_in) <= _MAX_DIGITS and int(expires_in):
        return int(expires_in), []
    return None, [Problem("expires_in", "must be a whole number of seconds, 1 or more")]


def _grant(token: RequestToken, wish: Wish) -> tuple[Grant, Entitlement]:
    """Return what is granted by the registration and the ring as they are now."""
    settings = _settings()
    found, ring = _table().read(token.job_id)
    now = int(time.time())
    entitlement = _standing().entitlement(authenticate(token, found, ring, now))
    grant = decide(
        entitlement,
        ring,
        wish(entitlement),
        issuer_url=settings.issuer_url,
        lifetimes=Lifetimes(settings.token_lifetime_seconds, settings.max_token_lifetime_seconds),
        jti=str(uuid.uuid4()),
        now=now,
    )
    return grant, entitlement


def _signed(grant: Grant, origin: Origin) -> str:
    """Return the signed token; of what happens on the way there is a record, whatever it is.

    Raises:
        DependencyError: KMS failed, or will not sign with this key.
    """
    attempt = AttemptRecord.of(grant, origin)
    write(attempt)
    try:
        signed = _signer().sign(grant.claims, grant.key)
    except DependencyError as error:
        write(FailureRecord(attempt.jti, error.operation, error.reason, attempt.job_id, error.request_id))
        raise
    except Exception as error:
        # A fault of ours, after which the signature may be made all the same.
        write(FailureRecord(attempt.jti, "kms:Sign", type(error).__name__, attempt.job_id))
        raise
    digest = hashlib.sha256(signed.text.encode("ascii")).hexdigest()
    write(GrantRecord(attempt.jti, signed.kms_request_id, digest))
    return signed.text
