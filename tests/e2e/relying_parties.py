"""Relying parties of other projects, each of which knows an issuer by its URL and an audience by its name."""

import json
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import jwt as pyjwt
import pytest
from joserfc import jwt as joserfc
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from local.deployment import Deployment
from tests.e2e.npm_packages import DIRECTORY, NpmPackages
from tests.e2e.programs import machine, run

# Its notice that joserfc will take its place one day is not about us.
with warnings.catch_warnings(record=True):
    from authlib.jose import JsonWebKey, JsonWebToken
    from authlib.jose.errors import JoseError as AuthlibError

REQUIRED = ("iss", "aud", "sub", "iat", "exp")
REACHING = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE")
NAMES = ("PyJWT", "authlib", "joserfc", "jose", "openid-client")


class Metadata(NamedTuple):
    """What an issuer says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    jwks_uri: str
    algorithms: list[str]


# Of each verifier by its name, of each token by its name: why it was refused, or None when it was not.
Verdicts = dict[str, dict[str, str | None]]


def verdicts(deployment: Deployment, npm: NpmPackages, audience: str, tokens: Mapping[str, str]) -> Verdicts:
    """What all of them make of some tokens."""
    asked = json.dumps({"issuer": deployment.output("IssuerUrl"), "audience": audience, "tokens": tokens})
    ran = run([npm.node, DIRECTORY / "verify.mjs"], machine(deployment), text=asked)
    assert ran.returncode == 0, ran.stderr
    said: Verdicts = json.loads(ran.stdout)
    with reaching(deployment):
        metadata = _metadata(deployment)
        said["PyJWT"] = PyJwt(deployment, audience).verdicts(tokens)
        keys = _read(deployment, metadata.jwks_uri)
        said["joserfc"] = {name: _joserfc(token, metadata, audience, keys) for name, token in tokens.items()}
        said["authlib"] = {name: _authlib(token, metadata, audience, keys) for name, token in tokens.items()}
    return said


@contextmanager
def reaching(deployment: Deployment) -> Iterator[None]:
    """Proxy and authority for libraries of this process that look for them in the environment."""
    variables = deployment.embedded.variables()
    with pytest.MonkeyPatch.context() as environment:
        for name in REACHING:
            environment.setenv(name, variables[name])
        yield


def _metadata(deployment: Deployment) -> Metadata:
    issuer = deployment.output("IssuerUrl")
    document = _read(deployment, issuer.removesuffix("/") + "/.well-known/openid-configuration")
    assert document["issuer"] == issuer
    return Metadata(issuer, document["jwks_uri"], document["id_token_signing_alg_values_supported"])


def _read(deployment: Deployment, url: str) -> Any:
    answer = deployment.web.request("GET", url)
    assert answer.status == 200, url
    return json.loads(answer.body)


class PyJwt:
    """PyJWT, which fetches the keys by itself."""

    def __init__(self, deployment: Deployment, audience: str) -> None:
        metadata = _metadata(deployment)
        trust = ssl.create_default_context(cafile=str(deployment.embedded.certificates.authority))
        self._keys = pyjwt.PyJWKClient(metadata.jwks_uri, ssl_context=trust)
        self._metadata = metadata
        self._audience = audience

    def verdicts(self, tokens: Mapping[str, str]) -> dict[str, str | None]:
        return {name: self._verdict(token) for name, token in tokens.items()}

    def claims(self, token: str) -> dict[str, Any]:
        """What the token says, proven; raises pyjwt.PyJWTError."""
        return pyjwt.decode(
            token,
            self._keys.get_signing_key_from_jwt(token),
            algorithms=self._metadata.algorithms,
            issuer=self._metadata.issuer,
            audience=self._audience,
            options={"require": list(REQUIRED)},
        )

    def _verdict(self, token: str) -> str | None:
        try:
            self.claims(token)
        except pyjwt.PyJWTError as refusal:
            return _why(refusal)
        return None


def _joserfc(token: str, metadata: Metadata, audience: str, keys: Any) -> str | None:
    rules: Any = _rules(metadata, audience)
    try:
        proven = joserfc.decode(token, KeySet.import_key_set(keys), algorithms=metadata.algorithms)
        joserfc.JWTClaimsRegistry(**rules).validate(proven.claims)
    except (JoseError, ValueError) as refusal:
        return _why(refusal)
    return None


def _authlib(token: str, metadata: Metadata, audience: str, keys: Any) -> str | None:
    try:
        claims = JsonWebToken(metadata.algorithms).decode(
            token, JsonWebKey.import_key_set(keys), claims_options=_rules(metadata, audience)
        )
        claims.validate()
    except (AuthlibError, ValueError) as refusal:
        return _why(refusal)
    return None


def _rules(metadata: Metadata, audience: str) -> dict[str, dict[str, object]]:
    """Which claims must be there, and what they must say; authlib and joserfc take them in one form."""
    values = {"iss": metadata.issuer, "aud": audience}
    return {name: {"essential": True, **({"value": values[name]} if name in values else {})} for name in REQUIRED}


def _why(refusal: Exception) -> str:
    return f"{type(refusal).__name__}: {refusal}"
