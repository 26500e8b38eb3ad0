"""Secrets are masked in the CI's own way, before they are printed, and not where nobody reads the command."""

import io
from pathlib import Path

import pytest

from jobpass.job.mask import mask

SECRET = "s3cr3t/with+all%of=it"


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, ""),
        ({"GITHUB_ACTIONS": "false", "TF_BUILD": "", "BUILDKITE": ""}, ""),
        ({"GITHUB_ACTIONS": "true"}, "::add-mask::s3cr3t/with+all%25of=it\n"),
        ({"TF_BUILD": "True"}, f"##vso[task.setsecret]{SECRET}\n"),
        ({"CI": "true", "GITLAB_CI": "true"}, ""),
    ],
)
def test_each_ci_is_told_in_its_own_words(environ: dict[str, str], told: str) -> None:
    err = io.StringIO()
    mask(SECRET, environ, err)
    assert err.getvalue() == told


@pytest.mark.parametrize("name", ["GITHUB_ACTIONS", "TF_BUILD"])
def test_a_terminal_reads_no_commands_and_is_shown_none(name: str) -> None:
    err = Screen()
    mask(SECRET, {name: "true"}, err)
    assert err.getvalue() == ""


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """A folder with a buildkite-agent that keeps what it is told."""
    path = tmp_path / "buildkite-agent"
    path.write_text(
        '#!/bin/sh\necho noise; echo noise >&2; echo "$@" >"$KEPT.arguments"; cat >"$KEPT"; exit "$STATUS"\n'
    )
    path.chmod(0o755)
    return tmp_path


def test_buildkites_agent_is_told_by_its_standard_input(agent: Path, capfd: pytest.CaptureFixture[str]) -> None:
    err = io.StringIO()
    mask(SECRET, {"BUILDKITE": "true", "PATH": f"{agent}:/usr/bin:/bin", "KEPT": f"{agent}/kept", "STATUS": "0"}, err)

    assert (agent / "kept").read_text() == SECRET
    assert (agent / "kept.arguments").read_text() == "redactor add\n"
    assert (err.getvalue(), *capfd.readouterr()) == ("", "", "")


@pytest.mark.parametrize("there", [True, False])
def test_an_agent_that_cannot_is_told_of(agent: Path, there: bool) -> None:
    path = f"{agent}:/usr/bin:/bin" if there else str(agent / "nowhere")
    err = io.StringIO()
    mask(SECRET, {"BUILDKITE": "true", "PATH": path, "KEPT": f"{agent}/kept", "STATUS": "1"}, err)

    assert "`buildkite-agent redactor add` failed" in err.getvalue()
    assert SECRET not in err.getvalue()
