"""How the documents arrive: status, redirects, media type, caching, size and time."""

import re
from collections.abc import Iterator

from jobpass.doctor.facts import Answer, Document, Facts, Unanswered
from jobpass.doctor.finding import Finding, error, note, shown, warning

DISCOVERY, JWK_SET = "discovery document", "JWK Set"
# AWS re:Post, "Couldn't retrieve verification key": STS gives up after five seconds.
STS_SECONDS = 5.0
SLOW_SECONDS = 2.0
# What Nimbus's JWK source, the one of Spring Security, reads unless told otherwise.
NIMBUS_BYTES = 51_200
LONGEST_CACHE_SECONDS = 86_400
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_MEDIA_TYPES = {DISCOVERY: ("application/json",), JWK_SET: ("application/json", "application/jwk-set+json")}
_NO_ANSWER = {
    "name": ("its name stands for nothing", "correct the host, or add its DNS record"),
    "connection": (
        "no connection",
        "let everybody connect; where only a proxy leads out of this network, set HTTPS_PROXY",
    ),
    "proxy": ("the proxy does not lead there", "correct HTTPS_PROXY, or put the host into NO_PROXY"),
    "tls": ("TLS fails", "offer TLS 1.2 and 1.3 with a certificate that names the host"),
    "time": ("it takes too long, and STS waits five seconds", "serve the documents as static files, near and cached"),
    "private": ("its host is not on the internet", "serve it under a name that leads to a public address"),
    "protocol": ("the answer is no HTTP", "serve the documents with a plain web server"),
}


def findings(facts: Facts) -> Iterator[Finding]:
    """Return what is wrong with the way in which the documents are served."""
    yield from _one(DISCOVERY, facts.discovery)
    if facts.jwk_set is not None:
        yield from _one(JWK_SET, facts.jwk_set)
    yield from _doubled_slash(facts)


def _one(where: str, answer: Answer) -> Iterator[Finding]:
    if isinstance(answer, Unanswered):
        message, remedy = _NO_ANSWER[answer.cause]
        yield error(f"fetch_{answer.cause}", where, f"{message} ({shown(answer.detail)}) at {answer.url}", remedy)
        return
    if answer.hops:
        message = (
            f"is reached by a redirect to {shown(answer.hops[-1])}, and must be answered with 200 where it is asked"
        )
        yield error(
            "http_redirect", where, message, "serve it at its own URL (OpenID Connect Discovery 1.0, section 4.2)"
        )
    if answer.status != 200:
        message = f"is answered with {answer.status} at {answer.url}"
        yield error("http_status", where, message, "serve it there with 200, to everybody, without a log-in")
        return
    yield from _form(where, answer)
    yield from _caching(where, answer)
    yield from _time(where, answer)


def _form(where: str, answer: Document) -> Iterator[Finding]:
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES[where]:
        said = shown(media_type) if media_type else "missing"
        message = f"has the content type {said}, and strict clients read {' or '.join(_MEDIA_TYPES[where])} only"
        yield warning("http_content_type", where, message, "set `Content-Type: application/json`")
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        message = f"is sent as {shown(encoding)} though the request refused every encoding"
        yield error("http_encoding", where, message, "compress only for clients that ask for it")
    if not answer.whole:
        yield error("size", where, f"is longer than {len(answer.body)} bytes", "serve the document, and nothing else")
    elif len(answer.body) > NIMBUS_BYTES:
        message = f"has {len(answer.body)} bytes, and some readers stop at {NIMBUS_BYTES}"
        yield warning("size", where, message, "leave out keys that no valid token needs, and certificates (`x5c`)")


def _caching(where: str, answer: Document) -> Iterator[Finding]:
    control = answer.headers.get("cache-control", "").lower()
    if "set-cookie" in answer.headers:
        message = "sets a cookie, which keeps shared caches from holding it"
        yield warning("http_cookie", where, message, "serve it without `Set-Cookie`")
    if not control:
        message = "has no Cache-Control: each relying party guesses for how long it may keep it"
        yield warning("cache_missing", where, message, "set `Cache-Control: public, max-age=300`")
        return
    match = _MAX_AGE.search(control)
    age = int(match[1]) if match else 0
    if age > LONGEST_CACHE_SECONDS or "immutable" in control:
        held = "for ever" if "immutable" in control else f"for {age} seconds"
        message = f"may be kept {held}: a new key stays unknown, and a revoked one trusted, as long as that"
        yield warning("cache_long", where, message, "set `max-age` to minutes, at most a day")
    elif "no-store" in control or "no-cache" in control or not age:
        message = "may not be kept: each verification fetches it, and AWS names too many requests as a cause of failure"
        yield note("cache_none", where, message, "set `Cache-Control: public, max-age=300`")


def _time(where: str, answer: Document) -> Iterator[Finding]:
    if answer.seconds >= STS_SECONDS:
        message = f"took {answer.seconds:.1f} seconds, and STS gives up after five"
        yield error("slow", where, message, "serve it as a static file, near and cached")
    elif answer.seconds >= SLOW_SECONDS:
        message = f"took {answer.seconds:.1f} seconds from here; STS gives up after five"
        yield warning("slow", where, message, "serve it as a static file, near and cached")


def _doubled_slash(facts: Facts) -> Iterator[Finding]:
    """An issuer that ends in a slash: both ways of joining should lead to one document."""
    one, other = facts.discovery, facts.doubled_slash
    if other is None or not isinstance(one, Document) or one.status != 200:
        return
    served = isinstance(other, Document) and other.status == 200
    if not served or (isinstance(other, Document) and one.body != other.body):
        message = f"is {'another one' if served else 'not there'} at {other.url}; how STS joins such a URL is not known"
        remedy = "serve the same bytes there too, or choose an issuer URL without the slash at its end"
        yield warning("slash_join", DISCOVERY, message, remedy)
