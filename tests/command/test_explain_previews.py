"""Previews: jobs of jobpass.yaml by their fields, or as registered, at its roles and at policies of files."""

from typing import Any

import pytest

from tests.command.example_jobs import ACCOUNT, DEV, MAIN, PROJECT, PROVIDER, REFUSED, RELEASE
from tests.command.explaining import Asking
from tests.configuration.example import SOUND, spoiled


@pytest.fixture(autouse=True)
def _file(asking: Asking) -> None:
    asking.file("jobpass.yaml", SOUND)


def ci(fields: dict[str, str]) -> list[str]:
    """The arguments that describe a job of the profile ci."""
    return ["--profile", "ci", *(word for name, value in fields.items() for word in ("--field", f"{name}={value}"))]


def registered(**others: Any) -> dict[str, Any]:
    """A registration as `GET /v1/jobs/{job_id}` shows it."""
    subject = f"org:acme:project:{PROJECT}:repo:web:ref_type:branch:ref:refs/heads/main"
    return {
        "job_id": "0" * 32,
        "profile": "ci",
        "fields": {**MAIN, "org": "acme"},
        "subject": subject,
        "audiences": ["vault.example.com", "sts.amazonaws.com"],
        "default_audience": None,
        "roles": [],
        "pinned": False,
        "aws_claims": "full",
        "ended_at": None,
        **others,
    }


def test_the_right_job_is_allowed(asking: Asking) -> None:
    session = asking.allowed("web-deploy", *ci(MAIN), "--account", ACCOUNT).document["session"]

    assert session == {
        "subject": f"org:acme:project:{PROJECT}:repo:web:ref_type:branch:ref:refs/heads/main",
        "audience": "sts.amazonaws.com",
        "provider": PROVIDER,
        "seconds": 3600,
        "tags": session["tags"],
        "source_identity": "jti-of-the-token",
    }
    assert {PROJECT, "web"} <= set(session["tags"].values())


def test_another_job_is_refused_by_its_field(asking: Asking) -> None:
    document = asking.refused("web-deploy", *ci(DEV)).document

    assert document["error"]["cause"] == REFUSED
    assert (
        document["error"]["remedy"]
        == "register the job with `ref` `refs/heads/main`, or change `roles.web-deploy.when`"
    )
    told = asking.explain("web-deploy", *ci(DEV))
    assert REFUSED in told.out


def test_every_field_that_differs_is_told(asking: Asking) -> None:
    error = asking.refused("web-deploy", *ci(DEV | {"repo": "docs"})).document["error"]

    assert error["cause"] == "`repo` is `docs`; the role wants `web`; " + REFUSED
    assert error["remedy"].startswith("register the job with `repo` `web` (and `ref`)")


def test_a_job_of_another_profile_is_told_by_its_profile(asking: Asking) -> None:
    fields = ("--field", "team=data", "--field", "job=report", "--field", "run_id=1")
    error = asking.refused("web-deploy", "--profile", "nightly", *fields).document["error"]

    assert error["cause"] == "`profile` is `nightly`; the role wants `ci`"
    session = asking.allowed("nightly-report", "--profile", "nightly", *fields).document["session"]
    assert (session["tags"], session["source_identity"]) == ({"team": "data", "job": "report"}, "run-1")


def test_alternatives_are_told_by_the_one_that_comes_closest(asking: Asking) -> None:
    alternatives = "    when:\n      - {repo: web, ref_type: branch, ref: refs/heads/main}\n"
    alternatives += "      - {repo: docs, ref_type: branch, ref: refs/heads/gh-pages}\n"
    old = "    when:\n      repo: web\n      ref_type: branch\n      ref: refs/heads/main\n"
    asking.file("jobpass.yaml", spoiled(old, alternatives))

    error = asking.refused("web-deploy", *ci(DEV | {"repo": "docs"})).document["error"]
    assert error["cause"] == "`ref` is `refs/heads/dev`; the role wants `refs/heads/gh-pages`"
    asking.allowed("web-deploy", *ci(MAIN))
    asking.allowed("web-deploy", *ci(MAIN | {"repo": "docs", "ref": "refs/heads/gh-pages"}))


def test_a_pin_is_made_by_name_or_arn(asking: Asking) -> None:
    job = ci(MAIN | {"ref_type": "tag", "ref": "refs/tags/v1"})

    error = asking.refused("web-release", *job).document["error"]
    assert "ask the issuer for a token pinned to this role" in error["remedy"]
    asking.allowed("web-release", *job, "--role-arn", "web-release")
    asking.allowed("web-release", *job, "--account", ACCOUNT, "--role-arn", RELEASE)
    asking.refused("web-release", *job, "--account", ACCOUNT, "--role-arn", "web-deploy")
    asking.refused("web-release", *job, "--account", ACCOUNT, "--role-arn", RELEASE.replace("1111", "2222"))
    assert "add `--account`" in asking.failed("web-release", *job, "--role-arn", RELEASE)[1]["remedy"]
    assert "has no such role" in asking.failed("web-release", *job, "--role-arn", "x")[1]["message"]


def test_a_pin_is_asked_for_beside_the_fields(asking: Asking) -> None:
    error = asking.refused("web-release", *ci(MAIN)).document["error"]
    assert error["cause"].endswith("the role wants `refs/tags/v*`; and it wants a pinned token")
    assert error["remedy"].endswith("; and ask for a token pinned to this role")

    pinned = asking.refused("web-release", *ci(MAIN), "--role-arn", "web-release").document["error"]
    assert pinned["cause"].endswith("the role wants `refs/tags/v*`")
    assert "pin" not in pinned["remedy"]


def test_an_audience_that_is_not_aws(asking: Asking) -> None:
    error = asking.refused("web-deploy", *ci(MAIN), "--audience", "vault.example.com").document["error"]

    assert error["cause"] == "`aud` is `vault.example.com`; the provider's client IDs are `sts.amazonaws.com`"


def test_the_issuer_stands_for_itself_where_no_file_names_it(asking: Asking) -> None:
    lines = (
        "  url: https://oidc.example.com/api/oidc\n  certificate_arn: arn:aws:acm:us-east-1:000000000000:certificate/"
    )
    lines += "0a1b2c3d-0000-4000-8000-000000000000\n  hosted_zone: {id: Z0123456789ABC, name: example.com}\n"
    asking.file("jobpass.yaml", spoiled(lines, ""))

    document = asking.allowed("web-deploy", *ci(MAIN)).document
    assert any("`https://oidc.example.com` stands for the issuer's URL" in each for each in document["assumed"])
    named = asking.allowed("web-deploy", *ci(MAIN), "--issuer-url", "https://d1.cloudfront.net").document
    assert "d1.cloudfront.net:sub" in named["condition_keys"]


class TestRegistrations:
    """What `POST /v1/jobs` and `GET /v1/jobs/{job_id}` answer."""

    def test_it_is_presented_as_it_would_be(self, asking: Asking) -> None:
        path = asking.file("job.json", registered())

        assert asking.allowed("web-deploy", "--registration", path).document["session"]["tags"]
        assert asking.refused("nightly-report", "--registration", path)

    def test_its_subject_is_the_registered_one(self, asking: Asking) -> None:
        subject = f"org:acme:project:{PROJECT}:repo:web:ref_type:branch:ref:refs/heads/old"
        document = asking.refused(
            "web-deploy", "--registration", asking.file("j", registered(subject=subject))
        ).document

        assert document["error"]["cause"] == "`ref` is `refs/heads/old`; the role wants `refs/heads/main`"
        assert any("jobpass.yaml has changed since" in each for each in document["assumed"])

    def test_it_may_carry_no_aws_claims(self, asking: Asking) -> None:
        path = asking.file("job.json", registered(aws_claims="none"))

        assert asking.allowed("web-deploy", "--registration", path).document["session"]["tags"] == {}

    def test_it_may_be_pinned(self, asking: Asking) -> None:
        tag = MAIN | {"org": "acme", "ref_type": "tag", "ref": "refs/tags/v1"}
        subject = f"org:acme:project:{PROJECT}:repo:web:ref_type:tag:ref:refs/tags/v1"
        roles = {"web-release": {"arn": RELEASE, "allowed": True}}
        answers = (
            registered(fields=tag, subject=subject, pinned=True, roles=[RELEASE]),
            registered(fields=tag, subject=subject, pinned=True, roles=roles),
        )
        for answer in answers:
            path = asking.file("job.json", answer)
            asking.allowed("web-release", "--registration", path, "--account", ACCOUNT)
            asking.refused("web-release", "--registration", path, "--account", "444455556666")
            assert asking.failed("web-release", "--registration", path)[0] == 2

    def test_its_request_token_is_shown_nowhere(self, asking: Asking) -> None:
        secret = f"{'0a' * 16}.{'Ab-_0' * 8}xyz"
        asking.tokens.append(secret)
        path = asking.file("job.json", registered(request_token=secret, environment={"github": {"T": secret}}))

        asking.allowed("web-deploy", "--registration", path)
        asking.explain("web-deploy", "--registration", path)

    def test_one_that_has_ended_is_told(self, asking: Asking) -> None:
        path = asking.file("job.json", registered(ended_at="2027-01-15T08:00:00Z"))

        assert any(
            "the job has ended" in each
            for each in asking.allowed("web-deploy", "--registration", path).document["assumed"]
        )

    def test_one_that_the_file_would_no_longer_take_is_explained(self, asking: Asking) -> None:
        path = asking.file("job.json", registered(fields={"org": "acme", "repo": "web"}))

        document = asking.allowed("web-deploy", "--registration", path).document
        assert any("would now have the subject none at all" in each for each in document["assumed"])

    @pytest.mark.parametrize("document", [[], {}, registered(fields={"repo": 1}), registered(subject=None)])
    def test_what_is_none_is_told(self, document: object, asking: Asking) -> None:
        status, error = asking.failed("web-deploy", "--registration", asking.file("job.json", document))

        assert (status, error["code"]) == (3, "unreadable")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["web-deplo", *ci(MAIN)], "usage", "jobpass.yaml has no role `web-deplo`"),
        (["web-deploy", "--profile", "c"], "usage", "jobpass.yaml has no profile `c`"),
        (["web-deploy", "--profile", "ci"], "fields", "profile `ci` has no job with these fields"),
        (["web-deploy", *ci(MAIN | {"refs": "x"})], "fields", "profile `ci` has no job with these fields"),
        (["web-deploy", *ci(MAIN), "--field", "ref=x"], "usage", "names a field twice"),
        (["web-deploy", "--profile", "ci", "--field", "ref"], "usage", "has no `=`"),
        (["web-deploy", *ci(MAIN | {"repo": "w" * 200})], "usage", "the fields cannot make a subject"),
    ],
)
def test_what_no_job_can_be_is_2(arguments: list[str], code: str, message: str, asking: Asking) -> None:
    status, error = asking.failed(*arguments)

    assert (status, error["code"]) == (2, code)
    assert message in error["message"]


def test_a_broken_file_is_told_with_all_its_mistakes(asking: Asking) -> None:
    asking.file("jobpass.yaml", spoiled("retention: retain", "retentino: retain"))

    status, error = asking.failed("web-deploy", *ci(MAIN))
    assert (status, error["code"]) == (1, "configuration")
    assert error["problems"][0]["line"]


def test_a_role_of_another_account_is_looked_at_there(asking: Asking) -> None:
    asking.file(
        "jobpass.yaml",
        spoiled("    when: {team: data}\n", "    when: {team: data}\n    account: production\n    pin: required\n")
        + 'accounts:\n  production: {id: "222233334444"}\n',
    )
    job = ("--profile", "nightly", "--field", "team=data", "--field", "job=report", "--field", "run_id=1")

    document = asking.allowed("nightly-report", *job, "--role-arn", "nightly-report").document
    assert document["role"] == "arn:aws:iam::222233334444:role/jobpass-nightly-report"
    assert document["session"]["provider"] == PROVIDER.replace(ACCOUNT, "222233334444")
    asking.allowed("nightly-report", *job, "--role-arn", document["role"])
    asking.refused("nightly-report", *job, "--role-arn", document["role"].replace("2222", "3333"))
