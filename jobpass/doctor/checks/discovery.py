"""The discovery document (OpenID Connect Discovery 1.0, section 3)."""

from collections.abc import Iterator, Mapping
from typing import Any

from jobpass.doctor.checks.delivery import DISCOVERY as WHERE
from jobpass.doctor.facts import Document, Facts
from jobpass.doctor.fetching import askable
from jobpass.doctor.finding import Finding, error, note, shown, warning
from jobpass.doctor.json_body import parse
from jobpass_issuer.domain.algorithm import ALGORITHMS

# What a document needs beside issuer and jwks_uri, with a value that serves an issuer of ID tokens alone.
_LISTS = {
    "response_types_supported": '["id_token"]',
    "subject_types_supported": '["public"]',
    "id_token_signing_alg_values_supported": '["RS256"]',
}


def findings(facts: Facts) -> Iterator[Finding]:
    """Return what is wrong with what the document says."""
    if not isinstance(facts.discovery, Document) or facts.discovery.status != 200:
        return
    body = parse(facts.discovery.body)
    if body.mistake:
        yield error("discovery_json", WHERE, body.mistake, "serve one JSON object in UTF-8")
        return
    if not isinstance(body.value, dict):
        yield error("discovery_json", WHERE, "is JSON, but no object", "serve one JSON object in UTF-8")
        return
    if body.repeated:
        message = f"has {body.repeated[0]} twice, and readers differ in which one counts"
        yield error("discovery_repeated", WHERE, message, "write each member once")
    yield from _issuer(body.value, facts.issuer_url)
    yield from _jwks_uri(body.value)
    yield from _lists(body.value)
    yield from _algorithms(body.value)
    yield from _recommended(body.value)


def _issuer(document: Mapping[str, Any], asked: str) -> Iterator[Finding]:
    said = document.get("issuer")
    if not isinstance(said, str):
        text = "has no `issuer`" if said is None else f"has the issuer {shown(said)}, which is no text"
        yield error("issuer_missing", WHERE, text, f"add `issuer` with the very URL {shown(asked)}")
    elif said.rstrip("/") == asked.rstrip("/") and said != asked:
        message = f"names the issuer {shown(said)}: a slash more or less than {shown(asked)} makes another issuer"
        remedy = "write one of both everywhere: in tokens, in this document and on the OIDC provider"
        yield error("issuer_slash", WHERE, message, remedy)
    elif said != asked:
        message = f"names the issuer {shown(said)}, not {shown(asked)}, and readers compare letter for letter"
        yield error("issuer_other", WHERE, message, f"look at {shown(said)} instead, or correct `issuer`")


def _jwks_uri(document: Mapping[str, Any]) -> Iterator[Finding]:
    said = document.get("jwks_uri")
    if said is None:
        yield error("jwks_uri", WHERE, "has no `jwks_uri`", "add the https URL of the JWK Set")
    elif not askable(said):
        message = f"has the jwks_uri {shown(said)}, which is no absolute https URL"
        yield error("jwks_uri", WHERE, message, "write the whole URL, beginning with https://")


def _lists(document: Mapping[str, Any]) -> Iterator[Finding]:
    for name, example in _LISTS.items():
        said = document.get(name)
        if said is None:
            message = f"has no `{name}`, which OpenID Connect Discovery requires"
            yield error("discovery_member", WHERE, message, f"add `{name}`, such as {example}")
        elif not isinstance(said, list) or not said or not all(isinstance(each, str) for each in said):
            message = f"has {shown(said)} for `{name}`, which is a list of texts"
            yield error("discovery_member", WHERE, message, f"write it so: {example}")


def announced(document: Any) -> list[str]:
    """Return the algorithms that a discovery document names."""
    said = document.get("id_token_signing_alg_values_supported") if isinstance(document, dict) else None
    return [each for each in said if isinstance(each, str)] if isinstance(said, list) else []


def _algorithms(document: Mapping[str, Any]) -> Iterator[Finding]:
    names = announced(document)
    if not names:
        return
    if not set(names) & set(ALGORITHMS):
        message = f"names {shown(names)} for ID tokens, and IAM takes {', '.join(ALGORITHMS)} only"
        yield error("algorithms", WHERE, message, "sign by RS256, which everybody knows")
    elif "RS256" not in names:
        message = "does not name RS256, which OpenID Connect Discovery requires and some clients know alone"
        yield note("algorithms_rs256", WHERE, message, "publish an RSA key too where such clients are to read tokens")
    for name in names:
        if name == "none" or name.startswith("HS"):
            message = f"names {shown(name)} for ID tokens, which anybody, or every relying party, can forge"
            yield warning("algorithms_forgeable", WHERE, message, "leave it out")


def _recommended(document: Mapping[str, Any]) -> Iterator[Finding]:
    if "authorization_endpoint" not in document:
        message = "has no `authorization_endpoint`, which OpenID Connect Discovery requires; AWS does without"
        remedy = "add one; a URN says that there is no browser's way to tokens, as EKS's documents do"
        yield warning("authorization_endpoint", WHERE, message, remedy)
    if "claims_supported" not in document:
        message = "has no `claims_supported`, which OpenID Connect Discovery recommends"
        yield note("claims_supported", WHERE, message, "list the claims of your tokens")
