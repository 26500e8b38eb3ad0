"""The issuer's URL as IAM takes it for an OIDC provider (IAM API, "CreateOpenIDConnectProvider")."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from jobpass.doctor.facts import Facts
from jobpass.doctor.finding import Finding, error, note, shown, warning
from jobpass_issuer.domain.issuer import MAX_URL_LENGTH, url_mistake

WHERE = "issuer URL"


def findings(facts: Facts) -> Iterator[Finding]:
    """Return what IAM refuses of the URL, or keeps otherwise than people expect."""
    url = facts.issuer_url
    parts = urlsplit(url)
    found = list(_refused(url))
    yield from found
    host = parts.netloc.rpartition("@")[2]
    if host != host.lower():
        message = "has capitals in its host: IAM keeps them, and compares letter for letter"
        yield warning("url_capitals", WHERE, message, "write the host in lower case, in tokens and documents too")
    if parts.path.endswith("/"):
        message = "ends in a slash: IAM keeps it, and takes the URL without it for another issuer"
        remedy = "use this very spelling everywhere, or better an issuer URL without the slash"
        yield note("url_slash", WHERE, message, remedy)
    elif not found and host == host.lower() and (mistake := url_mistake(url)):
        yield warning(
            "url_form", WHERE, mistake.partition(": ")[0], "choose a URL of plain segments on a full host name"
        )


def _refused(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if len(url) > MAX_URL_LENGTH:
        message = f"has {len(url)} characters, and IAM takes {MAX_URL_LENGTH}"
        yield error("url_length", WHERE, message, "choose a shorter path or host")
    if "?" in url or "#" in url:
        message = "holds a query or a fragment, which IAM refuses"
        yield error("url_query", WHERE, message, "choose an issuer URL of host and path alone")
    if "@" in parts.netloc:
        message = "holds a user name, which no issuer identifier has (OpenID Connect Discovery 1.0, section 3)"
        yield error("url_user", WHERE, message, "leave it out, in tokens and documents too")
    port = parts.port
    if port is not None:
        message = f"names the port {shown(port)}: IAM takes none, and drops :443, after which it no longer equals `iss`"
        yield error("url_port", WHERE, message, "serve the issuer on 443 and leave the port out of its URL")
