"""Roles that IAM is asked for: an embedded AWS that checks permissions, and what explain says where it may not look."""

import json
import time
from collections.abc import Sequence
from typing import Any

import pytest

from tests.command.ended import Ended
from tests.command.explaining import Asking
from tests.local.conftest import Emulator, authority, emulator, issuer
from tests.local.seam import signing
from tests.local.seam.federation import Federation
from tests.local.seam.https_issuer import HttpsIssuer

__all__ = ["authority", "emulator", "issuer"]

ACCOUNT = "777788889999"
LOOKING = ["iam:GetRole", "iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider"]
VARIABLES = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(scope="module")
def federation(emulator: Emulator, issuer: HttpsIssuer) -> Federation:
    """An account that trusts an issuer, and has a provider for another."""
    made = Federation(emulator, issuer, "https://live.issuer.test", ACCOUNT)
    made.trust()
    Federation(emulator, issuer, "https://second.issuer.test", ACCOUNT).trust()
    issuer.publish("https://second.issuer.test", signing.six_keys())
    return made


@pytest.fixture
def role(federation: Federation) -> str:
    """A role for one subject."""
    return federation.role("live", federation.policy({"StringEquals": {"live.issuer.test:sub": "job"}}))


class Looking:
    """Explain with the credentials of somebody in the account."""

    def __init__(self, asking: Asking, emulator: Emulator) -> None:
        self.asking, self.emulator = asking, emulator
        for name in VARIABLES:
            asking.monkeypatch.delenv(name, raising=False)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            asking.monkeypatch.setenv(name, str(asking.folder / "nothing"))
        asking.monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
        asking.monkeypatch.setenv("AWS_CA_BUNDLE", str(emulator.authority))
        asking.monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        asking.monkeypatch.delenv("AWS_REGION", raising=False)
        asking.monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        self.as_account(ACCOUNT)

    def as_account(self, account: str) -> None:
        """As an account's root, whose access key is its number here."""
        self._as(account, "test", None)

    def as_user(self, allowed: Sequence[str]) -> None:
        """As a role that may do these actions and no others."""
        iam, sts = (self.emulator.client(service, ACCOUNT) for service in ("iam", "sts"))
        trust = _policy("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
        name = f"looker-{len(allowed)}-{time.monotonic_ns()}"
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        if allowed:
            iam.put_role_policy(RoleName=name, PolicyName="look", PolicyDocument=_policy(list(allowed), Resource="*"))
        given = sts.assume_role(RoleArn=arn, RoleSessionName="looker")["Credentials"]
        self._as(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def _as(self, key: str, secret: str, session: str | None) -> None:
        self.asking.monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        self.asking.monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        if session:
            self.asking.monkeypatch.setenv("AWS_SESSION_TOKEN", session)

    def token(self, **claims: Any) -> list[str]:
        """The arguments for a token, and the keys by which it verifies."""
        now = int(time.time())
        usual = {"iss": "https://live.issuer.test", "aud": "client-a", "sub": "job", "iat": now, "exp": now + 300}
        return ["--token-file", self.asking.token({**usual, **claims}), "--jwks", self.asking.keys()]

    def both(self, role_arn: str, federation: Federation, **claims: Any) -> Ended:
        """What explain says, which must be what STS says."""
        ended = self.asking.explain(role_arn, *self.token(**claims), "--session-name", "decision", "--json")
        outcome = federation.assume(role_arn, self.asking.tokens[-1], signing.six_keys())
        assert ended.status == (0 if outcome.allowed else 1), ended
        error = ended.document["error"]
        if error is not None:
            assert (error["code"], error["message"]) == (outcome.code, outcome.message)
        return ended


def _policy(actions: str | list[str], **rest: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, **rest}]})


@pytest.fixture
def looking(asking: Asking, emulator: Emulator) -> Looking:
    """The account's root looks."""
    return Looking(asking, emulator)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({}, None),
        ({"sub": "other"}, "live.issuer.test:sub is `other`"),
        ({"aud": "client-c"}, "the provider's client IDs are `client-a`, `client-b`"),
        ({"iss": "https://second.issuer.test"}, "the token comes through"),
        ({"iss": "https://third.issuer.test"}, "has no OIDC provider for `https://third.issuer.test`; it has"),
        ({"iss": "https://live.issuer.test/"}, "a slash at the end differs"),
        ({"https://aws.amazon.com/roles": [f"arn:aws:iam::{ACCOUNT}:role/live"]}, None),
        ({"https://aws.amazon.com/roles": [f"arn:aws:iam::{ACCOUNT}:role/dead"]}, "the token is pinned to"),
    ],
)
def test_explain_says_what_sts_does(
    claims: dict[str, Any], said: str | None, looking: Looking, role: str, federation: Federation
) -> None:
    ended = looking.both(role, federation, **claims)

    assert said is None or said in ended.document["error"]["cause"]


def test_the_maximum_session_is_the_roles(looking: Looking, role: str) -> None:
    looking.asking.allowed(role, *looking.token(), "--duration", "7200")
    error = looking.asking.refused(role, *looking.token(), "--duration", "7201").document["error"]
    assert "the role allows 7200 s" in error["cause"]


def test_a_role_that_is_not_there_is_a_refusal(looking: Looking, federation: Federation) -> None:
    ended = looking.both(f"arn:aws:iam::{ACCOUNT}:role/nobody", federation)

    assert ended.document["error"]["cause"] == "there is no such role in the account"


def test_the_path_is_part_of_the_arn(looking: Looking, federation: Federation, emulator: Emulator) -> None:
    policy = json.dumps(federation.policy())
    emulator.client("iam", ACCOUNT).create_role(RoleName="deep", Path="/jobs/", AssumeRolePolicyDocument=policy)

    looking.asking.allowed(f"arn:aws:iam::{ACCOUNT}:role/jobs/deep", *looking.token())
    document = looking.asking.refused(f"arn:aws:iam::{ACCOUNT}:role/deep", *looking.token()).document
    assert any(f"there is `arn:aws:iam::{ACCOUNT}:role/jobs/deep`" in each for each in document["assumed"])


def test_these_three_permissions_suffice(looking: Looking, role: str) -> None:
    looking.as_user(LOOKING)

    looking.asking.allowed(role, *looking.token())
    looking.asking.refused(role, *looking.token(iss="https://third.issuer.test"))


def test_without_the_list_the_tokens_own_provider_is_enough(looking: Looking, role: str) -> None:
    looking.as_user([LOOKING[0], LOOKING[2]])

    assert looking.asking.allowed(role, *looking.token()).document["unseen"] == []
    document = looking.asking.refused(role, *looking.token(iss="https://third.issuer.test")).document
    assert "iam:ListOpenIDConnectProviders is not allowed" in document["unseen"][0]


@pytest.mark.parametrize("missing", [LOOKING[0], LOOKING[2]])
def test_what_the_caller_may_not_look_at_is_said(missing: str, looking: Looking, role: str) -> None:
    looking.as_user([each for each in LOOKING if each != missing])

    status, error = looking.asking.failed(role, *looking.token())
    assert (status, error["code"]) == (3, "unseen")
    assert f"these credentials may not call {missing.removeprefix('iam:')}" in error["message"]
    assert f"allow `{missing}`" in error["remedy"]


def test_another_accounts_role_is_not_taken_for_it(looking: Looking, role: str) -> None:
    looking.as_account("444455556666")

    status, error = looking.asking.failed(role, *looking.token())
    assert (status, error["code"]) == (3, "unseen")
    assert f"the credentials are of account 444455556666, and the role is in {ACCOUNT}" in error["message"]


def test_without_credentials_nothing_is_seen(looking: Looking, role: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        looking.asking.monkeypatch.delenv(name)

    status, error = looking.asking.failed(role, *looking.token())
    assert (status, error["code"]) == (3, "unseen")
    assert "Unable to locate credentials" in error["message"]


def test_without_an_answer_nothing_is_seen(looking: Looking, role: str) -> None:
    looking.asking.monkeypatch.setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:9")

    assert looking.asking.failed(role, *looking.token())[0] == 3


def test_credentials_that_hold_no_more_are_said(looking: Looking, role: str) -> None:
    looking.asking.monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAAAAAAAAAAAAAAAAA")
    looking.asking.monkeypatch.setenv("AWS_SESSION_TOKEN", "gone")

    status, error = looking.asking.failed(role, *looking.token())
    assert (status, error["code"]) == (3, "unseen")
