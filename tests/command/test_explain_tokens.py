"""Tokens of anybody's issuer at anybody's trust policies, from files, standard input and variables."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.command.explaining import AT, Asking, times
from tests.explain.account import ACCOUNT, NOW
from tests.local.seam import signing

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


def claims(issuer: str, subject: str, **others: object) -> dict[str, Any]:
    """A good token's claims."""
    return {"iss": issuer, "aud": "sts.amazonaws.com", "sub": subject, **times(), **others}


def policy(issuer: str, subject: str, operator: str = "StringEquals") -> dict[str, Any]:
    """A trust policy as these issuers' documentation shows it."""
    name = issuer.removeprefix("https://")
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{name}:aud": "sts.amazonaws.com"}},
    }
    statement["Condition"].setdefault(operator, {})[f"{name}:sub"] = subject  # type: ignore[attr-defined]
    return {"Version": "2012-10-17", "Statement": [statement]}


MAIN = {
    GITHUB: "repo:acme/web:ref:refs/heads/main",
    GITLAB: "project_path:acme/web:ref_type:branch:ref:main",
}
OTHER = {
    GITHUB: ("repo:acme/web:pull_request", "repo:acme/web:pull_request"),
    GITLAB: ("project_path:acme/web:ref_type:branch:ref:dev", "after `ref` `dev` stands where the policy wants `main`"),
}


@pytest.fixture(params=[GITHUB, GITLAB])
def issuer(request: pytest.FixtureRequest) -> str:
    """Whose tokens."""
    return str(request.param)


def given(asking: Asking, issuer: str, subject: str | None = None, end: str = "") -> list[str]:
    """The arguments for a token at the policy for the main branch."""
    token = asking.token(claims(issuer, subject or MAIN[issuer]), end=end)
    policies = asking.file("policy.json", policy(issuer, MAIN[issuer]))
    return ["--token-file", token, "--trust-policy", policies, "--jwks", asking.keys(), *AT]


def test_the_right_job_is_allowed(asking: Asking, issuer: str) -> None:
    ended = asking.allowed(*given(asking, issuer))

    assert ended.document["session"]["subject"] == MAIN[issuer]
    assert ended.document["unchecked"] == []
    assert ended.document["error"] is None


def test_another_job_is_refused_with_the_part_that_differs(asking: Asking, issuer: str) -> None:
    subject, said = OTHER[issuer]
    ended = asking.refused(*given(asking, issuer, subject))

    error = ended.document["error"]
    assert (error["code"], error["message"]) == (
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )
    assert said in error["cause"]


def test_a_signature_of_another_key_is_refused(asking: Asking, issuer: str) -> None:
    arguments = given(asking, issuer)
    asking.file("jwks.json", {"keys": [signing.jwk("RS256", which="stranger")]})

    assert "the signature is not that of the published key" in asking.refused(*arguments).document["error"]["cause"]


def test_without_keys_the_signature_is_unchecked_and_that_is_said(asking: Asking, issuer: str) -> None:
    arguments = [each for each in given(asking, issuer) if each != str(asking.folder / "jwks.json")]
    arguments[arguments.index("--jwks")] = "--no-jwks"

    assert asking.allowed(*arguments).document["unchecked"] == ["signature"]
    assert "the issuer's JWK Set was not looked at" in " ".join(asking.explain(*arguments).out.split())


def test_a_line_break_after_the_token_is_cut_off_and_told(asking: Asking, issuer: str) -> None:
    ended = asking.allowed(*given(asking, issuer, end="\n"))

    assert any("a line break after the token was cut off" in each for each in ended.document["assumed"])
    assert not any("line break" in each for each in asking.allowed(*given(asking, issuer)).document["assumed"])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (" ", "", "a blank or a line break stands before or after the token"),
        ('{"count": 3, "value": "', '"}', "it is a JSON document that holds the token"),
        ("Bearer ", "", "`Bearer` stands before the token"),
    ],
)
def test_what_stands_around_the_token_is_told(before: str, after: str, said: str, asking: Asking) -> None:
    arguments = given(asking, GITHUB)
    asking.file("token.jwt", before + asking.tokens[0] + after)

    assert said in asking.refused(*arguments).document["error"]["cause"]


def test_the_token_may_come_from_standard_input(asking: Asking) -> None:
    arguments = given(asking, GITHUB)
    arguments[1] = "-"
    read = SimpleNamespace(buffer=io.BytesIO(asking.tokens[0].encode() + b"\r\n"))
    asking.monkeypatch.setattr("sys.stdin", read)

    asking.allowed(*arguments)


def test_the_token_may_come_from_a_variable(asking: Asking) -> None:
    arguments = given(asking, GITHUB)
    asking.monkeypatch.setenv("ID_TOKEN", asking.tokens[0])

    asking.allowed("--token-env", "ID_TOKEN", *arguments[2:])


def test_the_policy_may_be_what_get_role_prints(asking: Asking) -> None:
    arguments = given(asking, GITHUB)
    role = {"Arn": ROLE, "AssumeRolePolicyDocument": policy(GITHUB, MAIN[GITHUB]), "MaxSessionDuration": 7200}
    asking.file("policy.json", {"Role": role})

    ended = asking.allowed(*arguments, "--duration", "7200")
    assert (ended.document["role"], ended.document["session"]["seconds"]) == (ROLE, 7200)
    error = asking.refused(*arguments, "--duration", "7201").document["error"]
    assert error["cause"] == "the session is to last 7201 s; the role allows 7200 s"


def test_the_length_of_sessions_may_be_told_beside_a_policy(asking: Asking) -> None:
    arguments = given(asking, GITHUB)

    asking.refused(*arguments, "--duration", "7200")
    asking.allowed(*arguments, "--duration", "7200", "--max-session-seconds", "7200")


def test_client_ids_and_provider_are_assumed_unless_told(asking: Asking) -> None:
    arguments = given(asking, GITHUB)

    assumed = " ".join(asking.allowed(*arguments).document["assumed"])
    assert "--provider-url" in assumed
    assert "--client-id" in assumed
    told = [*arguments, "--provider-url", GITHUB, "--client-id", "sts.amazonaws.com", "--client-id", "b"]
    assert asking.allowed(*told).document["assumed"] == []
    other = asking.refused(*arguments, "--client-id", "b").document["error"]
    assert other["cause"] == "`aud` is `sts.amazonaws.com`; the provider's client IDs are `b`"
    slash = asking.refused(*arguments, "--provider-url", f"{GITHUB}/").document["error"]
    assert "a slash at the end differs" in slash["cause"]


def test_a_pinned_token_needs_the_roles_arn(asking: Asking) -> None:
    arguments = given(asking, GITHUB)
    asking.token(claims(GITHUB, MAIN[GITHUB], **{"https://aws.amazon.com/roles": [ROLE]}))

    status, error = asking.failed(*arguments)
    assert (status, error["code"]) == (2, "usage")
    assert "the ARN of this one is not known" in error["message"]
    asking.allowed(ROLE, *arguments)
    assert "the token is pinned to" in asking.refused(f"{ROLE}2", *arguments).document["error"]["cause"]


def test_the_moment_counts(asking: Asking) -> None:
    arguments = given(asking, GITHUB)[:-2]

    asking.allowed(*arguments, "--at", str(NOW + 589))
    late = asking.refused(*arguments, "--at", str(NOW + 591)).document
    assert late["error"]["message"].startswith("Token expired")
    assert asking.allowed(*arguments, "--at", "2027-01-15T08:00:00Z").document["at"] == "2027-01-15T08:00:00Z"
    assert asking.allowed(*arguments, "--at", "2027-01-15T08:00:00").document["at"] == "2027-01-15T08:00:00Z"


def test_a_bad_session_name_is_refused(asking: Asking) -> None:
    arguments = given(asking, GITHUB)

    asking.allowed(*arguments, "--session-name", "build-1")
    assert "session name" in asking.refused(*arguments, "--session-name", "a b").document["error"]["cause"]


def test_a_policy_that_iam_cannot_read_is_a_verdict(asking: Asking) -> None:
    arguments = given(asking, GITHUB)
    asking.file("policy.json", {"Statement": [{"Effect": "Maybe"}]})

    assert asking.explain(*arguments).status == 1


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_line_of_the_table_fits(width: int, asking: Asking) -> None:
    arguments = given(asking, GITHUB, OTHER[GITHUB][0])
    asking.monkeypatch.setenv("COLUMNS", str(width))

    lines = asking.explain(*arguments).out.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("refused ")
    head = next(index for index, line in enumerate(lines) if line.split() == ["operator", "wants", "is"])
    cut = [lines[head].index(name) for name in ("operator", "wants", "is")]
    under = [line for line in lines[head + 1 :] if line.startswith(("ok", "FAILED"))]
    assert [line[: cut[0]].strip() for line in under] == ["ok", "FAILED"]
    assert [line[cut[0] : cut[1]].strip() for line in under] == ["StringEquals", "StringEquals"]
    assert [line[cut[2] - 2 : cut[2]] for line in under] == ["  ", "  "]


def test_the_verdict_comes_first_then_the_change_then_the_checks(asking: Asking) -> None:
    lines = asking.explain(*given(asking, GITHUB, OTHER[GITHUB][0])).out.splitlines()

    places = [
        next(at for at, line in enumerate(lines) if line.startswith(begin))
        for begin in (
            "refused",
            "  STS says: AccessDenied",
            "Statement[0]: ",
            "-> ",
            "ok      parameters",
            "Statement[0]: Allow",
        )
    ]
    assert places == sorted(places)


def test_claims_and_policies_cannot_write_on_the_terminal(asking: Asking) -> None:
    token = asking.token(claims(GITHUB, "repo:\x1b[2Jacme"))
    policies = asking.file("policy.json", policy(GITHUB, "repo:\x1b[31macme\n"))

    for extra in ((), ("--json",)):
        printed = asking.explain("--token-file", token, "--trust-policy", policies, "--no-jwks", *AT, *extra).out
        assert "\x1b" not in printed
        assert "2Jacme" in printed


def test_nothing_of_a_token_is_shown_but_what_its_claims_say(asking: Asking) -> None:
    arguments = given(asking, GITHUB, OTHER[GITHUB][0])

    printed = asking.explain(*arguments).out + json.dumps(asking.refused(*arguments).document)
    assert "pull_request" in printed
    asking.hold_no_token(printed)


@pytest.mark.parametrize(
    "iss", ["https://", "https://e\nvil.example", "https://\x1b[2J.example", "https://a.example:8443", "https://h/ x"]
)
def test_an_issuer_that_none_can_be_is_not_taken_for_the_files_own(iss: str, asking: Asking) -> None:
    config = str(Path(__file__).parents[2] / "jobpass.yaml")
    token = asking.token({"iss": iss, "aud": "sts.amazonaws.com", "sub": "a", **times()})

    ended = asking.refused("web-deploy", "--config", config, "--token-file", token, *AT)

    assert "oidc.example.com" in ended.document["error"]["cause"]


@pytest.mark.parametrize("place", ["", "Condition"])
def test_a_policy_that_says_a_member_twice_is_not_judged_by_one_of_both(place: str, asking: Asking) -> None:
    token = asking.token({"iss": "https://issuer.test", "aud": "a", "sub": "a", **times()})
    text = f'{{"Statement": {{"{place}": 1, "{place}": 2}}}}'

    status, error = asking.failed("--trust-policy", asking.file("policy.json", text), "--token-file", token, *AT)

    assert (status, error["code"]) == (3, "unreadable")
    assert f'has the member "{place}" twice' in error["message"]


def test_a_policy_larger_than_any_is_not_read(asking: Asking) -> None:
    token = asking.token({"iss": "https://issuer.test", "aud": "a", "sub": "a", **times()})
    path = asking.file("policy.json", " " * (1 << 16) + "{}")

    assert asking.failed("--trust-policy", path, "--token-file", token, *AT)[0] == 3


def test_a_configuration_cannot_write_on_the_terminal(asking: Asking) -> None:
    config = asking.file("spoilt.yaml", 'name: "\\e[2J"\n"\\e]0;x": 1\n')

    ended = asking.explain("web-deploy", "--config", config, "--profile", "ci")
    assert ended.status == 1
    assert "\\u001b" in ended.err
    assert "\x1b" not in ended.err
