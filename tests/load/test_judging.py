"""Of the answers to a load, only the one that is due is right."""

import json
from typing import Any

import pytest

from local.registration import Registration
from tests.load.asking import Outcome, Told
from tests.load.figures import by_kind, spread
from tests.load.judging import Served, wrongs
from tests.load.wishes import AWS, STRANGER, VAULT, Wish, Working
from tests.verification.tokens import ISSUER, NOW, claims, keys, signed

JOB = Working(Registration("job-1", "", "", ""), "org:acme:repo:web", "run-1", "")
SERVED = Served(ISSUER, keys("RS256"))
ROLE = "arn:aws:iam::111122223333:role/deploy"
FOR_VAULT = Wish(JOB, VAULT, 300)
FOR_AWS = Wish(JOB, AWS, 300, ROLE)
REFUSED = Wish(JOB, STRANGER, 300, refusal="invalid_target")
KEPT_BY_NOBODY = {"cache-control": "no-store"}


def answer(status: int, document: dict[str, Any], **headers: str) -> Told:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(NOW, 0.1, status, {**KEPT_BY_NOBODY, **named}, json.dumps(document).encode())


def token(**changes: Any) -> Told:
    text = signed("RS256", of_claims=claims(job_id="run-1", **changes))
    return answer(200, {"count": len(text), "value": text})


def for_aws(**changes: Any) -> Told:
    good = {"aud": AWS, "https://aws.amazon.com/roles": [ROLE], "https://aws.amazon.com/source_identity": "5f0c"}
    return token(**{**good, **changes})


def found(wish: Wish, *answers: Told) -> list[str]:
    return list(by_kind(list(wrongs([Outcome(wish, list(answers))], SERVED))))


UNAVAILABLE = answer(503, {"error": "temporarily_unavailable"}, retry_after="2")


@pytest.mark.parametrize(
    ("wish", "answers"),
    [
        (FOR_VAULT, [token()]),
        (FOR_AWS, [for_aws()]),
        (FOR_VAULT, [UNAVAILABLE, UNAVAILABLE, token()]),
        (REFUSED, [UNAVAILABLE, answer(400, {"error": "invalid_target"})]),
    ],
    ids=["token", "pinned", "in the end", "refused"],
)
def test_what_was_due_is_right(wish: Wish, answers: list[Told]) -> None:
    assert found(wish, *answers) == []


@pytest.mark.parametrize(
    ("wish", "told", "wrong"),
    [
        (FOR_VAULT, token(sub="org:acme:repo:other"), "a token with another subject"),
        (FOR_VAULT, token(exp=NOW + 300), "a token with another lifetime"),
        (FOR_VAULT, token(aud=AWS), "a token that does not verify: audience"),
        (FOR_VAULT, token(iat=NOW + 60, nbf=NOW + 60, exp=NOW + 360), "a token that does not verify: not_yet_valid"),
        (FOR_VAULT, answer(200, {"count": 3, "value": "a.b"}), "a token that does not verify: malformed"),
        (FOR_VAULT, answer(200, {"count": 2, "value": "a.b"}), "200 None where a token was due"),
        (FOR_AWS, for_aws(**{"https://aws.amazon.com/roles": ["other"]}), "a token with another pin"),
        (FOR_AWS, for_aws(**{"https://aws.amazon.com/source_identity": "x"}), "a token with another source identity"),
        (FOR_VAULT, answer(401, {"error": "invalid_token"}), "401 invalid_token where a token was due"),
        (FOR_VAULT, answer(503, {"message": "Service Unavailable"}), "a 503 that does not say when to try again"),
        (FOR_VAULT, answer(500, {"error": "server_error"}), "500 server_error where a token was due"),
        (REFUSED, token(aud=STRANGER), "200 None where invalid_target was due"),
        (FOR_VAULT, Told(NOW, 0.1, 503, {"retry-after": "2"}, UNAVAILABLE.body), "an answer that may be kept"),
    ],
)  # fmt: skip
def test_anything_else_is_wrong(wish: Wish, told: Told, wrong: str) -> None:
    assert found(wish, told) == [wrong]


def test_no_two_tokens_have_one_name() -> None:
    both = [Outcome(FOR_VAULT, [token()]), Outcome(FOR_VAULT, [token()])]
    assert list(by_kind(list(wrongs(both, SERVED)))) == ["two tokens with one jti"]


def test_times_are_told_by_their_spread() -> None:
    assert spread([float(each) for each in range(101)]) == {"median": 50, "p95": 95, "p99": 99, "longest": 100}
    assert spread([1.0]) is None
