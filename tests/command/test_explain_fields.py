"""Tokens of a deployment that a file describes: what is in their way is said by field; the tokens of others are not."""

from pathlib import Path

import pytest

from jobpass.configuration import load
from jobpass.lookup.field_wording import misses, taken_apart
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.subject import SubjectTemplate
from tests.command.example_jobs import ACCOUNT, ISSUER, PROJECT, PROVIDER, REFUSED, RELEASE
from tests.command.explaining import AT, Asking, times
from tests.configuration.example import SOUND, spoiled


@pytest.fixture(autouse=True)
def _file(asking: Asking) -> None:
    asking.file("jobpass.yaml", SOUND)


class TestTokensOfTheDeployment:
    """Tokens, at roles of the file and at the policies that the deployment writes."""

    @pytest.fixture
    def policy(self, asking: Asking) -> str:
        """The deployed policy of web-deploy, in a file."""
        deployment = load(Path("jobpass.yaml")).deployment()
        role = deployment.roles["web-deploy"]
        return asking.file("policy.json", role.trust_policy(deployment.profiles["ci"], Issuer(ISSUER), PROVIDER))

    @pytest.fixture
    def token(self, asking: Asking) -> str:
        """A token of another branch."""
        return asking.token({"iss": ISSUER, "aud": "sts.amazonaws.com", **times(), "sub": self.SUBJECT})

    SUBJECT = f"org:acme:project:{PROJECT}:repo:web:ref_type:branch:ref:refs/heads/dev"

    def test_a_role_by_name(self, token: str, asking: Asking) -> None:
        ended = asking.refused("web-deploy", "--token-file", token, "--jwks", asking.keys(), *AT)

        assert ended.document["error"]["cause"] == REFUSED

    def test_a_policy_in_a_file(self, token: str, policy: str, asking: Asking) -> None:
        given = ("--trust-policy", policy, "--token-file", token, "--no-jwks", *AT)

        error = asking.refused(*given).document["error"]
        assert error["cause"] == REFUSED
        assert error["remedy"].endswith("or change the condition on `oidc.example.com/api/oidc:sub`")

    def test_tokens_of_others_are_not_told_by_fields(self, policy: str, asking: Asking) -> None:
        asking.file("jobpass.yaml", spoiled("url: https://oidc.example.com/api/oidc", "url: https://oidc.example.com"))
        token = asking.token({"iss": ISSUER, "aud": "sts.amazonaws.com", **times(), "sub": self.SUBJECT})
        given = ("--trust-policy", policy, "--token-file", token, "--no-jwks", *AT)

        assert "after `ref` `refs/heads/dev` stands where" in asking.refused(*given).document["error"]["cause"]
        assert asking.refused(*given, "--config", "jobpass.yaml").document["error"]["cause"] == REFUSED

    def test_a_file_that_nobody_asked_for_may_be_broken(self, token: str, policy: str, asking: Asking) -> None:
        asking.file("jobpass.yaml", "profiles: [")
        given = ("--trust-policy", policy, "--token-file", token, "--no-jwks", *AT)

        asking.refused(*given)
        assert asking.failed(*given, "--config", "jobpass.yaml")[1]["code"] == "configuration"

    def test_a_pinned_token_needs_the_account(self, asking: Asking) -> None:
        pins = {"https://aws.amazon.com/roles": [RELEASE]}
        token = asking.token({"iss": ISSUER, "aud": "sts.amazonaws.com", **times(), "sub": self.SUBJECT, **pins})
        given = ("web-release", "--token-file", token, "--no-jwks", *AT)

        status, error = asking.failed(*given)
        assert (status, error["remedy"]) == (2, "add `--account` with the account's 12 digits")
        assert "`ref_type` is `branch`" in asking.refused(*given, "--account", ACCOUNT).document["error"]["cause"]

    def test_a_token_of_another_profile(self, asking: Asking) -> None:
        token = asking.token({"iss": ISSUER, "aud": "sts.amazonaws.com", **times(), "sub": "team:data:job:report"})

        error = asking.refused("web-deploy", "--token-file", token, "--no-jwks", *AT).document["error"]
        assert error["cause"] == "`profile` is `nightly`; the role wants `ci`"


class TestFields:
    """Subjects and patterns taken apart."""

    TEMPLATE = SubjectTemplate("{email}::{path}::{flow}::{workspace}")

    def test_a_subject_has_one_reading(self) -> None:
        assert taken_apart(self.TEMPLATE, "a@x::f/y::none::ops") == {
            "email": "a@x",
            "path": "f/y",
            "flow": "none",
            "workspace": "ops",
        }

    @pytest.mark.parametrize("subject", ["", "a::b::c", "a::b::c::d::e", "a::b:c::d::e", "a::::c::d"])
    def test_another_form_has_none(self, subject: str) -> None:
        assert taken_apart(self.TEMPLATE, subject) is None
        assert misses(self.TEMPLATE, subject, ["*::*::*::ops"]) == ()

    def test_wildcards_are_of_patterns_alone(self) -> None:
        assert taken_apart(self.TEMPLATE, "*::f/?::*::ops") is None
        assert taken_apart(self.TEMPLATE, "*::f/?::*::ops", pattern=True) is not None

    def test_a_pattern_of_another_form_is_left_aside(self) -> None:
        missed = misses(self.TEMPLATE, "a::b::c::dev", ["ops*", "*::*::*::ops"])

        assert [str(each) for each in missed] == ["`workspace` is `dev`; the role wants `ops`"]
        assert misses(self.TEMPLATE, "a::b::c::dev", ["ops*"]) == ()
