"""Authlib's authorization server on Flask: a signed access token (RFC 9068) for client credentials."""

import json
import os
from typing import Any

import flask
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import KeySet

AUDIENCE, SECRET = "sts.amazonaws.com", "a-secret-of-a-benchmark-alone"
with open(os.environ["KEYS"]) as file:  # noqa: PTH123 - one file, once
    # Parsed once: what is given as JSON is parsed for each token.
    KEYS = KeySet.import_key_set(json.load(file))


class Client(ClientMixin):  # type: ignore[misc]
    """The one client."""

    def get_client_id(self) -> str:
        """Return its name."""
        return "job"

    def get_allowed_scope(self, _scope: str | None) -> str:
        """Return no scope."""
        return ""

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare its secret."""
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Take HTTP's basic authentication."""
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        """Take client credentials."""
        return grant_type == "client_credentials"


class Grant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """Client credentials by HTTP's basic authentication."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)


class Tokens(JWTBearerTokenGenerator):  # type: ignore[misc]
    """Tokens for STS."""

    def get_jwks(self) -> Any:
        """Return the private key."""
        return KEYS

    def get_audiences(self, _client: Any, _user: Any, _scope: Any) -> str:
        """Return whom the token is for."""
        return AUDIENCE


app = flask.Flask("issuer")
server = AuthorizationServer(app, query_client=lambda _: Client(), save_token=lambda _token, _request: None)
server.register_grant(Grant)
server.register_token_generator(
    "default", Tokens("https://issuer.example", alg=os.environ["ALGORITHM"], expires_generator=lambda *_: 300)
)


@app.post("/token")
def token() -> Any:
    """Answer with a token."""
    return server.create_token_response()
