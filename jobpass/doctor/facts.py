"""What was seen of an issuer: plain values, on which the checks decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

# Why there is no answer. The first three say nothing of the issuer itself: it could not be looked at.
Cause = Literal["name", "connection", "proxy", "tls", "time", "protocol", "private"]
OUT_OF_REACH: frozenset[Cause] = frozenset({"name", "connection", "proxy"})


@dataclass(frozen=True, slots=True)
class Document:
    """An answer. Header names are in lower case, repeated ones joined by a comma; `hops` are the redirects followed.

    `whole` is false where the body was longer than the reader takes. `seconds` is from the name's look-up to the last
    byte, redirects included.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    whole: bool = True
    hops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer, and why, in the words of the system."""

    url: str
    cause: Cause
    detail: str


Answer = Document | Unanswered


@dataclass(frozen=True, slots=True)
class Distrust:
    """Why a certificate is not trusted: OpenSSL's number (X509_V_ERR_…) and text."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host as it shows itself in TLS.

    `addresses` are what its name stands for, None where a proxy looks names up. `versions` says of each TLS version
    whether it is offered. `certificate_ends` is None where the certificate is not trusted.
    """

    host: str
    port: int
    addresses: tuple[str, ...] | None
    versions: Mapping[str, bool]
    distrust: Distrust | None = None
    certificate_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was seen, at the moment `looked_at`.

    `doubled_slash` is the discovery document where a URL that ends in a slash is joined without removing it, None for
    other URLs. `jwk_set` is None where the discovery document names no address that can be asked. `own_roots` names the
    file of authorities that stood in for the system's.
    """

    issuer_url: str
    looked_at: datetime
    discovery: Answer
    doubled_slash: Answer | None = None
    jwk_set: Answer | None = None
    endpoints: tuple[Endpoint, ...] = field(default=())
    own_roots: str | None = None

    @property
    def out_of_reach(self) -> bool:
        """Whether nothing was seen of the issuer, for a reason that may lie on this side."""
        return isinstance(self.discovery, Unanswered) and self.discovery.cause in OUT_OF_REACH
