"""The canary function against an issuer on the wire: a sound one, and one that is unsound in one place at a time."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from jobpass_issuer.domain.forgery import forgeries
from jobpass_issuer.handlers import canary
from jobpass_issuer.handlers.canary_round import REFUSALS
from tests.handlers.canary import front_door
from tests.handlers.canary.front_door import REQUEST_TOKEN, SECRET, FrontDoor, Spoil
from tests.local.seam import signing

GRANTED = {"value": "x"}
SOUND = {"granted": True, "refused": list(REFUSALS), "failed": {}}
Records = Callable[[], list[dict[str, Any]]]


def gone() -> dict[str, Any]:
    return canary.handler({}, None)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_a_sound_issuer_grants_and_refuses(door: FrontDoor, algorithm: str, records: Records) -> None:
    door.algorithm = algorithm
    if algorithm == "ES384":
        door.spoiled["jwks"] = lambda _: (200, {"keys": [signing.jwk("ES384")]})

    assert gone() == SOUND
    assert door.asked == [
        *("unknown_job", "discovery", "jwks", "session", "register", "wrong_audience", "token", "end", "ended_job")
    ]
    metrics = {name: each[name] for each in records() for name in each if name.startswith("Canary")}
    assert metrics == {"CanaryGranted": [1.0], "CanaryRefused": [5.0]}


def answers(status: int, told: Any) -> Spoil:
    return lambda _: (status, told)


def with_member(**changes: Any) -> Spoil:
    return lambda right: (right[0], {**right[1], **changes})


UNAVAILABLE = answers(503, {"error": "temporarily_unavailable"})
SPOILED: dict[str, tuple[dict[str, Spoil], dict[str, str]]] = {
    "an unknown job gets a token": (
        {"unknown_job": answers(200, GRANTED)}, {"unknown_job": "answered 200, not 401 invalid_token"}
    ),
    "an unknown job is refused for another reason": (
        {"unknown_job": UNAVAILABLE},
        {"unknown_job": "answered 503 temporarily_unavailable, not 401 invalid_token"},
    ),
    "an unknown job is refused as another error": (
        {"unknown_job": answers(401, {"error": "Bearer sEcReT of somebody"})},
        {"unknown_job": "answered 401 (a name that is not shown), not 401 invalid_token"},
    ),
    "a token for AWS": (
        {"wrong_audience": answers(200, GRANTED)}, {"wrong_audience": "answered 200, not 400 invalid_target"}
    ),
    "an ended job gets a token": (
        {"ended_job": answers(200, GRANTED)}, {"ended_job": "answered 200, not 401 invalid_token"}
    ),
    "no token": ({"token": UNAVAILABLE}, {"token": "answered 503 temporarily_unavailable"}),
    "a gateway's refusal": ({"token": answers(429, {"message": "Too Many"})}, {"token": "answered 429"}),
    "a token that is none": ({"token": answers(200, GRANTED)}, {"verify": "malformed"}),
    "a token in another member": ({"token": answers(200, {"jwt": "x"})}, {"token": "the answer lacks `value`"}),
    "no JSON": ({"token": answers(200, "<html>")}, {"token": "answered no JSON object"}),
    "a document twice as large": ({"jwks": answers(200, "x" * (1 << 21))}, {"documents": "TooLong"}),
    "a document elsewhere": ({"discovery": answers(302, {})}, {"documents": "answered 302"}),
    "no document": ({"discovery": answers(404, "<Error/>")}, {"documents": "answered 404"}),
    "no list of keys": ({"jwks": answers(200, {})}, {"documents": "the documents lack their lists"}),
    "another issuer's document": (
        {"discovery": with_member(issuer="https://localhost")},
        {"documents": "the discovery document names another issuer"},
    ),
    "an algorithm that is not listed": (
        {"discovery": with_member(id_token_signing_alg_values_supported=["ES256"])},
        {"verify": "the discovery document does not list the token's algorithm"},
    ),
    "a key that is gone": ({"jwks": answers(200, {"keys": [signing.jwk("ES384")]})}, {"verify": "unknown_key"}),
    "a key twice": ({"jwks": answers(200, {"keys": [signing.jwk("RS256")] * 2})}, {"verify": "ambiguous_key"}),
    "no session": (
        {"session": answers(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")},
        {"session": "AccessDenied"},
    ),
    "a session without its result": (
        {"session": answers(200, "<AssumeRoleResponse/>")}, {"session": "MalformedAnswer"}
    ),
    "half a session": (
        {"session": answers(200, "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>")},
        {"session": "MalformedAnswer"},
    ),
    "no registration": ({"register": answers(403, {"message": "Forbidden"})}, {"register": "answered 403"}),
    "a registration of somebody else": (
        {"register": with_member(subject="org:acme")}, {"register": "the job was given another subject"}
    ),
    "a registration without its secret": (
        {"register": with_member(request_token="")}, {"register": "the answer lacks `request_token`"}
    ),
    "a request URL of somebody else": (
        {"register": with_member(request_url="https://localhost.attacker.example/v1/token?a=b")},
        {"register": "the request URL leads elsewhere"},
    ),
    "a job that does not end": ({"end": with_member(ended_at=None)}, {"end": "the job has not ended"}),
}  # fmt: skip


@pytest.mark.parametrize(("spoiled", "failed"), SPOILED.values(), ids=list(SPOILED))
def test_what_is_unsound_is_seen_at_its_step(
    door: FrontDoor, spoiled: dict[str, Spoil], failed: dict[str, str], records: Records
) -> None:
    door.spoiled = spoiled
    outcome = gone()

    assert outcome["failed"] == failed
    assert not set(outcome["refused"]) & set(failed)
    counted = [each for each in records() if "CanaryFailed" in each]
    assert [each.get("Reason") for each in counted if "Reason" in each] == list(failed)
    # Whatever happens, a job that was registered does not stay.
    assert door.ended == ("register" in door.asked and failed.get("register") != "answered 403")


@pytest.mark.parametrize(
    ("claims", "key", "reason"),
    [
        ({}, "stranger", "signature"),
        ({"aud": "sts.amazonaws.com"}, "own", "audience"),
        ({"iss": "https://localhost"}, "own", "issuer"),
        ({"sub": "jobpass:canary?round=another"}, "own", "the token names another subject"),
        ({"exp": 1_700_000_000}, "own", "expired"),
        ({"iat": 4_000_000_000}, "own", "not_yet_valid"),
    ],
    ids=["signature", "audience", "issuer", "subject", "expired", "not yet"],
)
def test_a_token_that_a_strict_relying_party_refuses_is_no_grant(
    door: FrontDoor, claims: dict[str, Any], key: str, reason: str
) -> None:
    door.claims, door.key = claims, key

    assert gone() == {
        "granted": False,
        "refused": ["unknown_job", "wrong_audience", "ended_job"],
        "failed": {"verify": reason},
    }


def test_an_issuer_that_is_down_fails_every_step_that_can_be_tried(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ISSUER_URL", "API_URL"):
        monkeypatch.setenv(name, "https://localhost:1")

    assert gone()["failed"] == dict.fromkeys(("unknown_job", "documents", "register"), "ConnectionRefusedError")


def test_an_issuer_with_a_certificate_of_somebody_else_is_none(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    assert gone()["failed"]["documents"] == "SSLCertVerificationError"


def test_a_fault_of_its_own_is_a_failure_too(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch, records: Records
) -> None:
    monkeypatch.delenv("API_URL")

    assert gone() == {"granted": False, "refused": [], "failed": {"fault": "KeyError"}}
    assert "fault" in [each.get("Reason") for each in records()]


def test_nothing_secret_is_written(door: FrontDoor, printed: Callable[[], str]) -> None:
    for spoiled in ({}, {"end": UNAVAILABLE}, {"token": answers(500, {"error": REQUEST_TOKEN})}):
        door.spoiled = spoiled
        gone()

    for secret in (SECRET, "sEcReT", front_door.SESSION_TOKEN, door.token().rpartition(".")[2]):
        assert secret not in printed()
    assert json.loads(printed().splitlines()[0])


def test_forgeries_are_three_and_none_is_the_token(door: FrontDoor) -> None:
    token = door.token()

    assert [each.refusal for each in forgeries(token)] == ["signature", "signature", "algorithm"]
    assert token not in [each.token for each in forgeries(token)]
    assert all(each.token not in repr(each) for each in forgeries(token))
    assert not any(each.is_seen_by(None) for each in forgeries(token))
