"""The entry of the `jobpass` command: it finds the subcommand, and ends with its exit status whatever happens.

Nothing is imported here that a job's machine would have to wait for: the frame is the standard library alone, and
what a subcommand needs comes with it.
"""

from __future__ import annotations

import os
import sys

from jobpass.command import errors
from jobpass.command.errors import CommandError, OutputError, UsageError
from jobpass.command.masking import masked
from jobpass.command.registry import COMMANDS, GROUPS, command
from jobpass.command.terminal import Terminal
from jobpass.errors import JobpassError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobpass.command.command import Command

OPERATOR_LIBRARIES = frozenset({"boto3", "botocore", "cryptography", "pydantic", "pydantic_core", "rich", "yaml"})
# What the operator's libraries need; jobs run on older ones too.
OPERATOR_PYTHON = (3, 11)
_HELP = ("-h", "--help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: one of `jobpass.command.errors`, or the command's own."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    terminal = Terminal.of(sys.stdout, sys.stderr)
    name, rest = named(given)
    try:
        return _status(name, rest, terminal)
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except BrokenPipeError:  # the reader left, as `head` does
        _drop_output()
        return errors.GOOD
    except OutputError as error:
        _drop_output()
        _report(error, terminal, name, [])
        return error.exit_status


def _status(name: str, rest: list[str], terminal: Terminal) -> int:
    try:
        status = _run(name, rest, terminal)
        terminal.flush()
    except OutputError:
        raise
    except JobpassError as error:
        try:
            _report(error, terminal, name, rest)
            terminal.flush()
        except BrokenPipeError:
            _drop_output()
        return error.exit_status
    return status


def _prepare_streams() -> None:
    """See that there are standard streams, and that they take every character.

    One that was closed before the start is None in Python, and `print` would write an error to the output instead.
    What is opened here is not there for other programs: it closes when they start.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            # Nothing comes from it; to write output to it fails, and errors are lost in it.
            closed = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            setattr(sys, name, open(closed, "r" if name == "stdin" else "w"))  # noqa: PTH123, SIM115 - to the end
    if getattr(sys.stdout, "errors", None) == "strict":  # an older encoding has not all that there is in texts
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _drop_output() -> None:
    """Let go of what Python still holds for standard output: it must not raise once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def named(given: Sequence[str]) -> tuple[str, list[str]]:
    """Return the command's name, `keys list` for one of a group, and its arguments, an early `--json` among them."""
    early = ["--json"] if given[:1] == ["--json"] else []
    words = list(given[len(early) :])
    size = 2 if words and words[0] in GROUPS and words[1:2] and not words[1].startswith("-") else 1
    return " ".join(words[:size]), [*early, *words[size:]]


def _run(name: str, rest: list[str], terminal: Terminal) -> int:
    if name in (*_HELP, "help"):
        terminal.say(overview(terminal))
        return errors.GOOD
    if name == "--version":
        terminal.say(f"jobpass {_version()}")
        return errors.GOOD
    if name in GROUPS and rest and rest[0] in _HELP:
        terminal.say(overview(terminal, name))
        return errors.GOOD
    if name not in COMMANDS:
        raise _no_command(name)
    found = _imported(name)
    try:
        options = found.options(rest, terminal.width)
    except SystemExit as done:  # argparse printed the help
        return errors.GOOD if done.code in (0, None) else errors.WRONG_USAGE
    return found.run(options, terminal)


def overview(terminal: Terminal, group: str | None = None) -> str:
    """Return the help of the whole command, or of the commands that begin with one word."""
    shown = {name: entry for name, entry in COMMANDS.items() if group is None or name.partition(" ")[0] == group}
    longest = max(map(len, shown))
    about = GROUPS[group] if group else "A passport for every job: commands for those who issue, use and trust it."
    lines = [f"usage: jobpass {group or 'COMMAND'} ...", "", terminal.wrapped(about)]
    for heading, operator in (("on jobs, without any library:", False), ("on platforms and laptops:", True)):
        listed = {name: entry for name, entry in shown.items() if entry.operator is operator}
        lines += ["", heading] if listed and not group else []
        lines += [""] if listed and group else []
        for name, entry in listed.items():
            lines.append(terminal.wrapped(entry.summary, " " * (longest + 4), f"  {name:<{longest}}  "))
    ends = "; ".join(f"{status} {meaning}" for status, meaning in errors.MEANINGS.items())
    help_of_one = terminal.wrapped("`jobpass COMMAND --help` lists a command's arguments and shows an example.")
    return "\n".join([*lines, "", help_of_one, "", terminal.wrapped(f"exit status: {ends}.")])


def _imported(name: str) -> Command:
    if COMMANDS[name].operator and sys.version_info < OPERATOR_PYTHON:
        wanted, have = (".".join(map(str, version[:2])) for version in (OPERATOR_PYTHON, sys.version_info))
        raise CommandError(
            "python_too_old",
            f"`jobpass {name}` needs Python {wanted}, and this is {have}",
            f"install Jobpass with Python {wanted} or newer; the commands for jobs run on this one",
            errors.COULD_NOT_LOOK,
        )
    try:
        return command(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in OPERATOR_LIBRARIES:
            raise
        raise CommandError(
            "extra_missing",
            f"`jobpass {name}` needs the library `{error.name}`, which is not installed",
            "run: pip install 'jobpass[operator]'",
            errors.COULD_NOT_LOOK,
        ) from None


def _no_command(name: str) -> UsageError:
    first = name.partition(" ")[0]
    if first in GROUPS:
        listed = ", ".join(each.partition(" ")[2] for each in COMMANDS if each.partition(" ")[0] == first)
        text = f"`jobpass {first}` takes one of {listed}"
        second = name.partition(" ")[2]
        if second:
            text = f"there is no command {name!r}: {text}"
        return UsageError(text, f"`jobpass {first} --help` says what each does")
    listed = ", ".join(COMMANDS)
    if not name:
        return UsageError("no command is given", f"name one of {listed}; `jobpass --help` says what each does")
    from difflib import get_close_matches  # noqa: PLC0415 - only for somebody who mistyped

    near = get_close_matches(name, [*COMMANDS, *GROUPS], n=1)
    meant = f"did you mean `jobpass {near[0]}`?" if near else f"there is {listed}"
    return UsageError(f"there is no command {name!r}", f"{meant} (`jobpass --help` says what each does)")


def _report(error: JobpassError, terminal: Terminal, name: str, rest: list[str]) -> None:
    """Say what is wrong and the remedy: for a script on standard output as JSON, for a person on standard error."""
    own = rest[: rest.index("--")] if "--" in rest else rest
    message, remedy = masked(error.message), masked(error.remedy)
    found = error.problems if isinstance(error, CommandError) else ()
    problems = [{name: _masked(value) for name, value in problem.items()} for problem in found]
    if "--json" in own and (name not in COMMANDS or COMMANDS[name].json):
        told = {"code": error.code, "message": message, "remedy": remedy}
        terminal.say_json({"error": {**told, "problems": problems} if problems else told})
        return
    terminal.complain(terminal.wrapped(message, "  ", f"jobpass {name}: " if name in COMMANDS else "jobpass: "))
    for problem in problems:
        line = f"line {problem['line']}  " if problem.get("line") else ""
        place = f"{problem['path']}: " if problem.get("path") else ""
        terminal.complain(terminal.wrapped(f"{line}{place}{problem['message']}", "    ", "  "))
    terminal.complain(terminal.wrapped(remedy, "     ", "  -> "))


def _masked(value: str | int | None) -> str | int | None:
    return masked(value) if isinstance(value, str) else value


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and asked for seldom

    try:
        return version("jobpass")
    except PackageNotFoundError:
        return "(a checkout that is not installed)"
