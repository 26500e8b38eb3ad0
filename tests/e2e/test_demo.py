"""The demonstration on the shared deployment: every step, and that nothing of it leaves a secret behind."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from local.demo import job_shell, relying_party, sts_refusals
from local.demo.narration import Look, Narrator
from local.demo.relying_party import UntrustedError
from local.demo.run import Run, tell
from local.demo.scene import Scene
from local.demo.step import Outcome, Step, play
from local.demo.story import STEPS
from local.deployment import Deployment
from local.registration import AUDIENCE

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "semaphore-openid-connect-in-aws.md"


@dataclass(frozen=True)
class Told:
    """One telling of the demonstration."""

    run: Run
    scene: Scene
    text: str


@pytest.fixture(scope="module")
def told(deployment: Deployment) -> Told:
    """The demonstration, told once on the shared deployment."""
    run, stream = Run(), io.StringIO()
    scene = tell(run, Narrator(stream, run.secrets, Look(80, colour=False, unicode=True)), deployment)
    return Told(run, scene, stream.getvalue())


@pytest.fixture(scope="module")
def forms(told: Told) -> set[str]:
    """Every secret seen, as it is and as a URL or JSON holds it."""
    values = told.run.secrets.values
    return {form for value in values for form in (value, quote(value, safe=""), json.dumps(value)[1:-1])}


@pytest.mark.parametrize("name", [step.name for step in STEPS])
def test_every_step_is_as_it_should_be(told: Told, name: str) -> None:
    result = next(result for result in told.run.results if result.name == name)
    assert result.outcome.observed == result.outcome.expected
    assert result.ok


def test_every_step_has_a_name_of_its_own() -> None:
    names = [step.name for step in STEPS]
    assert len(set(names)) == len(names)


def test_a_step_that_sees_something_else_is_not_ok(told: Told) -> None:
    assert not play(Step("x", "x", lambda _: Outcome("403", "200")), told.scene).ok


def test_a_step_that_raises_is_not_ok_and_says_why(told: Told) -> None:
    def fail(_: Scene) -> Outcome:
        raise LookupError("no such thing")

    result = play(Step("x", "no such thing", fail), told.scene)
    assert (result.ok, result.outcome.observed) == (False, "LookupError: no such thing")


def test_steps_that_lack_what_an_earlier_one_brings_name_it(deployment: Deployment) -> None:
    bare = Scene(deployment)
    observed = [play(step, bare).outcome.observed for step in STEPS if step.name in ("fetch-token", "write-refused")]
    assert observed == [
        "this needs what the step register-job should have brought",
        "this needs what the step assume-role should have brought",
    ]


def test_the_job_has_no_credentials_and_no_way_but_the_token(told: Told) -> None:
    printed = job_shell.run("env", job_shell.environment(told.scene)).output
    names = {line.partition("=")[0] for line in printed.splitlines()}
    assert not {name for name in names if "KEY" in name or "TOKEN" in name or "PROXY" in name.upper()}
    assert job_shell.run("aws sts get-caller-identity", job_shell.environment(told.scene)).status != 0


def test_the_guides_commands_with_another_jobs_token_give_nothing(told: Told) -> None:
    variables = job_shell.environment(told.scene) | {"SEMAPHORE_JOB_ID": "1", "SEMAPHORE_OIDC_TOKEN": told.scene.token}
    script = job_shell.guide_commands(told.scene.role("RoleNightlyReportArn")) + 'echo "<$AWS_ACCESS_KEY_ID>"'
    ran = job_shell.run(script, variables)
    assert ran.output == "<>\n"
    assert ran.refusal == (
        "AccessDenied on AssumeRoleWithWebIdentity: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    )


def test_the_guides_commands_take_nothing_but_a_roles_arn() -> None:
    with pytest.raises(ValueError, match="not the ARN of a role"):
        job_shell.guide_commands('arn:aws:iam::000000000000:role/x"; rm -rf "')


@pytest.mark.skipif(not SEED.exists(), reason="the guide does not lie beside this checkout")
def test_the_commands_are_those_of_semaphores_guide() -> None:
    printed = [line.strip().removeprefix("- ") for line in SEED.read_text().splitlines() if "- export " in line]
    ours = [line for line in job_shell.GUIDE.read_text().splitlines() if not line.startswith("#")]
    assert ours == [line.partition(" # ")[0] for line in printed]
    assert len(ours) == 6


def test_the_stranger_refuses_another_audience_a_changed_claim_and_other_documents(told: Told) -> None:
    scene = told.scene
    documents = {"discovery": scene.discovery, "keys": scene.jwk_set}
    token = scene.fetch(scene.job)
    assert relying_party.verify(token, audience=AUDIENCE, **documents).claims["sub"] == scene.job.subject
    with pytest.raises(UntrustedError):
        relying_party.verify(token, audience="vault.example.com", **documents)
    with pytest.raises(UntrustedError):
        relying_party.verify(sts_refusals.with_claim(token, "sub", "x"), audience=AUDIENCE, **documents)
    with pytest.raises(UntrustedError):
        relying_party.verify(token, audience=AUDIENCE, discovery=scene.discovery, keys={"keys": []})
    with pytest.raises(UntrustedError):
        relying_party.discovery_document(scene.web, scene.deployment.output("IssuerUrl") + "/")


def test_the_clock_of_the_local_sts_is_right_again_whatever_happens(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def fail(*_: object) -> str:
        seen.append(told.scene.sts.offset_seconds())
        raise OSError("the line is cut")

    monkeypatch.setattr(type(told.scene.sts), "answer", fail)
    with pytest.raises(OSError, match="the line is cut"):
        told.scene.sts.answer_at(2_000_000_000, "", "")
    assert seen != [0]
    assert told.scene.sts.offset_seconds() == 0


class TestNoSecretIsLeftBehind:
    """Every secret of the telling, searched for in everything that was written while it lasted."""

    def test_the_run_saw_secrets_of_every_kind(self, told: Told) -> None:
        scene, values = told.scene, told.run.secrets.values
        job_id, _, secret = scene.job.request_token.partition(".")
        assert job_id == scene.job.job_id
        assert {scene.job.request_token, secret, scene.token, scene.token.rpartition(".")[2]} <= values
        credentials = scene.platform.credentials
        assert {credentials.secret_access_key, credentials.session_token} <= values
        assert {scene.job_credentials["AWS_SECRET_ACCESS_KEY"], scene.job_credentials["AWS_SESSION_TOKEN"]} <= values

    def test_not_in_what_it_tells(self, told: Told, forms: set[str]) -> None:
        for text in (told.text, json.dumps(told.run.document()), repr(told.scene), repr(told.run.results)):
            assert told.scene.job.job_id in text or told.scene.job.subject in text
            assert not [form for form in forms if form in text]

    def test_not_in_any_log_of_the_functions_or_the_gateway(self, told: Told, forms: set[str]) -> None:
        written = dict(cloudwatch_logs(told.scene.deployment))
        assert {"/aws/lambda/jobpass-token", "/aws/lambda/jobpass-jobs", "/aws/lambda/jobpass-keys"} <= set(written)
        for function in ("jobpass-token", "jobpass-jobs"):
            assert told.scene.job.job_id in written[f"/aws/lambda/{function}"]
        assert not [group for group, text in written.items() if any(form in text for form in forms)]

    def test_not_in_any_log_file_the_emulators_own_among_them(self, told: Told, forms: set[str]) -> None:
        logs = told.scene.deployment.embedded.folder.logs
        written = {file.name: file.read_text(errors="replace") for file in logs.rglob("*") if file.is_file()}
        assert "jobpass-token" in written["emulator.log"]
        assert {"proxy.log", "cdk-deploy.log"} <= set(written)
        assert not [name for name, text in written.items() if any(form in text for form in forms)]

    def test_not_in_the_trail_of_calls(self, told: Told, forms: set[str]) -> None:
        events = told.scene.deployment.aws.client("cloudtrail").lookup_events(MaxResults=50)["Events"]
        text = "\n".join(str(event.get("CloudTrailEvent")) for event in events)
        assert "kms.amazonaws.com" in text
        assert not [form for form in forms if form in text]

    def test_not_in_the_table(self, told: Told, forms: set[str]) -> None:
        dynamodb = told.scene.deployment.aws.client("dynamodb")
        rows = json.dumps(dynamodb.scan(TableName=told.scene.deployment.output("TableName"))["Items"], default=str)
        assert told.scene.job.job_id in rows
        assert not [form for form in forms if form in rows]


def cloudwatch_logs(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """Every log group with all that is in it."""
    logs = deployment.aws.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            yield name, "\n".join(event["message"] for each in pages for event in each["events"])
