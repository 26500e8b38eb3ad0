"""The canary's place: nothing that a configuration can name is its own, and the front door knows both."""

import pytest

from jobpass.configuration import ConfigurationError, parse
from jobpass.configuration.canary_settings import CanarySettings
from jobpass_issuer.domain import canary
from jobpass_issuer.domain.admission import Account, admit, platform_of
from jobpass_issuer.domain.errors import AccessDeniedError, InvalidRequestError
from jobpass_issuer.domain.standing import Standing
from tests.configuration.example import SOUND
from tests.domain.examples import DEPLOYMENT

WATCHED = canary.watched(DEPLOYMENT, "jobpass")
ACCOUNT = Account("aws", "000000000000")
ROUND = {canary.FIELD: "0" * 32}
CALLER = "arn:aws:sts::000000000000:assumed-role/jobpass-canary-platform/canary"


def test_the_front_door_knows_the_canary_beside_all_others() -> None:
    assert WATCHED.platforms == {**DEPLOYMENT.platforms, canary.NAME: canary.platform("jobpass")}
    assert WATCHED.profiles == {**DEPLOYMENT.profiles, canary.NAME: canary.profile()}
    assert WATCHED.roles == DEPLOYMENT.roles
    assert WATCHED.client_ids(None) == DEPLOYMENT.client_ids(None)
    assert canary.AUDIENCE not in WATCHED.aws_audiences
    assert platform_of(CALLER, WATCHED, ACCOUNT) == canary.platform("jobpass")
    with pytest.raises(AccessDeniedError):
        platform_of(CALLER, DEPLOYMENT, ACCOUNT)


def test_its_job_is_admitted_with_a_subject_that_no_template_and_no_value_can_make() -> None:
    body = {"profile": canary.NAME, "fields": ROUND, "audiences": [canary.AUDIENCE], "environment": []}
    admission = admit(
        body, canary.platform("jobpass"), WATCHED, ACCOUNT, job_id="0" * 32, secret_sha256="0" * 64, now=0
    )

    assert admission.registration.subject == f"jobpass:canary?round={'0' * 32}"
    for profile in DEPLOYMENT.profiles.values():
        assert "?" not in profile.subject.text
        assert all("?" in profile.subject.delimiters(name) for name in profile.subject.fields)
    assert Standing.of(WATCHED).entitlement(admission.registration).audiences == (canary.AUDIENCE,)


@pytest.mark.parametrize(
    "changes",
    [
        {"audiences": [canary.OTHER_AUDIENCE]},
        {"audiences": [canary.AUDIENCE, canary.OTHER_AUDIENCE]},
        {"profile": "ci"},
        {"roles": ["web-deploy"]},
        {"fields": {canary.FIELD: "x"}},
        {"fields": {}},
        {"expires_in_seconds": canary.JOB_SECONDS + 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_it_may_register_nothing_else(changes: dict[str, object]) -> None:
    body = {"profile": canary.NAME, "fields": ROUND, "audiences": [canary.AUDIENCE], **changes}
    with pytest.raises(InvalidRequestError):
        admit(body, canary.platform("jobpass"), WATCHED, ACCOUNT, job_id="0" * 32, secret_sha256="0" * 64, now=0)


def test_its_names_cannot_be_written() -> None:
    for section, name in (("profiles", canary.NAME), ("platforms", canary.NAME)):
        with pytest.raises(ConfigurationError) as caught:
            parse(SOUND.replace(f"{section}:\n", f"{section}:\n  {name}: {{}}\n"))
        assert f"{section}.{name}" in str(caught.value)
        assert "begins with a letter" in str(caught.value)


@pytest.mark.parametrize("name", ["canary", "canary-platform", "canary-schedule"])
def test_a_role_cannot_be_named_like_one_of_its_own(name: str) -> None:
    with pytest.raises(ConfigurationError, match="like a role that the stack makes for itself"):
        parse(SOUND.replace("  web-deploy:\n", f"  {name}:\n").replace("[web-deploy,", f"[{name},"))


def test_nobody_else_has_its_audience() -> None:
    with pytest.raises(ConfigurationError, match="is kept for the issuer's own canary") as caught:
        parse(SOUND.replace("vault.example.com", canary.AUDIENCE))
    assert {problem.path for problem in caught.value.problems} >= {"platforms.ci-server.audiences[1]"}


@pytest.mark.parametrize("written", ["off", '"off"'])
def test_off_is_off_to_every_reader_of_yaml(written: str) -> None:
    configuration = parse(f"{SOUND}canary: {{every_minutes: {written}}}\n")

    assert not configuration.has_canary
    assert configuration.front_door() == configuration.deployment()


def test_a_canary_is_there_unless_it_is_off() -> None:
    configuration = parse(SOUND)

    assert configuration.canary == CanarySettings(every_minutes=5)
    assert set(configuration.front_door().platforms) - set(configuration.deployment().platforms) == {canary.NAME}


@pytest.mark.parametrize("written", ["0", "7", "90", "on", "'5'", "~", "never"])
def test_another_interval_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError, match="every_minutes"):
        parse(f"{SOUND}canary: {{every_minutes: {written}}}\n")
