"""The issuer: its URL, and the places that relying parties derive from it."""

import re
from dataclasses import dataclass

_HOST = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
# Neither `.` nor `..` as a segment: clients resolve them before they ask.
_PATH = re.compile(r"(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._~-]+)*/?")
MAX_URL_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer identifier: https, a host name in lower case, an optional path, nothing else.

    IAM compares the URL letter for letter and keeps a trailing slash, so both spellings are two issuers
    (IAM user guide, "Create an OpenID Connect (OIDC) identity provider in IAM").
    """

    url: str

    @property
    def host_and_path(self) -> str:
        """What IAM puts before the colon of a condition key, and after `oidc-provider/` in the provider's ARN."""
        return self.url.removeprefix("https://")

    @property
    def discovery_url(self) -> str:
        """Where the discovery document is (OpenID Connect Discovery 1.0, section 4: a terminating slash goes)."""
        return self.url.removesuffix("/") + "/.well-known/openid-configuration"

    @property
    def jwks_url(self) -> str:
        """Where the JWK Set is."""
        return self.url.removesuffix("/") + "/.well-known/jwks.json"


def url_mistake(url: str) -> str | None:
    """Return what is wrong with an issuer URL and how to mend it, or None where nothing is."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme != "https":
        return "must begin with `https://`: STS fetches the documents over TLS only"
    if len(url) > MAX_URL_LENGTH:
        return f"is {len(url)} characters long; IAM takes {MAX_URL_LENGTH} at most"
    host, slash, path = rest.partition("/")
    if any(mark in rest for mark in "?#@"):
        return "must hold neither a query, a fragment nor a user name: IAM refuses them"
    if ":" in host:
        return "must not name a port: IAM drops it, and the issuer would no longer equal the provider's URL"
    if host != host.lower():
        return f"must have its host in lower case (`{host.lower()}`): IAM and relying parties compare letter for letter"
    if not _HOST.fullmatch(host):
        return "must name a host by its full domain name, such as `https://oidc.example.com`"
    if not _PATH.fullmatch(slash + path):
        return "must have a path of plain segments (letters, digits, `.`, `_`, `~`, `-`), such as `/api/oidc`"
    return None
