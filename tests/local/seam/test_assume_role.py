"""The request and the answer of AssumeRoleWithWebIdentity, in both protocols."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.asking import ask, numbers, token, told
from tests.local.seam.federation import Federation
from tests.local.seam.trail import events


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"DurationSeconds": 900}, None),
        ({"DurationSeconds": 7200}, None),
        (
            {"DurationSeconds": 899},
            (
                "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
                "Member must have value greater than or equal to 900"
            ),
        ),
        (
            {"DurationSeconds": 43201},
            (
                "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: "
                "Member must have value less than or equal to 43200"
            ),
        ),
        (
            {"DurationSeconds": 7201},
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
        ({"RoleSessionName": "a_1+=,.@-"}, None),
        (
            {"RoleSessionName": "a b"},
            (
                "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
            ),
        ),
        (
            {"RoleSessionName": "a" * 65},
            (
                f"1 validation error detected: Value '{'a' * 65}' at 'roleSessionName' failed to satisfy constraint: "
                "Member must have length less than or equal to 64"
            ),
        ),
        (
            {"RoleArn": "arn:aws:iam::1:user/nobody"},
            "arn:aws:iam::1:user/nobody is invalid",
        ),
        (
            {"WebIdentityToken": "t" * 20001},
            (
                "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: "
                "Member must have length less than or equal to 20000"
            ),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_parameters_keep_within_their_bounds(
    request_: dict[str, Any], message: str | None, federation: Federation
) -> None:
    outcome = ask(federation, federation.policy(), **request_)

    assert told(outcome) == ((None, None) if message is None else ("ValidationError", message))


def test_the_json_protocol_says_the_same(emulator: Emulator, federation: Federation) -> None:
    role = federation.role(f"json-{next(numbers)}", federation.policy())
    federation.assume(role, token(federation.url), signing.six_keys())

    def post(**changed: Any) -> tuple[int, Any]:
        members = {"RoleArn": role, "RoleSessionName": "json", "WebIdentityToken": token(federation.url)} | changed
        return emulator.request(
            "/",
            json.dumps(members).encode(),
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "AWSSecurityTokenServiceV20110615.AssumeRoleWithWebIdentity",
            },
        )

    status, answer = post(DurationSeconds=900)
    assert (status, answer["SubjectFromWebIdentityToken"]) == (200, "org:acme:ref:main")
    assert answer["Credentials"]["Expiration"] == pytest.approx(time.time() + 900, abs=10)
    status, answer = post(WebIdentityToken=token(federation.url, aud="other"))
    assert (status, answer["__type"]) == (400, "InvalidIdentityToken")
    assert post(DurationSeconds=1)[0] == 400


def test_no_refusal_repeats_the_token(emulator: Emulator, federation: Federation) -> None:
    role = federation.role(f"silent-{next(numbers)}", federation.policy())
    sent = [token(federation.url, aud="other"), token(federation.url, iss="https://nobody.issuer.test"), "x" * 30000]

    for text in sent:
        outcome = federation.assume(role, text, signing.six_keys())
        assert outcome.message
        assert text not in outcome.message
    log = emulator.log.read_text(errors="replace")
    assert not any(text[-40:] in log for text in sent)


def test_cloudtrail_keeps_no_token(emulator: Emulator, federation: Federation) -> None:
    role = federation.role(f"recorded-{next(numbers)}", federation.policy())
    text = token(federation.url)
    assert federation.assume(role, text, signing.six_keys()).allowed

    recorded = json.dumps(events(emulator))

    assert role in recorded
    assert text.rpartition(".")[2] not in recorded


@pytest.mark.parametrize(
    ("content_type", "written"),
    [
        ("application/x-www-form-urlencoded", lambda text: f"webIdentityToken={text}"),
        ("application/x-www-form-urlencoded", lambda text: f"Token={text}&Token=again"),
        ("application/x-www-form-urlencoded", lambda text: f"{text}=value"),
        ("application/x-amz-json-1.1", lambda text: json.dumps({"webIdentityToken": text})),
        ("application/x-amz-json-1.1", lambda text: json.dumps({"a": [{"b": f"Bearer {text}"}]})),
        ("application/x-amz-json-1.1", lambda text: json.dumps([text])),
    ],
)
def test_nor_one_under_a_name_that_is_not_its_own(
    content_type: str, written: Callable[[str], str], emulator: Emulator, federation: Federation
) -> None:
    text, session = token(federation.url), f"misspelt-{next(numbers)}"
    headers = {"Content-Type": content_type}
    if "json" in content_type:
        headers["X-Amz-Target"] = "AWSSecurityTokenServiceV20110615.AssumeRoleWithWebIdentity"
    query = urlencode({"Action": "AssumeRoleWithWebIdentity", "RoleSessionName": session})

    emulator.send(f"/?{query}", written(text).encode(), headers=headers)
    emulator.send("/", query.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})

    recorded = json.dumps([emulator.control("calls"), events(emulator)])
    assert session in recorded, "requests are recorded, or this would prove nothing"
    assert text.rpartition(".")[2] not in recorded


def test_an_issuers_markup_does_not_become_the_answers(federation: Federation) -> None:
    issuer = "https://a.test/</Message><Code>Forged</Code>&"

    outcome = ask(federation, federation.policy(), {"iss": issuer})

    assert told(outcome) == ("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {issuer}")
