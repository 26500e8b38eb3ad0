"""`GET /v1/token`, written the obvious way: powertools' resolver, logger, metrics and tracer, boto3, PyJWT.

It gives the answer that Jobpass gives to a request that is granted; of the refusals it has the main ones. It does no
less and no more: one read, one decision, a record, one signature, a record, a metric.
"""

import hashlib
import hmac
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

import boto3
import jwt
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, ServiceError, UnauthorizedError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from jwt.algorithms import RSAAlgorithm

TABLE_NAME = os.environ["TABLE_NAME"]
ISSUER_URL = os.environ["ISSUER_URL"]
LIFETIME_SECONDS = int(os.environ["TOKEN_LIFETIME_SECONDS"])
MAX_LIFETIME_SECONDS = int(os.environ["MAX_TOKEN_LIFETIME_SECONDS"])
STANDING = json.loads((Path(__file__).parent / "standing.json").read_text())
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"

tracer = Tracer()
logger = Logger()
metrics = Metrics()
app = APIGatewayHttpResolver()
dynamodb = boto3.client("dynamodb")
kms = boto3.client("kms")


class KmsRsa(RSAAlgorithm):
    """RS256 whose private key is in KMS; the key is its ARN."""

    request_id = ""

    def prepare_key(self, key: Any) -> Any:
        """Return it unchanged."""
        return key

    def check_key_length(self, _key: Any) -> str | None:
        """Take an ARN: KMS knows how long the key is."""
        return None

    def sign(self, msg: bytes, key: Any) -> bytes:
        """Have KMS sign."""
        answer = kms.sign(
            KeyId=key,
            Message=hashlib.sha256(msg).digest(),
            MessageType="DIGEST",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        self.request_id = answer["ResponseMetadata"]["RequestId"]
        return bytes(answer["Signature"])


rs256 = KmsRsa(RSAAlgorithm.SHA256)
jwt.unregister_algorithm("RS256")
jwt.register_algorithm("RS256", rs256)


@app.get("/v1/token")
@tracer.capture_method
def get_token() -> dict[str, Any]:
    """Answer with an ID token."""
    job_id, secret = bearer()
    registration, ring = read(job_id)
    authenticate(registration, secret)
    key = next(each for each in ring["keys"] if each["state"] == "active")
    claims = claims_of(registration)
    record = {
        "kind": "attempt",
        "jti": claims["jti"],
        "issuer": claims["iss"],
        "subject": claims["sub"],
        "audience": claims["aud"],
        "lifetime_seconds": claims["exp"] - claims["iat"],
        "at": claims["iat"],
        "kid": key["kid"],
        "key_arn": key["key_arn"],
        "platform": registration["platform"],
        "profile": registration["profile"],
        "job_id": job_id,
        "tag_keys": list(registration["session_tags"]),
        "source_identity": claims.get(SOURCE_IDENTITY_CLAIM),
        "source_address": app.current_event.request_context.http.source_ip,
        "request_id": app.current_event.request_context.request_id,
    }
    logger.info("attempt", extra={"record": record})
    token = jwt.encode(claims, key["key_arn"], algorithm="RS256", headers={"kid": key["kid"]})
    record = {
        "kind": "grant",
        "jti": claims["jti"],
        "kms_request_id": rs256.request_id,
        "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
        "kid": key["kid"],
        "job_id": job_id,
    }
    logger.info("grant", extra={"record": record})
    metrics.add_metric(name="TokenGranted", unit=MetricUnit.Count, value=1)
    return {"count": len(token), "value": token}


def bearer() -> tuple[str, str]:
    """Return the job and the secret of the request token."""
    scheme, _, token = app.current_event.headers.get("authorization", "").partition(" ")
    job_id, _, secret = token.partition(".")
    if scheme.lower() != "bearer" or not secret:
        raise UnauthorizedError("no request token")
    return job_id, secret


@tracer.capture_method
def read(job_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the registration and the key ring."""
    keys = [{"pk": {"S": f"job#{job_id}"}}, {"pk": {"S": "ring"}}]
    answer = dynamodb.batch_get_item(RequestItems={TABLE_NAME: {"Keys": keys, "ConsistentRead": True}})
    items = {item["pk"]["S"]: item for item in answer["Responses"][TABLE_NAME]}
    if "ring" not in items:
        raise ServiceError(503, "no key ring")
    if f"job#{job_id}" not in items:
        raise UnauthorizedError("unknown request token")
    return json.loads(items[f"job#{job_id}"]["document"]["S"]), json.loads(items["ring"]["document"]["S"])


def authenticate(registration: dict[str, Any], secret: str) -> None:
    """Refuse a secret that is wrong, and a job that has ended or may not have tokens any more."""
    if not hmac.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), registration["secret_sha256"]):
        raise UnauthorizedError("unknown request token")
    if time.time() >= registration["expires_at"] or registration["ended_at"] is not None:
        raise UnauthorizedError("the job has ended")
    platform = STANDING["platforms"].get(registration["platform"])
    if platform is None or registration["profile"] not in platform["profiles"]:
        raise UnauthorizedError("the platform may not register such jobs")
    if any(registration["fields"].get(name) != value for name, value in platform["where"].items()):
        raise UnauthorizedError("the platform may not register such jobs")


def claims_of(registration: dict[str, Any]) -> dict[str, Any]:
    """Return what the token says."""
    query = app.current_event.query_string_parameters or {}
    audience = query.get("audience") or registration["default_audience"]
    standing = STANDING["platforms"][registration["platform"]]["audiences"]
    if audience not in registration["audiences"] or audience not in standing:
        raise BadRequestError("the audience is not registered")
    now = int(time.time())
    lifetime = min(int(query.get("expires_in", LIFETIME_SECONDS)), MAX_LIFETIME_SECONDS)
    claims = {
        "iss": ISSUER_URL,
        "aud": audience,
        "sub": registration["subject"],
        "iat": now,
        "nbf": now,
        "exp": min(now + lifetime, registration["expires_at"]),
        "jti": str(uuid.uuid4()),
        **registration["claims"],
    }
    if audience in STANDING["aws_audiences"] and registration["session_tags"]:
        tags = {name: [value] for name, value in registration["session_tags"].items()}
        claims["https://aws.amazon.com/tags"] = {"principal_tags": tags}
        own = registration["source_identity"] == "{jti}"
        claims[SOURCE_IDENTITY_CLAIM] = claims["jti"] if own else registration["source_identity"]
    return claims


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API."""
    return app.resolve(event, context)
