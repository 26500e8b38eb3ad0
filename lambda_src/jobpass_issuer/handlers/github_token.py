"""GET /v1/token: an ID token in the shape of GitHub Actions' token endpoint."""

from jobpass_issuer.domain.errors import InvalidRequestError, Problem
from jobpass_issuer.domain.issuance import TokenRequest
from jobpass_issuer.domain.issuance_record import Origin
from jobpass_issuer.domain.request_token import from_authorization
from jobpass_issuer.handlers import id_token, request
from jobpass_issuer.handlers.response import Response, success

PARAMETERS = ("api-version", "audience", "expires_in", "role_arn")
API_VERSION = "1"


def serve(event: request.Event, origin: Origin) -> Response:
    """Answer with an ID token.

    Raises:
        IssuerError: see `id_token.issue`, and the query's own mistakes.
    """
    token = from_authorization(request.header(event, "authorization"))
    wish = _wish(request.query(event, PARAMETERS))
    issued = id_token.issue(token, lambda _: wish, origin)
    return success({"count": len(issued.text), "value": issued.text})


def _wish(parameters: dict[str, str]) -> TokenRequest:
    """Return what the query asks for.

    Raises:
        InvalidRequestError: a value is not of its form.
    """
    problems = []
    if parameters.get("api-version", API_VERSION) != API_VERSION:
        problems.append(Problem("api-version", f"must be {API_VERSION}"))
    audience = parameters.get("audience")
    if audience == "":
        # Not the default one: whoever sends the parameter wants to choose, and a script's variable may be unset.
        problems.append(
            Problem("audience", "is empty: say whom the token is for, or leave it out for the job's default")
        )
    seconds, mistakes = id_token.lifetime(parameters.get("expires_in"))
    problems += mistakes
    if problems:
        raise InvalidRequestError.of(problems)
    return TokenRequest(audience, parameters.get("role_arn"), seconds)
