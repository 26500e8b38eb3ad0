"""The frame of the command: help, exit statuses, errors, widths, colours, and what it starts without."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobpass.command import errors
from jobpass.command.main import main
from jobpass.command.registry import COMMANDS, command
from jobpass.command.terminal import Terminal

ROOT = Path(__file__).parents[2]


def bare(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a Python that has the standard library and this checkout, and no other package."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "lambda_src")])
    return subprocess.run(
        [sys.executable, "-S", "-m", "jobpass", *arguments],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": paths, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("argument", ["--help", "-h", "help"])
def test_help_names_every_command_and_exit_status(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([argument]) == 0
    printed = " ".join(capsys.readouterr().out.split())

    for name, entry in COMMANDS.items():
        assert f"{name} {entry.summary}" in printed
    for status, meaning in errors.MEANINGS.items():
        assert f"{status} {meaning}" in printed


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)], ids="-".join)
def test_help_fits_the_terminal(
    arguments: list[str], width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))

    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    text = lines[: next((at for at, line in enumerate(lines) if line in ("example:", "examples:")), None)]
    assert max(map(len, text)) <= width
    assert max(map(len, text)) > width * 0.8


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    example = capsys.readouterr().out.partition("example")[2]

    assert f"  jobpass {name} " in example.replace("\n", " \n")
    assert command(name).name == name


@pytest.mark.parametrize(
    ("arguments", "message", "remedy"),
    [
        ([], "no command is given", f"name one of {', '.join(COMMANDS)};"),
        (["docter"], "there is no command 'docter'", "did you mean `jobpass doctor`?"),
        (["jobs", "regster"], "there is no command 'jobs regster'", "`jobpass jobs --help` says what each does"),
        (["xyzzy"], "there is no command 'xyzzy'", f"there is {', '.join(COMMANDS)} ("),
        (["doctor"], "the following arguments are required: ISSUER_URL", "`jobpass doctor --help` lists"),
        (["doctor", "--no-such", "https://a.example"], "unrecognized arguments: --no-such", "`jobpass doctor --help`"),
        (["doctor", "--timeout", "x", "https://a.example"], "argument --timeout", "`jobpass doctor --help`"),
        (["doctor", "--timeout", "0", "https://a.example"], "--timeout 0 is out of range", "choose"),
        (["doctor", "--timeout", "nan", "https://a.example"], "--timeout nan is out of range", "choose"),
        (["doctor", "http://a.example"], "'http://a.example' is no issuer", "beginning with https://"),
        (["doctor", "https://a.example:x"], "is no issuer", "beginning with https://"),
        (["doctor", "https://\x1b[31m.example"], "is no issuer", "in ASCII"),
        (["policy"], "name either a role of the file or", "write `jobpass policy ROLE`"),
        (["keys", "revoke", "-IHruV2hSWw7", "--reason", "x"], "there is no terminal here", "add `--yes`"),
    ],
)
def test_wrong_usage_is_2_with_a_remedy(
    arguments: list[str], message: str, remedy: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")

    assert main(arguments) == errors.WRONG_USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    told = " ".join(captured.err.split())
    assert message in told
    assert remedy in told
    assert "\x1b" not in captured.err

    assert main([*arguments, "--json"]) == errors.WRONG_USAGE
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert error["code"] == "usage"
    assert message in error["message"]
    assert remedy in error["remedy"]
    assert captured.err == ""


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("jobpass ")


class TestWithoutTheExtra:
    """Nothing but the standard library is there."""

    def test_the_frame_works(self) -> None:
        ran = bare("--help")
        assert (ran.returncode, ran.stderr) == (0, "")

    def test_the_doctor_works(self) -> None:
        ran = bare("doctor", "--json", "https://127.0.0.1:9", NO_PROXY="127.0.0.1")
        assert (ran.returncode, ran.stderr) == (3, "")
        assert json.loads(ran.stdout)["verdict"] == "unreachable"

    def test_a_command_that_needs_it_says_what_brings_it(self) -> None:
        ran = bare("policy", "web-deploy")
        assert (ran.returncode, ran.stdout) == (3, "")
        assert "pip install 'jobpass[operator]'" in ran.stderr
        assert "Traceback" not in ran.stderr

    def test_it_is_said_in_json_too(self) -> None:
        ran = bare("policy", "web-deploy", "--json")
        assert (ran.returncode, ran.stderr) == (3, "")
        assert json.loads(ran.stdout)["error"]["code"] == "extra_missing"


def test_the_frame_loads_no_command() -> None:
    script = (
        "import sys; from jobpass.command.main import main; main(['--help']); "
        "print(sorted(name for name in sys.modules "
        "if name.partition('.')[0] in ('ssl', 'http', 'pydantic', 'yaml', 'jobpass_issuer')))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_is_no_failure() -> None:
    command_line = [sys.executable, "-m", "jobpass", "--help"]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""
    assert started.returncode == 0


def test_json_may_stand_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "doctor", "http://a.example"]) == errors.WRONG_USAGE
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


class _Tty:
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "\x1b[31mx\x1b[0m"),
        ({"NO_COLOR": "1"}, "x"),
        ({"NO_COLOR": ""}, "\x1b[31mx\x1b[0m"),
        ({"TERM": "dumb"}, "x"),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert Terminal.of(_Tty(), _Tty()).coloured("x", "red") == expected  # type: ignore[arg-type]
    assert Terminal.of(sys.stdout, sys.stderr).coloured("x", "red") == "x"


class TestStreams:
    """Standard streams that take nothing, are not there, or have not all characters."""

    @staticmethod
    def shell(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell, in which `jobpass` is the command."""
        return subprocess.run(
            ["sh", "-c", f'jobpass() {{ "{sys.executable}" -m jobpass "$@"; }}; {line}'],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lambda_src")])}
            | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @pytest.mark.parametrize("arguments", ["--help", "completion bash", "--json nothing"])
    def test_a_full_disk_is_said(self, arguments: str) -> None:
        ran = self.shell(f"jobpass {arguments} > /dev/full")
        assert ran.returncode == errors.COULD_NOT_LOOK
        assert "standard output cannot be written to: No space left" in " ".join(ran.stderr.split())
        assert "  -> " in ran.stderr
        assert "Traceback" not in ran.stderr

    def test_a_closed_output_is_said(self) -> None:
        ran = self.shell("jobpass --version >&-")
        assert (ran.returncode, ran.stdout) == (errors.COULD_NOT_LOOK, "")
        assert "cannot be written to" in ran.stderr

    def test_an_error_never_becomes_output(self) -> None:
        """A shell that evaluates the output would run it."""
        ran = self.shell("jobpass env 2>&-", AWS_ROLE_ARN="x")
        assert (ran.returncode, ran.stdout) == (errors.COULD_NOT_LOOK, "false\n")

    def test_a_closed_input_is_an_empty_one(self) -> None:
        ran = self.shell("jobpass verify --token-file - <&-")
        assert ran.returncode == errors.COULD_NOT_LOOK
        assert "standard input is empty" in " ".join(ran.stderr.split())

    def test_an_error_that_nobody_reads_keeps_its_status(self) -> None:
        ran = self.shell("set -- ; { jobpass --json nothing; echo $? >&2; } | true")
        assert ran.stderr == f"{errors.WRONG_USAGE}\n"

    def test_an_encoding_without_a_character_is_no_failure(self) -> None:
        ran = self.shell("jobpass jobs register --help", PYTHONIOENCODING="latin-1")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "\\u2026" in ran.stdout
