"""Conditions on the call itself, of which token and role say nothing."""

import pytest

from tests.command.explaining import AT, Asking, times
from tests.explain.account import ACCOUNT

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/keys.issuer.test"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"keys.issuer.test:sub": "job", "sts:RoleSessionName": "job-7"},
                "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
            },
        }
    ],
}


@pytest.fixture
def case(asking: Asking) -> tuple[str, ...]:
    """A good token at that policy."""
    token = asking.token({"iss": "https://keys.issuer.test", "aud": "a", "sub": "job", **times()})
    policy = asking.file("policy.json", POLICY)
    return "--token-file", token, "--trust-policy", policy, "--jwks", asking.keys(), *AT


def test_without_them_it_is_not_known(asking: Asking, case: tuple[str, ...]) -> None:
    ended = asking.explain(*case, "--json")

    assert (ended.status, ended.document["verdict"]) == (3, "unknown")
    told = " ".join(ended.document["unseen"])
    assert "`--session-name NAME`" in told
    assert "`--context aws:SourceIp=VALUE`" in told
    assert [each["matched"] for each in ended.document["statements"][0]["conditions"]] == [True, None, None]
    words = asking.explain(*case)
    assert words.status == 3
    assert words.out.startswith("unknown")
    assert "(not known)" in words.out


def test_with_them_it_is_decided(asking: Asking, case: tuple[str, ...]) -> None:
    named = (*case, "--session-name", "job-7", "--context")

    asking.allowed(*named, "aws:sourceip=192.0.2.9")
    ended = asking.refused(*named, "aws:SourceIp=198.51.100.1")
    assert "aws:SourceIp is `198.51.100.1`" in ended.document["error"]["cause"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (("keys.issuer.test:sub=other",), "names no key of a call"),
        (("aws:RequestTag/team=web",), "names no key of a call"),
        (("aws:SourceIp",), "has no `=`"),
        (("aws:SourceIp=192.0.2.1", "AWS:SOURCEIP=192.0.2.2"), "names a key twice"),
    ],
)
def test_what_the_token_says_cannot_be_said_otherwise(
    given: tuple[str, ...], problem: str, asking: Asking, case: tuple[str, ...]
) -> None:
    options = [part for each in given for part in ("--context", each)]

    status, error = asking.failed(*case, *options)

    assert status == 2
    assert problem in error["message"]


@pytest.mark.parametrize("option", ["--session-name", "--context"])
def test_a_token_in_their_place_is_not_shown(option: str, asking: Asking, case: tuple[str, ...]) -> None:
    name = "aws:SourceIp=" if option == "--context" else ""

    status, error = asking.failed(*case, option, name + asking.tokens[-1])

    assert status == 2
    assert "holds a token" in error["message"]
