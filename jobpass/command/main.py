"""The entry of the `jobpass` command: it finds the subcommand, and ends with its exit status whatever happens.

Nothing is imported here that a job's machine would have to wait for: the frame is the standard library alone, and
what a subcommand needs comes with it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from jobpass.command import errors
from jobpass.command.command import Command
from jobpass.command.errors import CommandError, UsageError
from jobpass.command.masking import masked
from jobpass.command.registry import COMMANDS, command
from jobpass.command.terminal import Terminal

OPERATOR_LIBRARIES = frozenset({"boto3", "botocore", "cryptography", "pydantic", "pydantic_core", "yaml"})
_HELP = ("-h", "--help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status, one of those in `jobpass.command.errors`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--json"]:
        given = [*given[1:2], "--json", *given[2:]]
    terminal = Terminal.of(sys.stdout, sys.stderr)
    try:
        status = _run(given, terminal)
        terminal.out.flush()
    except CommandError as error:
        _report(error, terminal, given)
        return error.exit_status
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except BrokenPipeError:
        # The reader left, as `head` does; what Python still holds for it must not raise once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.GOOD
    return status


def _run(given: list[str], terminal: Terminal) -> int:
    name = given[0] if given and given[0] != "--json" else ""
    if name in _HELP or given == ["help"]:
        terminal.say(overview(terminal))
        return errors.GOOD
    if name == "--version":
        terminal.say(f"jobpass {_version()}")
        return errors.GOOD
    if name not in COMMANDS:
        raise _no_command(name)
    found = _imported(name)
    try:
        options = found.parser(terminal.width).parse_args(given[1:])
    except SystemExit as done:  # argparse printed the help
        return errors.GOOD if done.code in (0, None) else errors.WRONG_USAGE
    return found.run(options, terminal)


def overview(terminal: Terminal) -> str:
    """Return the help of the whole command."""
    longest = max(map(len, COMMANDS))
    about = terminal.wrapped("A passport for every job: commands for those who issue and trust it.")
    lines = ["usage: jobpass COMMAND ...", "", about, ""]
    for name, entry in COMMANDS.items():
        lines.append(terminal.wrapped(entry.summary, " " * (longest + 4), f"  {name:<{longest}}  "))
    ends = "; ".join(f"{status} {meaning}" for status, meaning in errors.MEANINGS.items())
    help_of_one = terminal.wrapped("`jobpass COMMAND --help` lists a command's arguments and shows an example.")
    return "\n".join([*lines, "", help_of_one, "", terminal.wrapped(f"exit status: {ends}.")])


def _imported(name: str) -> Command:
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
    listed = ", ".join(COMMANDS)
    if not name:
        return UsageError("no command is given", f"name one of {listed}; `jobpass --help` says what each does")
    from difflib import get_close_matches  # noqa: PLC0415 - only for somebody who mistyped

    near = get_close_matches(name, COMMANDS, n=1)
    meant = f"did you mean `jobpass {near[0]}`?" if near else f"there is {listed}"
    return UsageError(f"there is no command {name!r}", f"{meant} (`jobpass --help` says what each does)")


def _report(error: CommandError, terminal: Terminal, given: list[str]) -> None:
    """Say what is wrong and the remedy: for a script on standard output as JSON, for a person on standard error."""
    own = given[: given.index("--")] if "--" in given else given
    message, remedy = masked(error.message), masked(error.remedy)
    problems = [{name: _masked(value) for name, value in problem.items()} for problem in error.problems]
    if "--json" in own:
        told = {"code": error.code, "message": message, "remedy": remedy}
        terminal.say_json({"error": {**told, "problems": problems} if problems else told})
        return
    name = f"jobpass {given[0]}" if given and given[0] in COMMANDS else "jobpass"
    terminal.complain(terminal.wrapped(message, "  ", f"{name}: "))
    for problem in problems:
        line = f"line {problem['line']}  " if problem.get("line") else ""
        place = f"{problem['path']}: " if problem.get("path") else ""
        terminal.complain(terminal.wrapped(f"{line}{place}{problem['message']}", "    ", "  "))
    terminal.complain(terminal.wrapped(remedy, "  ", "  "))


def _masked(value: str | int | None) -> str | int | None:
    return masked(value) if isinstance(value, str) else value


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and asked for seldom

    try:
        return version("jobpass")
    except PackageNotFoundError:
        return "(a checkout that is not installed)"
