"""POST, GET and DELETE /v1/jobs and /v1/assertion/jobs: platforms register jobs, look at them and end them."""

import json
import secrets
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jobpass_issuer.aws.client import client
from jobpass_issuer.aws.dynamodb_assertions import SpentAssertions
from jobpass_issuer.aws.dynamodb_registrations import RegistrationTable
from jobpass_issuer.aws.patience import patience
from jobpass_issuer.domain import client_assertion
from jobpass_issuer.domain.admission import Account, Admission, admit, platform_of
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.environment import Handover, blocks
from jobpass_issuer.domain.errors import NotFoundError
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.request_token import JOB_ID, RequestToken
from jobpass_issuer.handlers import request
from jobpass_issuer.handlers.client_assertion import prove
from jobpass_issuer.handlers.edge import answered
from jobpass_issuer.handlers.response import Response, success
from jobpass_issuer.handlers.settings import JobsSettings
from jobpass_issuer.handlers.telemetry import count, logger

# What these routes take in the place of AWS's signatures; the gateway has no authorizer on them.
ASSERTION_ROUTES = "/v1/assertion/"
# How long tries that failed may keep a platform waiting.
PATIENCE_SECONDS = 4.5
# Beside the package in the function's asset: the deployment writes it from jobpass.yaml.
_DEPLOYMENT_FILE = Path(__file__).parents[2] / "deployment.json"


@cache
def _settings() -> JobsSettings:
    return JobsSettings.read()


@cache
def _deployment() -> Deployment:
    return Deployment.from_document(json.loads(_DEPLOYMENT_FILE.read_text("utf-8")))


@cache
def _dynamodb() -> Any:
    return client("dynamodb")


@cache
def _table() -> RegistrationTable:
    return RegistrationTable(_dynamodb(), _settings().table_name)


@cache
def _spent() -> SpentAssertions:
    return SpentAssertions(_dynamodb(), _settings().table_name)


def handler(event: dict[str, Any], _context: object) -> Response:
    """Answer a platform."""
    with patience(PATIENCE_SECONDS):
        return answered(_serve, event, refusal="JobRefused")


def _serve(event: request.Event) -> Response:
    platform = _platform(event)
    request.query(event, ())
    method = event["routeKey"].partition(" ")[0]
    if method == "POST":
        return _register(event, platform)
    job_id = event["pathParameters"]["job_id"]
    if not JOB_ID.fullmatch(job_id):
        raise _no_such_job()
    return _end(job_id, platform) if method == "DELETE" else _show(job_id, platform)


def _platform(event: request.Event) -> Platform:
    """Return who calls. The route decides by what it is proven, never what the caller sends along.

    Raises:
        AccessDeniedError: the caller is no platform of this issuer.
        InvalidClientError: on a route for client assertions, the caller has proven itself by none.
    """
    if event["routeKey"].partition(" ")[2].startswith(ASSERTION_ROUTES):
        return _proven(event)
    settings = _settings()
    return platform_of(_caller(event), _deployment(), Account(settings.partition, settings.account_id))


def _proven(event: request.Event) -> Platform:
    """Return the platform whose client assertion this is, which serves for this one request."""
    proof = prove(event, _deployment().platforms, _settings().issuer_url, int(time.time()))
    if not _spent().spend(proof.platform.name, proof.jti_sha256, proof.expires_at):
        raise client_assertion.replayed()
    return proof.platform


def _caller(event: request.Event) -> str:
    """Return the ARN that the gateway's IAM authorizer vouches for; without one, nobody is a platform."""
    authorizer = event.get("requestContext", {}).get("authorizer", {})
    return str(authorizer.get("iam", {}).get("userArn", ""))


def _register(event: request.Event, platform: Platform) -> Response:
    settings = _settings()
    token = RequestToken(secrets.token_hex(16), secrets.token_urlsafe(32))
    admission = admit(
        request.json_body(event),
        platform,
        _deployment(),
        Account(settings.partition, settings.account_id),
        job_id=token.job_id,
        secret_sha256=token.secret_sha256,
        now=int(time.time()),
    )
    _table().add(admission.registration)
    logger.info("registered", job_id=token.job_id, platform=platform.name, subject=admission.registration.subject)
    count("JobRegistered")
    return success(_answer(admission, token), 201)


def _answer(admission: Admission, token: RequestToken) -> dict[str, Any]:
    registration = admission.registration
    handover = Handover(_settings().api_url, registration, str(token))
    roles = {
        name: {"arn": admission.arns[name], "allowed": obstacle is None} | ({"obstacle": obstacle} if obstacle else {})
        for name, obstacle in admission.obstacles.items()
    }
    return {
        **_description(registration),
        "roles": roles,
        "request_url": handover.request_url,
        "request_token": handover.request_token,
        "environment": blocks(admission.environment, handover),
    }


def _show(job_id: str, platform: Platform) -> Response:
    registration = _table().find(job_id, platform.name)
    if registration is None:
        raise _no_such_job()
    return success(_description(registration))


def _end(job_id: str, platform: Platform) -> Response:
    registration = _table().end(job_id, platform.name, int(time.time()))
    if registration is None:
        raise _no_such_job()
    logger.info("ended", job_id=job_id, platform=platform.name)
    count("JobEnded")
    return success(_description(registration))


def _no_such_job() -> NotFoundError:
    return NotFoundError("this platform has no such job: use the `job_id` that its registration answered with")


def _description(registration: Registration) -> dict[str, Any]:
    """Return what a platform may see of its job: everything but the secret's hash."""
    return {
        "job_id": registration.job_id,
        "platform": registration.platform,
        "profile": registration.profile,
        "fields": dict(registration.fields),
        "subject": registration.subject,
        "audiences": list(registration.audiences),
        "default_audience": registration.default_audience,
        "roles": list(registration.roles),
        "pinned": registration.pinned,
        "aws_claims": registration.aws_claims,
        "registered_at": _timestamp(registration.registered_at),
        "expires_at": _timestamp(registration.expires_at),
        "ended_at": _timestamp(registration.ended_at) if registration.ended_at is not None else None,
    }


def _timestamp(seconds: int) -> str:
    """Return a time as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
