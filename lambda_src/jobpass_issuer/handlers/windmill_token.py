"""POST /api/w/{workspace}/oidc/token/{audience+}: an ID token as Windmill's clients ask for it and take it."""

from jobpass_issuer.domain.errors import InvalidRequestError, InvalidTargetError, Problem
from jobpass_issuer.domain.issuance import TokenRequest
from jobpass_issuer.domain.issuance_record import Origin
from jobpass_issuer.domain.request_token import from_authorization
from jobpass_issuer.domain.standing import Entitlement
from jobpass_issuer.handlers import id_token, request
from jobpass_issuer.handlers.response import Response, plain_text

PARAMETERS = ("expires_in",)
_FIELD = "workspace"


def serve(event: request.Event, origin: Origin) -> Response:
    """Answer with an ID token as plain text; a body, which some clients send, says nothing and is not read.

    Raises:
        IssuerError: see `id_token.issue`, and the path's and the query's own mistakes.
    """
    token = from_authorization(request.header(event, "authorization"))
    seconds, problems = id_token.lifetime(request.query(event, PARAMETERS).get("expires_in"))
    if problems:
        raise InvalidRequestError.of(problems)
    path = str(event["rawPath"])
    issued = id_token.issue(
        token, lambda entitlement: TokenRequest(_audience(path, entitlement), None, seconds), origin
    )
    return plain_text(issued.text)


def _audience(path: str, entitlement: Entitlement) -> str:
    """Return the audience that a path names after the job's own workspace.

    Clients send the audience raw or percent-encoded, slashes and all. The gateway has decoded the path once (every
    escape but `%25`), and it is not decoded again: what is left must be the audience letter for letter. The workspace
    is not read out of the path either, which a slash could be part of, but looked for there.

    Raises:
        InvalidTargetError: the path names another workspace, or the job has none.
        InvalidRequestError: no audience follows.
    """
    workspace = entitlement.registration.fields.get(_FIELD)
    if workspace is None:
        text = "this job has no workspace: ask `GET /v1/token`, or have the platform register it with one"
        raise InvalidTargetError(f"workspace: {text}", [Problem(_FIELD, text)])
    prefix = f"/api/w/{workspace}/oidc/token/"
    # A base URL that ends in a slash makes two of the first, which the gateway overlooks too.
    rooted = "/" + path.lstrip("/")
    if not rooted.startswith(prefix):
        text = f"is not this job's, which is `{workspace}`: set WM_WORKSPACE to that"
        raise InvalidTargetError(f"workspace: {text}", [Problem(_FIELD, text)])
    audience = rooted.removeprefix(prefix)
    if not audience:
        raise InvalidRequestError.of([Problem("audience", "is missing: it is the path's last part")])
    return audience
