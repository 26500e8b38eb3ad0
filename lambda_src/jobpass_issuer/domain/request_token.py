"""The request token: the bearer secret that a job holds, `<job_id>.<secret>`."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Self

from jobpass_issuer.domain.errors import InvalidTokenError

JOB_ID = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
# Compared with where there is no such job, so that an unknown job costs the same work as a wrong secret.
NO_SECRET_SHA256 = "0" * 64


@dataclass(frozen=True, slots=True, repr=False)
class RequestToken:
    """A request token taken apart; its `repr` shows the job alone."""

    job_id: str
    secret: str

    def __repr__(self) -> str:
        return f"RequestToken(job_id={self.job_id!r})"

    def __str__(self) -> str:
        return f"{self.job_id}.{self.secret}"

    @property
    def secret_sha256(self) -> str:
        """The hexadecimal SHA-256 of the secret, all that is ever stored of it (256 random bits need no salt)."""
        return hashlib.sha256(self.secret.encode("ascii")).hexdigest()

    def proves(self, secret_sha256: str) -> bool:
        """Whether this is the token whose secret has that SHA-256; takes the same time for every answer."""
        return hmac.compare_digest(self.secret_sha256, secret_sha256)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the token that a job sent.

        Raises:
            InvalidTokenError: it does not have the form of a request token.
        """
        match = _TOKEN.fullmatch(text)
        if match is None:
            raise InvalidTokenError(
                "the request token is malformed: send the `request_token` of the registration unchanged, "
                "as `Authorization: Bearer <request_token>`"
            )
        return cls(match[1], match[2])


def named_job(header: str | None) -> str | None:
    """Return the job that an `Authorization` header names, proven or not; None where it holds no request token."""
    try:
        return from_authorization(header, bare=True).job_id
    except InvalidTokenError:
        return None


def from_authorization(header: str | None, *, bare: bool = False) -> RequestToken:
    """Return the request token of an `Authorization` header, whatever the scheme's case (RFC 9110, section 11.1).

    With `bare` it may stand there without a scheme, as AWS SDKs send what AWS_CONTAINER_AUTHORIZATION_TOKEN holds (AWS
    SDKs and Tools Reference Guide, "Container credential provider").

    Raises:
        InvalidTokenError: the header is absent, has another scheme, or holds no request token.
    """
    if not header:
        raise InvalidTokenError("send the registration's request token as `Authorization: Bearer <request_token>`")
    if bare and " " not in header:
        return RequestToken.parse(header)
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidTokenError("the authorization scheme must be `Bearer`, with the registration's request token")
    return RequestToken.parse(text.strip(" "))
