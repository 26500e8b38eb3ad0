"""`jobpass.aws_session`: boto3's own credentials, renewed by what the job draws."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

import jobpass
from jobpass.errors import JobpassError, RefusedError, UnavailableError
from tests.job.drawing import KEY_ID, ROLE, SECRET, SESSION, Stand, issuers_refusal, refusal

ROOT = Path(__file__).parents[2]
NOT_AUTHORIZED = refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403)
FIRST, SECOND = f"{KEY_ID[:-4]}0001", f"{KEY_ID[:-4]}0002"


@pytest.fixture
def machine(stand: Stand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stand:
    """This process as a job's machine, with credentials of somebody else on it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\n")
    other = {
        "AWS_ACCESS_KEY_ID": "AKIASOMEBODYELSE",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
    }
    for name, value in stand.environ(**other).items():
        monkeypatch.setenv(name, value)
    return stand


def key_of(session: boto3.Session) -> str:
    """The key that the next call is signed with."""
    credentials = session.get_credentials()
    assert credentials is not None
    return str(credentials.get_frozen_credentials().access_key)


def test_the_credentials_are_the_roles_whatever_the_machine_has(machine: Stand) -> None:
    session = jobpass.aws_session(ROLE, region_name="eu-central-1")
    credentials: Any = session.get_credentials()
    frozen = credentials.get_frozen_credentials()
    assert (frozen.access_key, frozen.secret_key, frozen.token) == (FIRST, SECRET, SESSION)
    assert session.region_name == "eu-central-1"
    assert key_of(session) == FIRST
    assert len(machine.sessions_asked) == 1


def test_a_client_signs_with_them(machine: Stand) -> None:
    client: Any = jobpass.aws_session(ROLE).client("sts", region_name="us-east-1", endpoint_url=machine.url)
    client.get_caller_identity()
    (signature,) = machine.signatures
    assert f"Credential={FIRST}/" in signature


def test_the_options_are_what_is_asked_for(machine: Stand) -> None:
    jobpass.aws_session(ROLE, audience="aws.example", duration_seconds=900, session_name="run-7")
    (asked,) = machine.sessions_asked
    assert (asked["DurationSeconds"], asked["RoleSessionName"]) == ("900", "run-7")
    assert machine.tokens_asked[0]["audience"] == "aws.example"


@pytest.mark.parametrize(
    ("duration_seconds", "life_seconds", "renewed"),
    [(3600, 970, False), (3600, 950, True), (900, 460, False), (900, 440, True)],
)
def test_they_are_renewed_when_little_is_left(
    machine: Stand, duration_seconds: int, life_seconds: float, renewed: bool
) -> None:
    machine.life_seconds = life_seconds
    session = jobpass.aws_session(ROLE, duration_seconds=duration_seconds)
    machine.life_seconds = 3600
    assert key_of(session) == (SECOND if renewed else FIRST)
    # And those are good for long.
    assert key_of(session) == (SECOND if renewed else FIRST)
    assert len({each["WebIdentityToken"] for each in machine.sessions_asked}) == (2 if renewed else 1)


@pytest.mark.parametrize("refused", [NOT_AUTHORIZED, None])
def test_those_still_good_are_used_while_a_renewal_fails(machine: Stand, refused: Any) -> None:
    machine.life_seconds = 400
    session = jobpass.aws_session(ROLE)
    if refused:
        machine.from_sts.append(refused)
    else:
        machine.from_issuer.append(issuers_refusal("invalid_token", "the job has ended", 401))
    assert key_of(session) == FIRST
    assert key_of(session) == SECOND


def test_when_they_are_about_to_end_the_refusal_is_raised(machine: Stand) -> None:
    machine.life_seconds = 300
    session = jobpass.aws_session(ROLE)
    machine.from_issuer.append(issuers_refusal("invalid_token", "the job has ended", 401))
    with pytest.raises(RefusedError, match="the job has ended"):
        key_of(session)


def test_a_refusal_comes_at_once(machine: Stand) -> None:
    machine.from_sts.append(NOT_AUTHORIZED)
    with pytest.raises(RefusedError) as refused:
        jobpass.aws_session(ROLE)
    assert (refused.value.code, f"jobpass explain {ROLE}" in refused.value.remedy) == ("AccessDenied", True)


@pytest.mark.parametrize("what", [{"role_arn": "web-deploy"}, {"role_arn": ROLE, "duration_seconds": 60}])
def test_what_sts_does_not_take_is_said_at_once(machine: Stand, what: dict[str, Any]) -> None:
    with pytest.raises(JobpassError) as refused:
        jobpass.aws_session(**what)
    assert refused.value.code == "usage"
    assert machine.tokens_asked == []


def test_the_library_says_what_is_missing_where_there_is_no_boto3() -> None:
    script = (
        "import jobpass\n"
        "try: jobpass.aws_session\n"
        "except jobpass.JobpassError as error: print(error.code, '|', error.message, '|', error.remedy)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, message, remedy = ran.stdout.split(" | ")
    assert (code, remedy.strip()) == ("extra_missing", "run: pip install 'boto3'")
    assert "`jobpass.aws_session` needs the library `boto3`" in message


def test_the_public_names_are_there_and_no_others() -> None:
    assert (jobpass.RefusedError, jobpass.UnavailableError) == (RefusedError, UnavailableError)
    assert all(getattr(jobpass, name) for name in jobpass.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        jobpass.no_such_name  # noqa: B018
