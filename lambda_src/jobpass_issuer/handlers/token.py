"""GET /v1/token: an ID token for a job, in the shape of GitHub Actions' token endpoint."""

import json
import time
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from jobpass_issuer.aws.client import client
from jobpass_issuer.aws.dynamodb_issuance import IssuanceTable
from jobpass_issuer.aws.failure import KeyUnusableError
from jobpass_issuer.aws.kms_signer import KmsSigner
from jobpass_issuer.domain.errors import InvalidRequestError, Problem
from jobpass_issuer.domain.issuance import Grant, Lifetimes, TokenRequest, authenticate, decide
from jobpass_issuer.domain.request_token import RequestToken, from_authorization
from jobpass_issuer.domain.standing import Standing
from jobpass_issuer.handlers import request
from jobpass_issuer.handlers.edge import answered
from jobpass_issuer.handlers.response import Response, success
from jobpass_issuer.handlers.settings import TokenSettings
from jobpass_issuer.handlers.telemetry import count, logger

PARAMETERS = ("api-version", "audience", "expires_in", "role_arn")
API_VERSION = "1"
# Beside the package in the function's asset: the deployment writes it from jobpass.yaml.
_STANDING_FILE = Path(__file__).parents[2] / "standing.json"


@cache
def _settings() -> TokenSettings:
    return TokenSettings.read()


@cache
def _standing() -> Standing:
    return Standing.from_document(json.loads(_STANDING_FILE.read_text("utf-8")))


@cache
def _table() -> IssuanceTable:
    return IssuanceTable(client("dynamodb"), _settings().table_name)


@cache
def _signer() -> KmsSigner:
    return KmsSigner(client("kms"))


def handler(event: dict[str, Any], _context: object) -> Response:
    """Answer a job that asks for a token."""
    return answered(_issue, event, refusal="TokenRefused")


def _issue(event: request.Event) -> Response:
    token = from_authorization(request.header(event, "authorization"))
    wish = _wish(request.query(event, PARAMETERS))
    grant = _grant(token, wish)
    try:
        id_token = _signer().sign(grant.claims, grant.key)
    except KeyUnusableError:
        # Disabled under us: a revocation has promoted the next key by now, or will within a moment.
        refused = grant.key.kid
        grant = _grant(token, wish)
        if grant.key.kid == refused:
            raise
        id_token = _signer().sign(grant.claims, grant.key)
    _record(grant)
    return success({"count": len(id_token), "value": id_token})


def _grant(token: RequestToken, wish: TokenRequest) -> Grant:
    """Return what is granted by the registration and the ring as they are now."""
    settings = _settings()
    found, ring = _table().read(token.job_id)
    now = int(time.time())
    return decide(
        _standing().applied(authenticate(token, found, ring, now)),
        ring,
        wish,
        issuer_url=settings.issuer_url,
        lifetimes=Lifetimes(settings.token_lifetime_seconds, settings.max_token_lifetime_seconds),
        jti=str(uuid.uuid4()),
        now=now,
    )


def _wish(parameters: dict[str, str]) -> TokenRequest:
    """Return what the query asks for.

    Raises:
        InvalidRequestError: the audience is missing, or a value is not of its form.
    """
    problems = []
    if parameters.get("api-version", API_VERSION) != API_VERSION:
        problems.append(Problem("api-version", f"must be {API_VERSION}"))
    if not parameters.get("audience"):
        problems.append(
            Problem("audience", "is missing: append `&audience=<whom the token is for>` to the request URL")
        )
    expires_in = parameters.get("expires_in")
    seconds = (
        int(expires_in) if expires_in and expires_in.isascii() and expires_in.isdigit() and len(expires_in) < 10 else 0
    )
    if expires_in is not None and seconds < 1:
        problems.append(Problem("expires_in", "must be a whole number of seconds, 1 or more"))
    if problems:
        raise InvalidRequestError.of(problems)
    return TokenRequest(parameters["audience"], parameters.get("role_arn"), seconds or None)


def _record(grant: Grant) -> None:
    """Write down what was granted, never the token."""
    logger.info(
        "granted",
        jti=grant.claims["jti"],
        subject=grant.claims["sub"],
        audience=grant.claims["aud"],
        expires_at=grant.claims["exp"],
        kid=grant.key.kid,
        key_arn=grant.key.key_arn,
        job_id=grant.registration.job_id,
        platform=grant.registration.platform,
    )
    count("TokenGranted")
