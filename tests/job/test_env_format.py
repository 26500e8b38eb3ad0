"""Each format gives values back to those who read it, whatever is in them: real shells, Node and GitHub's rules."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobpass.command.job.env_format import FAILURES, FORMATS, dotenv, fish, github, powershell, shell
from jobpass.errors import JobpassError
from tests.command.shells import installed
from tests.job.drawing import KEY_ID, SECRET, SESSION

# Without NUL, which no variable can hold, and lone surrogates, which no text can.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
TRAPS = [
    "",
    " ",
    "it's",
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "${HOME}",
    '"',
    "\\",
    "\\'",
    "\\\\'",
    "'\\",
    "\n",
    "a\n",
    "\nb=c",
    "a\r\nb",
    "*",
    "~",
    "-n",
    "#",
    "!!",
    "%",
    "\u2019; x; \u2018",
    "\u00e9\U0001f511",
    "\x1b[31m",
    "a\tb",
]
NAMES = ("FIRST", "SECOND")
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_SESSION_TOKEN": SESSION,
    "AWS_CREDENTIAL_EXPIRATION": "2027-01-15T08:00:00Z",
}


def read_back(command: Sequence[str], script: str, folder: Path) -> dict[str, str]:
    """The variables of a shell that evaluated the script, exported to a program that it starts."""
    show = "env -0"
    ran = subprocess.run(
        [*command, script + "\n" + show],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        capture_output=True,
        timeout=30,
        check=True,
    )
    pairs = (each.partition("=") for each in ran.stdout.decode().split("\0") if each)
    return {name: value for name, _, value in pairs if name in NAMES or name in CREDENTIALS}


SHELLS: Mapping[str, tuple[Callable[[Mapping[str, str]], str], Sequence[str]]] = {
    "bash": (shell, ["bash", "--noprofile", "--norc", "-c"]),
    "sh": (shell, ["sh", "-c"]),
    "zsh": (shell, ["zsh", "-f", "-c"]),
    "fish": (fish, ["fish", "--no-config", "-c"]),
}


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_gets_the_traps_back(name: str, tmp_path: Path) -> None:
    write, command = SHELLS[name]
    variables = {f"V{number}": value for number, value in enumerate(TRAPS)}
    script = write(variables) + "\nenv -0"
    ran = subprocess.run(
        [installed(command[0]), *command[1:], script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(tmp_path)},
        capture_output=True,
        timeout=30,
        check=True,
    )
    pairs = dict(each.partition("=")[::2] for each in ran.stdout.decode().split("\0") if each)
    assert {each: pairs[each] for each in variables} == variables
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_gets_any_value_back(name: str, tmp_path: Path) -> None:
    write, command = SHELLS[name]
    found = [installed(command[0]), *command[1:]]

    # Two values in one start: what one of them leaves open would swallow the other.
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(first=TEXTS, second=TEXTS)
    def property_of(first: str, second: str) -> None:
        variables = dict(zip(NAMES, (first, second), strict=True))
        assert read_back(found, write(variables), tmp_path) == variables

    property_of()


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_gets_credentials(name: str, tmp_path: Path) -> None:
    write, command = SHELLS[name]
    assert read_back([installed(command[0]), *command[1:]], write(CREDENTIALS), tmp_path) == CREDENTIALS


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_that_evaluates_a_failure_fails(name: str, tmp_path: Path) -> None:
    form, command = ("fish" if name == "fish" else "shell"), SHELLS[name][1]
    take = 'printf %s "$FAILURE" | source' if name == "fish" else 'eval "$FAILURE"'
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    for failure, expected in ((FAILURES[form], 1), ("", 0)):
        ran = subprocess.run(
            [installed(command[0]), *command[1:], take],
            env={**environment, "FAILURE": failure},
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert ran.returncode == expected


def of_powershell(script: str) -> dict[str, str]:
    """What PowerShell reads (about_Quoting_Rules, and the characters that its tokenizer takes for single quotes)."""
    quotes = "'\u2018\u2019\u201a\u201b"
    found: dict[str, str] = {}
    at = 0
    while at < len(script):
        begin = re.compile(rf"\$Env:(\w+) = [{quotes}]").match(script, at)
        assert begin, script[at:]
        at, value = begin.end(), ""
        while True:
            if script[at] in quotes:
                if script[at + 1 : at + 2] not in tuple(quotes):
                    break
                at += 1
            value += script[at]
            at += 1
        at += 1
        assert script[at : at + 1] in ("", "\n")
        found[begin[1]], at = value, at + 1
    return found


@given(first=TEXTS, second=TEXTS)
@example(first="\u2019; x; \u2018", second="it's")
@example(first="'\u2019", second="\u201b\u201b'")
def test_powershell_gets_any_value_back_by_its_rules(first: str, second: str) -> None:
    variables = dict(zip(NAMES, (first, second), strict=True))
    assert of_powershell(powershell(variables)) == variables


def of_github(text: str) -> dict[str, str]:
    """What GitHub's runner reads of the file that `GITHUB_ENV` names ("Workflow commands", "Multiline strings")."""
    found: dict[str, str] = {}
    lines = text.split("\n")
    while lines and lines != [""]:
        name, heredoc, delimiter = lines.pop(0).partition("<<")
        assert heredoc
        end = lines.index(delimiter)
        found[name] = "\n".join(lines[:end])
        del lines[: end + 1]
    return found


@given(first=TEXTS, second=TEXTS)
@example(first="x\nSECOND<<y", second="jobpass_")
def test_github_gets_any_value_back_by_its_rules(first: str, second: str) -> None:
    variables = dict(zip(NAMES, (first, second), strict=True))
    assert of_github(github(variables) + "\n") == variables


def test_the_delimiter_for_github_is_new_each_time() -> None:
    assert github(CREDENTIALS) != github(CREDENTIALS)


PARSE = "console.log(JSON.stringify(require('node:util').parseEnv(require('node:fs').readFileSync(0, 'utf8'))))"
WORDS = st.text("ABab09_./+=:@%,?-", min_size=1, max_size=40)


@settings(max_examples=15, deadline=None)
@given(first=WORDS, second=WORDS)
@example(first="a=b==", second="+/:")
def test_a_dotenv_file_is_read_alike_by_node_and_by_docker(first: str, second: str) -> None:
    variables = dict(zip(NAMES, (first, second), strict=True))
    written = dotenv(variables)
    ran = subprocess.run([installed("node"), "-e", PARSE], input=written, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == variables
    # Docker takes a line's rest as it is ("docker container run", `--env-file`).
    assert dict(line.partition("=")[::2] for line in written.splitlines()) == variables


@pytest.mark.parametrize("value", TRAPS)
def test_what_a_dotenv_file_cannot_say_is_refused(value: str) -> None:
    if value in ("-n", "%"):
        assert dotenv({"FIRST": value}) == f"FIRST={value}"
        return
    with pytest.raises(JobpassError) as refused:
        dotenv({"FIRST": value})
    assert (refused.value.code, bool(refused.value.remedy)) == ("not_representable", True)


def test_every_format_can_say_credentials() -> None:
    assert {name: bool(write(CREDENTIALS)) for name, write in FORMATS.items()} == dict.fromkeys(FORMATS, True)
    assert of_powershell(powershell(CREDENTIALS)) == of_github(github(CREDENTIALS)) == CREDENTIALS


@pytest.mark.parametrize("name", ["", "A B", "A;touch pwned", "A=b", "A<<B", "A\nB", "1A", "$A", "\u00c4", "-n"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_is_none_is_not_written(form: str, name: str) -> None:
    with pytest.raises(JobpassError) as raised:
        FORMATS[form]({"FIRST": "a", name: "b"})
    assert raised.value.code == "not_representable"
    assert FORMATS[form]({"FIRST": "a", "_name2": "b"})
