"""GET /v1/credentials: AWS credentials of a role, in the shape that AWS SDKs know from containers."""

from functools import cache

from jobpass_issuer.aws import sts_sessions
from jobpass_issuer.aws.query_service import QueryService
from jobpass_issuer.aws.sts_sessions import SessionRefusedError, StsSessions
from jobpass_issuer.domain import credentials
from jobpass_issuer.domain.credentials import SessionRequest
from jobpass_issuer.domain.errors import IssuerError
from jobpass_issuer.domain.issuance import ROLES_CLAIM
from jobpass_issuer.domain.issuance_record import Origin
from jobpass_issuer.domain.request_token import from_authorization
from jobpass_issuer.handlers import id_token, request, response
from jobpass_issuer.handlers.id_token import IdToken
from jobpass_issuer.handlers.response import Response
from jobpass_issuer.handlers.telemetry import count, logger

PARAMETERS = ("role_arn",)


@cache
def _sts() -> StsSessions:
    return StsSessions(QueryService("sts", sts_sessions.LIMITS))


def serve(event: request.Event, origin: Origin) -> Response:
    """Answer with credentials of a session that is drawn anew for each request.

    Raises:
        IssuerError: see `id_token.issue`, the query's own mistakes, and what STS refuses.
        DependencyError: DynamoDB, KMS or STS failed.
    """
    token = from_authorization(request.header(event, "authorization"), bare=True)
    wanted = request.query(event, PARAMETERS).get("role_arn")
    issued = id_token.issue(token, lambda entitlement: credentials.token_request(entitlement, wanted), origin)
    (role_arn,) = issued.grant.claims[ROLES_CLAIM]
    session = credentials.session_request(issued.entitlement, role_arn, now=issued.grant.claims["iat"])
    try:
        drawn = _sts().draw(session, issued.text)
    except SessionRefusedError as error:
        logger.info("session refused", reason=error.refusal.value, extra=_names(issued, session))
        raise credentials.refusal(issued.entitlement, role_arn, error.refusal) from None
    logger.info("drawn", expires_at=drawn.expires_at, extra=_names(issued, session))
    count("CredentialsDrawn")
    return response.success(credentials.container_answer(drawn, role_arn))


def failure(error: IssuerError, request_id: str) -> Response:
    """Return an error with the members that AWS SDKs read beside those of every error.

    JavaScript's shows `Code` and `Message` of a container's error; botocore prints the body as it is.
    """
    return response.failure(error, request_id, {"Code": error.code, "Message": error.description})


def _names(issued: IdToken, session: SessionRequest) -> dict[str, str]:
    """What leads from the log to the token, the job, and CloudTrail's record of the session: no secret."""
    return {
        "jti": issued.grant.claims["jti"],
        "job_id": issued.grant.registration.job_id,
        "role_arn": session.role_arn,
        "session_name": session.session_name,
    }
