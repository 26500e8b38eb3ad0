"""Client assertions: how a platform without AWS credentials proves itself, by a signature of its own (RFC 7523)."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping

from jobpass.platform.errors import SettingsError
from jobpass.platform.private_key import PrivateKey
from jobpass_issuer.domain.jwk import base64url

# Enough for a slow connection; what is stolen on the way is worth nothing soon after.
LIFETIME_SECONDS = 60
_PRINTABLE = re.compile(r"[!-~]{1,128}")


class ClientAssertions:
    """Makes an assertion for each request, also for one that is sent again: the issuer takes each once."""

    routes = "/v1/assertion/jobs"

    def __init__(
        self,
        *,
        issuer_url: str,
        platform: str,
        key_id: str,
        private_key: str | bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the platform's name in jobpass.yaml, the `kid` of its public key there, and the private key as PEM.

        Raises:
            SettingsError: one of them cannot be what it should be.
        """
        if not issuer_url.startswith("https://"):
            text = f"{issuer_url!a} is no issuer URL"
            raise SettingsError("issuer_url", text, "take the output `IssuerUrl`, letter for letter")
        if not platform:
            raise SettingsError("platform", "the platform's name is empty", "write it as jobpass.yaml has it")
        if not _PRINTABLE.fullmatch(key_id):
            text = f"{key_id!a} is no key's name"
            raise SettingsError("key_id", text, "write the `kid` that the platform's public key has in jobpass.yaml")
        self._issuer_url = issuer_url
        self._platform = platform
        self._key_id = key_id
        self._key = PrivateKey.read(private_key)
        self._clock = clock

    def headers(self, _method: str, _url: str, headers: Mapping[str, str], _body: bytes | None) -> dict[str, str]:
        """Return the headers of one request with the proof of who sends it."""
        return {**headers, "Authorization": f"Bearer {self._assertion()}"}

    def _assertion(self) -> str:
        now = int(self._clock())
        header = {"alg": self._key.algorithm, "kid": self._key_id, "typ": "JWT"}
        claims = {
            "iss": self._platform,
            "sub": self._platform,
            "aud": self._issuer_url,
            "jti": secrets.token_hex(16),
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        signed = f"{_part(header)}.{_part(claims)}"
        return f"{signed}.{base64url(self._key.signature(signed.encode('ascii')))}"


def _part(members: Mapping[str, object]) -> str:
    return base64url(json.dumps(members, separators=(",", ":")).encode())
