"""`jobpass policy` prints what the deployment writes, and refuses what synthesis refuses, in the same words."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from jobpass.command.main import main
from jobpass.command.registry import command
from jobpass.configuration import load
from jobpass_issuer.domain.issuer import Issuer
from tests.configuration.example import SOUND, spoiled

ROOT = Path(__file__).parents[2]
ISSUER = "https://oidc.example.com/api/oidc"
PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/api/oidc"
MAIN = ("--when", "org=acme", "--when", "repo=web", "--when", "ref_type=branch", "--when", "ref=refs/heads/main")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sound configuration, whose issuer has a domain of its own."""
    path = tmp_path / "jobpass.yaml"
    path.write_text(SOUND, "utf-8")
    return path


def policy(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What a command line that is good prints."""
    status = main(["policy", *arguments])
    captured = capsys.readouterr()
    assert (status, captured.err) == (0, "")
    printed: dict[str, Any] = json.loads(captured.out)
    return printed


def test_a_role_that_the_file_puts_into_another_account_trusts_the_provider_of_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "jobpass.yaml"
    accounts = 'accounts: {staging: {id: "222233334444"}}\nroles:\n  web-deploy:\n    account: staging\n'
    path.write_text(spoiled("roles:\n  web-deploy:\n", accounts), "utf-8")

    there = policy(capsys, "web-deploy", "--config", str(path))
    elsewhere = policy(capsys, "web-deploy", "--config", str(path), "--account", "111122223333")

    assert there["Statement"][0]["Principal"] == {"Federated": PROVIDER.replace("111122223333", "222233334444")}
    assert elsewhere["Statement"][0]["Principal"] == {"Federated": PROVIDER}


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """How a command line that is not good ends, and its error."""
    status = main(["policy", "--json", *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    error: dict[str, Any] = json.loads(captured.out)["error"]
    assert error["message"]
    assert error["remedy"]
    return status, error


@pytest.mark.parametrize("name", ["web-deploy", "web-release", "nightly-report"])
def test_a_role_of_the_file_has_the_deployments_policy(
    name: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment = load(file).deployment()
    role = deployment.roles[name]
    expected = role.trust_policy(deployment.profiles[role.profile], Issuer(ISSUER), PROVIDER)

    printed = policy(capsys, name, "--config", str(file), "--account", "111122223333")

    assert printed == expected
    assert policy(capsys, name, "--config", str(file), "--provider-arn", PROVIDER) == expected


def test_json_says_what_the_policy_was_made_of(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = policy(capsys, "web-release", "--config", str(file), "--provider-arn", PROVIDER, "--json")

    assert {name: value for name, value in printed.items() if name not in ("trust_policy", "policy_characters")} == {
        "role": "web-release",
        "profile": "ci",
        "issuer_url": ISSUER,
        "provider_arn": PROVIDER,
        "audiences": ["sts.amazonaws.com"],
        "max_session_seconds": 3600,
        "pin_required": True,
    }
    assert printed["policy_characters"] == len(json.dumps(printed["trust_policy"], separators=(",", ":")))
    assert printed["trust_policy"]["Statement"][0]["Condition"]["Bool"] == {"sts:RoleAuthorizedByIdp": "true"}


def test_a_role_that_stands_in_no_file_trusts_jobs_of_a_preset(capsys: pytest.CaptureFixture[str]) -> None:
    printed = policy(capsys, "--profile", "semaphore", *MAIN, "--provider-arn", PROVIDER)

    (statement,) = printed["Statement"]
    assert statement["Principal"] == {"Federated": PROVIDER}
    assert statement["Condition"] == {
        "StringEquals": {"oidc.example.com/api/oidc:aud": "sts.amazonaws.com"},
        "StringLike": {
            "oidc.example.com/api/oidc:sub": "org:acme:project:*:repo:web:ref_type:branch:ref:refs/heads/main"
        },
    }


@pytest.mark.parametrize(
    ("form", "subject"), [((), "*::*::*::ops"), (("--form", "job"), "*::*::*::ops"), (("--form", "workspace"), "ops")]
)
def test_a_form_of_a_preset_may_be_named(
    form: tuple[str, ...], subject: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = policy(capsys, "--profile", "windmill", *form, "--when", "workspace=ops", "--provider-arn", PROVIDER)

    assert f'oidc:sub": "{subject}"' in json.dumps(printed)


def test_a_role_that_stands_in_no_file_may_trust_jobs_of_the_files_profiles(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--profile", "nightly", "--config", str(file), "--when", "team=data", "--when", "job=report")
    printed = policy(capsys, *arguments, "--pin", "--account", "111122223333")

    condition = printed["Statement"][0]["Condition"]
    assert condition["StringEquals"][f"{ISSUER.removeprefix('https://')}:sub"] == "team:data:job:report"
    assert condition["Bool"] == {"sts:RoleAuthorizedByIdp": "true"}


def test_several_audiences_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    audiences = ("--audience", "sts.amazonaws.com", "--audience", "deploy.example.com")
    printed = policy(capsys, "--profile", "semaphore", *MAIN, *audiences, "--provider-arn", PROVIDER)

    equals = printed["Statement"][0]["Condition"]["StringEquals"]
    assert equals["oidc.example.com/api/oidc:aud"] == ["sts.amazonaws.com", "deploy.example.com"]


def test_the_examples_of_its_help_work(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    lines = "\n".join(command("policy").examples).replace("\\\n", "").splitlines()

    assert len(lines) == 2
    for line in lines:
        name, *arguments = shlex.split(line)
        assert name == "jobpass"
        assert policy(capsys, *arguments[1:])["Statement"]


class TestRefusals:
    """The words are those of synthesis, each at the option that made the mistake."""

    @pytest.mark.parametrize(
        ("arguments", "path", "message"),
        [
            (("--when", "ref_typ=branch"), "--when ref_typ", "did you mean `ref_type`?"),
            (("--when", "job_id=1"), "--when job_id", "is not part of the profile's subject"),
            (("--when", "ref_type=brunch"), "--when ref_type", "`brunch` must match the pattern"),
            ((), "--when", "lets every job of profile `semaphore` assume the role"),
            (("--when", "repo=web"), "--when", "lets branches, tags and pull requests alike assume the role"),
            (("--when", "repo=web"), "--when", "or say in `--allow-any` why it may be so"),
            (("--when", "Repo=web"), "--when Repo", "must be a field's name"),
            ((*MAIN, "--audience", "a b"), "--audience a b", "must be printable ASCII"),
            ((*MAIN, "--allow-any", "because it may be so"), "--allow-any", "is not needed"),
            (("--when", "repo=web", "--allow-any", "short"), "--allow-any", "is too short"),
        ],
    )
    def test_of_what_synthesis_refuses(
        self, arguments: tuple[str, ...], path: str, message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, error = refusal(capsys, "--profile", "semaphore", *arguments, "--provider-arn", PROVIDER)

        assert (status, error["code"]) == (1, "configuration")
        assert [(each["path"], message in each["message"]) for each in error["problems"]] == [(path, True)]

    def test_of_broad_trust_is_lifted_by_a_reason(self, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = (
            "--profile",
            "semaphore",
            "--when",
            "repo=web",
            "--allow-any",
            "every ref of this repository reads",
        )
        assert policy(capsys, *arguments, "--provider-arn", PROVIDER)["Statement"]

    def test_of_a_profile_that_is_no_preset(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, error = refusal(capsys, "--profile", "semafore", *MAIN, "--provider-arn", PROVIDER)

        assert status == 1
        assert "did you mean `semaphore`?" in error["problems"][0]["message"]

    def test_of_a_form_that_the_preset_has_not(self, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = ("--profile", "windmill", "--form", "wrkspace", "--when", "workspace=ops")
        status, error = refusal(capsys, *arguments, "--provider-arn", PROVIDER)

        assert (status, [each["path"] for each in error["problems"]]) == (1, ["--form"])
        assert "did you mean `workspace`?" in error["problems"][0]["message"]

    def test_of_a_profile_that_the_file_has_not(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, error = refusal(capsys, "--profile", "nightli", "--config", str(file), "--account", "111122223333")

        assert status == 1
        assert error["problems"][0]["path"] == "--profile"
        assert "did you mean `nightly`?" in error["problems"][0]["message"]

    def test_of_jobs_that_no_platform_registers(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        when = ("--when", "org=other", *MAIN[2:])
        status, error = refusal(capsys, "--profile", "ci", "--config", str(file), *when, "--provider-arn", PROVIDER)

        assert status == 1
        assert "contradicts the profile's constant" in error["problems"][0]["message"]

    def test_of_a_file_with_mistakes_names_them_all(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file.write_text(spoiled("ref_type: branch", "ref_type: brunch"), "utf-8")

        status, error = refusal(capsys, "web-deploy", "--config", str(file), "--account", "111122223333")

        assert (status, error["code"]) == (1, "configuration")
        assert error["problems"][0]["path"] == "roles.web-deploy.when.ref_type"
        assert error["problems"][0]["line"] == 46

    def test_of_a_policy_that_is_too_long_for_iam(self, capsys: pytest.CaptureFixture[str]) -> None:
        audiences = [each for number in range(10) for each in ("--audience", f"{number}{'x' * 200}")]

        status, error = refusal(capsys, "--profile", "semaphore", *MAIN, *audiences, "--provider-arn", PROVIDER)

        assert status == 1
        assert "2048" in str(error)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("web-deploy", "--profile", "ci"), "name either a role of the file or"),
            (("web-deploy", "--when", "a=b", "--pin"), "--when and --pin cannot change the role"),
            (("web-deply", "--account", "111122223333"), "has no role `web-deply`"),
            (("web-deploy",), "the account of the role is not known"),
            (("web-deploy", "--account", "1"), "`1` is no account number"),
            (("web-deploy", "--provider-arn", "arn:aws:iam::1:role/x"), "is no ARN of an OIDC provider"),
            (("web-deploy", "--provider-arn", PROVIDER + "/"), "the provider is that of"),
            (("web-deploy", "--issuer-url", "https://a.b:1", "--account", "111122223333"), "must not name a port"),
            (("--profile", "ci", "--when", "repo"), "`--when repo` has no `=`"),
            (("--profile", "ci", "--when", "repo=a", "--when", "repo=b"), "names a field twice"),
            (("--profile", "ci", "--form", "x"), "`--form` is for presets"),
        ],
    )
    def test_of_wrong_usage(
        self, arguments: tuple[str, ...], message: str, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, error = refusal(capsys, *arguments, "--config", str(file))

        assert (status, error["code"]) == (2, "usage")
        assert message in error["message"]

    def test_without_an_issuer(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, error = refusal(capsys, "--profile", "semaphore", *MAIN, "--account", "111122223333")

        assert status == 2
        assert "IssuerUrl" in error["remedy"]

    def test_without_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, error = refusal(capsys, "web-deploy", "--config", str(tmp_path / "none.yaml"))

        assert (status, error["code"]) == (3, "no_configuration")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_mistakes_fit_the_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))

    assert main(["policy", "--profile", "semaphore", "--when", "repo=web", "--provider-arn", PROVIDER]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert max(map(len, captured.err.splitlines())) <= width
    assert captured.err.startswith("jobpass policy: the command line: 1 mistake\n  --when: lets branches, tags")
