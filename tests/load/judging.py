"""Whether each answer is one that a job may be given: the token it asked for, its refusal, or a 503 to wait after."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jobpass.errors import RefusedError
from jobpass.verification import read, verify
from local.web import Web
from tests.load.asking import Outcome, Told
from tests.load.wishes import AWS, Wish

_REFUSED_WITH = {"invalid_target": 400, "invalid_token": 401}
_ROLES, _SOURCE_IDENTITY = "https://aws.amazon.com/roles", "https://aws.amazon.com/source_identity"


@dataclass(frozen=True)
class Served:
    """What an issuer serves to everybody: its URL and its keys."""

    issuer: str
    keys: list[Any]

    @classmethod
    def by(cls, issuer: str, web: Web) -> "Served":
        """Fetch the documents, from the issuer's URL alone."""
        discovery = json.loads(web.request("GET", f"{issuer}/.well-known/openid-configuration").body)
        return cls(discovery["issuer"], json.loads(web.request("GET", discovery["jwks_uri"]).body)["keys"])


def wrongs(outcomes: list[Outcome], served: Served) -> Iterator[str]:
    """Return what is wrong with any answer: in a few words, and the request's identifier."""
    identifiers: set[str] = set()
    for outcome in outcomes:
        for answer in outcome.answers:
            yield from (f"{wrong} (request {_request(answer)})" for wrong in _wrong(answer, outcome, served))
        if outcome.token is not None:
            jti = str(_claims(outcome.token).get("jti"))
            if jti in identifiers:
                yield f"two tokens with one jti ({jti})"
            identifiers.add(jti)


def _wrong(answer: Told, outcome: Outcome, served: Served) -> Iterator[str]:
    wish, said = outcome.wish, answer.document
    if answer.headers.get("cache-control") != "no-store":
        yield "an answer that may be kept"
    if answer.status == 503:
        if said.get("error") != "temporarily_unavailable" or not answer.headers.get("retry-after", "").isdigit():
            yield "a 503 that does not say when to try again"
    elif wish.refusal is not None:
        if (answer.status, said.get("error")) != (_REFUSED_WITH[wish.refusal], wish.refusal):
            yield f"{answer.status} {said.get('error')} where {wish.refusal} was due"
    elif answer.status != 200 or said.get("count") != len(str(said.get("value"))):
        yield f"{answer.status} {said.get('error')} where a token was due"
    else:
        yield from _wrong_token(str(said["value"]), int(answer.at), wish, served)


def _wrong_token(text: str, now: int, wish: Wish, served: Served) -> Iterator[str]:
    try:
        proven = verify(read(text), served.keys, issuer=served.issuer, audience=wish.audience, now=now)
    except RefusedError as error:
        yield f"a token that does not verify: {error.code}"
        return
    claims = proven.claims
    said = {
        "subject": proven.subject,
        "lifetime": proven.expires_at - proven.issued_at,
        "job": claims.get("job_id"),
        "pin": claims.get(_ROLES),
        "source identity": claims.get(_SOURCE_IDENTITY),
    }
    due = {
        "subject": wish.job.subject,
        "lifetime": wish.lifetime_seconds,
        "job": wish.job.job_claim,
        "pin": [wish.role_arn] if wish.role_arn else None,
        "source identity": claims["jti"] if wish.audience == AWS else None,
    }
    yield from (f"a token with another {name}" for name, value in due.items() if said[name] != value)


def _claims(text: str) -> dict[str, Any]:
    try:
        return dict(read(text).unverified_claims)
    except RefusedError:
        return {}


def _request(answer: Told) -> str:
    return str(answer.document.get("request_id") or answer.headers.get("apigw-requestid") or "unknown")
