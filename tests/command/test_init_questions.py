"""`jobpass init` at a terminal: its questions, their defaults, and what it says of an answer that will not do."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from jobpass.configuration import load
from tests.command.pseudo_terminal import Typist, at_a_terminal

ROOT = Path(__file__).parents[2]
ARN = "arn:aws:iam::222233334444:role/ci"
PROMPTS = (
    "Kind of job [", "Form [", "Platform [", "ARN or file [", "Role [", "repository [", "ref [", "Managed policies [",
    "Issuer URL [", "Trial [",
)  # fmt: skip

Init = Callable[..., AbstractContextManager[Typist]]


@pytest.fixture
def init(tmp_path: Path) -> Init:
    """Starts the command at a terminal of 80 columns, in an empty folder."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "lambda_src")])
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": paths,
        "COLUMNS": "80",
        "TERM": "xterm",
        "HOME": str(tmp_path),
    }

    @contextmanager
    def started(*options: str) -> Iterator[Typist]:
        command = [sys.executable, "-m", "jobpass", "init", *options]
        with at_a_terminal(command, environment, str(tmp_path)) as typist:
            yield typist

    return started


def test_enter_takes_each_default_and_the_file_is_sound(init: Init, tmp_path: Path) -> None:
    with init() as person:
        explained = [person.answer(prompt, "") for prompt in PROMPTS]
        assert person.end() == 0

    assert load(tmp_path / "jobpass.yaml").roles["deploy"].when == {"repository": "acme/web", "ref": "refs/heads/main"}
    assert (tmp_path / "jobpass.yaml").read_text().count("AN EXAMPLE") == 2
    assert [len(each.strip().splitlines()) >= 2 for each in explained] == [True] * len(PROMPTS)
    assert max(len(line) for each in explained for line in each.splitlines() if " " in line.strip()) <= 80
    assert "wrote jobpass.yaml" in person.shown


def test_answers_that_will_not_do_are_asked_again_with_the_reason(init: Init, tmp_path: Path) -> None:
    with init() as person:
        for prompt, wrong, reason, right in (
            ("Kind of job [github]", "gitlub", "did you mean `gitlab`?", "semaphore"),
            ("Platform [ci-server]", "CI server", "must be a name", "runner"),
            ("ARN or file [", "222233334444", "write `arn:aws:iam::222233334444:root`", ARN),
            ("Role [deploy]", "-", "must be a name", "release"),
        ):
            person.answer(prompt, wrong)
            person.see(reason)
            person.answer(prompt, right)
        for field in ("org", "project_id", "repo", "ref_type", "ref"):
            person.answer(f"{field} [", "*")
        person.see("lets every job of profile `semaphore` assume the role")
        person.answer("org [*]", "acme")
        person.answer("project_id [*]", "web")
        person.see("must match the pattern")
        person.answer("project_id [*]", "")
        person.answer("repo [*]", "web")
        person.answer("ref_type [*]", "branches")
        person.see("branch|tag|pull-request")
        person.answer("ref_type [*]", "tag")
        person.answer("ref [*]", "refs/tags/v*")
        person.answer("Managed policies [none]", "AdministratorAccess")
        person.see("is no ARN of a managed policy")
        person.answer("Managed policies [none]", "arn:aws:iam::aws:policy/ReadOnlyAccess")
        person.answer("Issuer URL [none]", "http://oidc.example.com")
        person.see("must begin with `https://`")
        person.answer("Issuer URL [none]", "https://oidc.example.com")
        person.answer("Certificate ARN [none]", "")
        person.answer("Trial [no]", "perhaps")
        person.see("answer `yes` or `no`")
        person.answer("Trial [no]", "yes")
        assert person.end() == 0

    made = load(tmp_path / "jobpass.yaml")
    assert made.platforms["runner"].principals == [ARN]
    assert made.roles["release"].when == {"org": "acme", "repo": "web", "ref_type": "tag", "ref": "refs/tags/v*"}
    assert made.roles["release"].managed_policies == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    assert (made.issuer.url, made.retention) == (None, "destroy")
    assert "AN EXAMPLE" not in (tmp_path / "jobpass.yaml").read_text()


def test_only_what_no_option_says_is_asked(init: Init, tmp_path: Path) -> None:
    options = ["--preset", "windmill", "--form", "instance", "--platform", "flows", "--role", "all", "--production"]
    with init(*options, "--principal", ARN) as person:
        person.answer("Reason [", "short")
        person.see("write the reason in words")
        person.answer("Reason [", "they are all ours")
        person.answer("Managed policies [", "")
        person.answer("Issuer URL [", "")
        assert person.end() == 0

    assert load(tmp_path / "jobpass.yaml").roles["all"].allow_any == "they are all ours"


@pytest.mark.parametrize(("options", "status"), [(["--preset", "gihub"], 1), (["--form"], 2)])
def test_an_option_that_will_not_do_is_told_before_anything_is_asked(
    options: list[str], status: int, init: Init
) -> None:
    with init(*options) as person:
        assert person.end() == status

    assert "Kind of job" not in person.shown


def test_nothing_is_asked_where_defaults_are_wanted(init: Init, tmp_path: Path) -> None:
    with init("--defaults") as person:
        assert person.end() == 0

    assert "Kind of job" not in person.shown
    assert load(tmp_path / "jobpass.yaml").name == "jobpass"


@pytest.mark.parametrize(("key", "status", "said"), [("\x03", 130, ""), ("\x04", 3, "nothing is written")])
def test_who_breaks_off_has_no_file(key: str, status: int, said: str, init: Init, tmp_path: Path) -> None:
    with init() as person:
        person.answer("Kind of job [", "gitlab")
        person.see("Platform [")
        assert person.end(key) == status

    assert said in person.shown
    assert "Traceback" not in person.shown
    assert list(tmp_path.iterdir()) == []
