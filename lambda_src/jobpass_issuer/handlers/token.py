"""What jobs ask for: ID tokens, and credentials that an ID token buys; one module for each route's protocol."""

from collections.abc import Callable
from functools import partial
from typing import Any

from jobpass_issuer.aws.patience import patience
from jobpass_issuer.domain.errors import IssuerError, NotFoundError
from jobpass_issuer.handlers import github_token, windmill_token
from jobpass_issuer.handlers.denial import deny
from jobpass_issuer.handlers.edge import answered
from jobpass_issuer.handlers.request import Event, origin
from jobpass_issuer.handlers.response import Response, failure

# How long tries that failed may keep a caller waiting. AWS SDKs give a request for credentials 2 s, or 1 s, and then
# make it again by themselves: nothing is tried twice for them. Others wait for half a minute at least.
PATIENCE_SECONDS = {"GET /v1/token": 4.5, "POST /api/w/{workspace}/oidc/token/{audience+}": 4.5}


def handler(event: dict[str, Any], _context: object) -> Response:
    """Answer a job."""
    came_from = origin(event)
    route = event.get("routeKey")
    work: Callable[[Event], Response] = _nowhere
    failed: Callable[[IssuerError, str], Response] = failure
    refusal = "TokenRefused"
    if route == "GET /v1/token":
        work = partial(github_token.serve, origin=came_from)
    elif route == "POST /api/w/{workspace}/oidc/token/{audience+}":
        work = partial(windmill_token.serve, origin=came_from)
    elif route == "GET /v1/credentials":
        # Loaded by the first request for credentials: nobody who wants a token waits for the client of STS.
        from jobpass_issuer.handlers import aws_credentials  # noqa: PLC0415

        work, refusal = partial(aws_credentials.serve, origin=came_from), "CredentialsRefused"
        failed = aws_credentials.failure

    def denied(error: IssuerError, _request_id: str) -> None:
        deny(event, came_from, error)

    with patience(PATIENCE_SECONDS.get(str(route), 0)):
        return answered(work, event, refusal, failed, denied)


def _nowhere(_event: Event) -> Response:
    raise NotFoundError("there is no such route: the reference of the HTTP API lists them")
