"""What jobs ask for: ID tokens, and credentials that an ID token buys; one module for each route's protocol."""

from typing import Any

from jobpass_issuer.domain.errors import NotFoundError
from jobpass_issuer.handlers import github_token, windmill_token
from jobpass_issuer.handlers.edge import answered
from jobpass_issuer.handlers.request import Event
from jobpass_issuer.handlers.response import Response


def handler(event: dict[str, Any], _context: object) -> Response:
    """Answer a job."""
    route = event.get("routeKey")
    if route == "GET /v1/token":
        return answered(github_token.serve, event, refusal="TokenRefused")
    if route == "POST /api/w/{workspace}/oidc/token/{audience+}":
        return answered(windmill_token.serve, event, refusal="TokenRefused")
    if route == "GET /v1/credentials":
        # Loaded by the first request for credentials: nobody who wants a token waits for the client of STS.
        from jobpass_issuer.handlers import aws_credentials  # noqa: PLC0415

        return answered(aws_credentials.serve, event, refusal="CredentialsRefused", failed=aws_credentials.failure)
    return answered(_nowhere, event, refusal="TokenRefused")


def _nowhere(_event: Event) -> Response:
    raise NotFoundError("there is no such route: the reference of the HTTP API lists them")
