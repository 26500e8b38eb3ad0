"""The routes for client assertions: whose signature counts, how often, and what everybody else is answered."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from jobpass_issuer.aws.item import ASSERTION_KEPT_SECONDS
from jobpass_issuer.handlers import jobs as function
from tests.aws.wire import Aws
from tests.domain.examples import body
from tests.handlers.assertion_attacks import ATTACKS, STRANGER, high_s
from tests.handlers.conftest import TABLE
from tests.handlers.events import CALLER, event, members
from tests.handlers.platform_keys import (
    CUBE_KEY,
    EC_KEY,
    FARM_KEY,
    RSA_KEY,
    WITH_KEYS,
    PrivateKey,
    assertion,
    claims,
    header,
    public_jwk,
    resigned,
)

Printed = Callable[[], str]
ROUTES = ("POST /v1/assertion/jobs", "GET /v1/assertion/jobs/{job_id}", "DELETE /v1/assertion/jobs/{job_id}")
UNPROVEN = "proves no platform"


@pytest.fixture(autouse=True)
def _with_keys(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy the platforms that have keys beside those that have AWS credentials."""
    file = tmp_path / "with-keys.json"
    file.write_text(json.dumps(WITH_KEYS.to_document()))
    monkeypatch.setattr(function, "_DEPLOYMENT_FILE", file)


def ask(route: str, text: str, job_id: str = "f" * 32, **parts: Any) -> dict[str, Any]:
    """A request on a route with an assertion."""
    headers = {"authorization": f"Bearer {text}", "content-type": "application/json"}
    return function.handler(event(route, job_id=job_id, body=json.dumps(body()), headers=headers, **parts), None)


def register(text: str) -> dict[str, Any]:
    """A registration with an assertion."""
    return ask(ROUTES[0], text)


def refused(answer: dict[str, Any]) -> str:
    """What a refusal for want of a proof says."""
    assert answer["statusCode"] == 401, answer
    assert answer["headers"]["WWW-Authenticate"] == 'Bearer realm="jobpass", error="invalid_client"'
    assert members(answer)["error"] == "invalid_client"
    return str(members(answer)["error_description"])


def written(aws: Aws) -> list[str]:
    """The kinds of items in the table."""
    return sorted(pk.partition("#")[0] for pk in aws.dynamodb.items(TABLE))


@pytest.mark.parametrize("key", [EC_KEY, RSA_KEY], ids=["ES256", "RS256"])
def test_a_platform_registers_looks_at_and_ends_a_job_by_assertions(
    aws: Aws, printed: Printed, key: PrivateKey
) -> None:
    told = members(register(assertion(key)))
    shown = ask(ROUTES[1], assertion(key), told["job_id"])
    ended = ask(ROUTES[2], assertion(key), told["job_id"])

    assert told["platform"] == "buildhost"
    assert told["request_token"].startswith(told["job_id"])
    assert (shown["statusCode"], members(shown)["ended_at"]) == (200, None)
    assert (ended["statusCode"], members(ended)["ended_at"] is None) == (200, False)
    assert aws.operations() == [
        *("dynamodb:PutItem", "dynamodb:PutItem"),
        *("dynamodb:PutItem", "dynamodb:GetItem"),
        *("dynamodb:PutItem", "dynamodb:UpdateItem"),
    ]


def test_a_platform_sees_jobs_of_its_own_alone(aws: Aws, printed: Printed) -> None:
    told = members(register(assertion()))
    farm = claims(iss="farm", sub="farm")

    foreign = ask(ROUTES[1], assertion(FARM_KEY, claimed=farm), told["job_id"])

    assert foreign["statusCode"] == 404
    assert ask(ROUTES[1], assertion(), told["job_id"])["statusCode"] == 200


def test_a_registration_by_assertion_must_satisfy_the_platform_like_any_other(aws: Aws, printed: Printed) -> None:
    made = event(
        ROUTES[0],
        body=json.dumps(body(fields={"repo": "other", "ref": "x"})),
        headers={"authorization": f"Bearer {assertion()}", "content-type": "application/json"},
    )

    answer = function.handler(made, None)

    assert (answer["statusCode"], members(answer)["problems"][0]["field"]) == (400, "fields.repo")


def test_a_used_assertion_is_kept_as_a_hash_until_long_after_its_end(aws: Aws, printed: Printed) -> None:
    claimed = claims()
    text = assertion(claimed=claimed)
    register(text)

    (item,) = [each for pk, each in aws.dynamodb.items(TABLE).items() if pk.startswith("assertion#")]
    jti_sha256 = hashlib.sha256(claimed["jti"].encode()).hexdigest()
    assert item["pk"] == {"S": f"assertion#buildhost#{jti_sha256}"}
    assert item["delete_after"] == {"N": str(claimed["exp"] + ASSERTION_KEPT_SECONDS)}
    assert claimed["jti"] not in json.dumps(aws.dynamodb.tables) + printed()
    assert text not in printed()
    assert text.rpartition(".")[2] not in printed()


@pytest.mark.parametrize("route", ROUTES)
def test_a_replayed_assertion_is_refused_on_every_route(aws: Aws, printed: Printed, route: str) -> None:
    text = assertion()
    assert register(text)["statusCode"] == 201
    before = json.dumps(aws.dynamodb.tables)

    assert "used before" in refused(ask(route, text))
    assert json.dumps(aws.dynamodb.tables) == before
    assert register(assertion())["statusCode"] == 201


def test_another_signature_over_a_used_jti_is_a_replay_too(aws: Aws, printed: Printed) -> None:
    claimed = claims()
    first, again = assertion(claimed=claimed), assertion(claimed=claimed)
    by_another_key = assertion(RSA_KEY, claimed=claimed)
    assert len({first, again, by_another_key}) == 3

    assert register(first)["statusCode"] == 201
    assert "used before" in refused(register(again))
    assert "used before" in refused(register(by_another_key))


def test_two_platforms_may_use_one_jti(aws: Aws, printed: Printed) -> None:
    claimed = claims()

    assert register(assertion(claimed=claimed))["statusCode"] == 201
    farm = {**claimed, "iss": "farm", "sub": "farm"}
    assert register(assertion(FARM_KEY, claimed=farm))["statusCode"] == 201


def test_a_signature_that_does_not_hold_spends_nothing(aws: Aws, printed: Printed) -> None:
    text = assertion()

    assert UNPROVEN in refused(register(resigned(text, bytes(64))))
    assert aws.calls == []
    assert register(text)["statusCode"] == 201


def test_a_refused_registration_has_spent_its_assertion(aws: Aws, printed: Printed) -> None:
    text = assertion()
    headers = {"authorization": f"Bearer {text}", "content-type": "application/json"}

    assert function.handler(event(ROUTES[0], body="{}", headers=headers), None)["statusCode"] == 400
    assert "used before" in refused(register(text))
    assert written(aws) == ["assertion"]


def test_a_signature_with_a_high_s_holds_but_makes_no_second_use(aws: Aws, printed: Printed) -> None:
    text = assertion()
    other = high_s(text)
    assert other != text

    assert register(other)["statusCode"] == 201
    assert "used before" in refused(register(text))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_refused_before_anything_is_written(aws: Aws, printed: Printed, attack: Callable[[], str]) -> None:
    refused(register(attack()))

    assert aws.calls == []
    assert register(assertion())["statusCode"] == 201


def test_the_key_of_the_cube_root_proves_its_platform_where_it_signs(aws: Aws, printed: Printed) -> None:
    said, claimed = header(CUBE_KEY, kid="cube"), claims(iss="farm", sub="farm")

    assert register(assertion(CUBE_KEY, said, claimed))["statusCode"] == 201


@pytest.mark.parametrize(
    "attack",
    [
        "another key",
        "another platform's key",
        "another platform's name",
        "a platform without keys",
        "an unknown platform",
        "an unknown kid",
        "the kid of the other key",
        "the other key's algorithm",
        "r = s = 0",
        "the point at infinity",
        "an RSA signature cut short",
        "a cube root",
    ],
)
def test_who_knows_no_key_learns_neither_platforms_nor_keys(aws: Aws, printed: Printed, attack: str) -> None:
    told = members(register(ATTACKS[attack]()))

    assert told == members(register(assertion(STRANGER)))
    assert UNPROVEN in told["error_description"]


@pytest.mark.parametrize("key", [EC_KEY, RSA_KEY], ids=["ES256", "RS256"])
def test_no_bit_of_an_assertion_may_be_turned(aws: Aws, printed: Printed, key: PrivateKey) -> None:
    text = assertion(key)
    parts = text.split(".")
    for index, part in enumerate(parts):
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for place in range(0, len(data), 13):
            turned = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            spoiled = base64.urlsafe_b64encode(turned).rstrip(b"=").decode()
            refused(register(".".join([*parts[:index], spoiled, *parts[index + 1 :]])))

    assert aws.calls == []
    assert register(text)["statusCode"] == 201


@pytest.mark.parametrize("route", ROUTES)
def test_without_an_assertion_nobody_is_a_platform_there_not_even_with_an_invocation_role(
    aws: Aws, printed: Printed, route: str
) -> None:
    made = event(route, caller=CALLER, job_id="f" * 32, body=json.dumps(body()))
    forged = event(
        route,
        job_id="f" * 32,
        caller="arn:aws:sts::000000000000:assumed-role/jobpass-platform-buildhost/session",
        headers={"x-platform": "buildhost"},
    )

    refused(function.handler(made, None))
    refused(function.handler(forged, None))
    assert aws.calls == []


@pytest.mark.parametrize("route", [each.replace("/assertion", "") for each in ROUTES])
@pytest.mark.parametrize(
    "caller", [None, "arn:aws:sts::000000000000:assumed-role/jobpass-platform-buildhost/s", "buildhost", "None"]
)
def test_the_signed_routes_take_no_assertion(aws: Aws, printed: Printed, route: str, caller: str | None) -> None:
    parts = {} if caller is None else {"caller": caller}

    answer = ask(route, assertion(), **parts)

    assert (answer["statusCode"], members(answer)["error"]) == (403, "access_denied")
    assert aws.calls == []


@pytest.mark.parametrize("route", ROUTES)
def test_an_assertion_route_takes_no_query(aws: Aws, printed: Printed, route: str) -> None:
    assert ask(route, assertion(), query="platform=farm")["statusCode"] == 400


@pytest.mark.parametrize("size", [2048, 3072, 4096])
def test_keys_of_every_usual_size_prove_their_platform(
    aws: Aws, printed: Printed, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    document = WITH_KEYS.to_document()
    (platform,) = [each for each in document["platforms"] if each["name"] == "buildhost"]
    platform["public_keys"] = [public_jwk(key, "rsa-1")]
    (tmp_path / "with-keys.json").write_text(json.dumps(document))

    assert register(assertion(key))["statusCode"] == 201
    refused(register(assertion(RSA_KEY)))
