"""Jobpass in an environment that has nothing else: what jobs need is all there, the rest says what it wants."""

import json

from bench.installation import Installation
from jobpass.command.registry import COMMANDS

JOBS = [name for name, entry in COMMANDS.items() if not entry.operator]
OPERATORS = [name for name, entry in COMMANDS.items() if entry.operator]
# What the doctor has its own libraries for is none.
NEEDS_NOTHING = {"doctor"}


def test_nothing_came_along(without_extra: Installation) -> None:
    listed = "import importlib.metadata as m; print(*(each.metadata['Name'] for each in m.distributions()))"

    assert without_extra.run(without_extra.python, "-c", listed).stdout.split() == ["jobpass"]


def test_the_command_is_there_with_its_version_and_help(without_extra: Installation) -> None:
    version, shown = (without_extra.run(without_extra.jobpass, word) for word in ("--version", "--help"))

    assert (version.returncode, version.stdout, version.stderr) == (0, "jobpass 0.1.0\n", "")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert all(f"  {name} " in shown.stdout for name in COMMANDS)


def test_every_command_for_jobs_shows_its_help(without_extra: Installation) -> None:
    assert statuses(without_extra, JOBS, "--help") == dict.fromkeys(JOBS, 0)


def test_a_command_for_operators_says_what_is_missing_on_this_python(plain: Installation) -> None:
    libraries = [name for name in OPERATORS if name not in NEEDS_NOTHING]

    assert statuses(plain, libraries, "--help") == dict.fromkeys(libraries, 3)
    assert statuses(plain, sorted(NEEDS_NOTHING), "--help") == dict.fromkeys(NEEDS_NOTHING, 0)
    refused = plain.run(plain.jobpass, *libraries[-1].split(), "--json")
    error = json.loads(refused.stdout)["error"]
    assert (error["code"], error["remedy"]) == ("extra_missing", "run: pip install 'jobpass[operator]'")


def test_a_command_for_operators_says_that_the_python_is_too_old(oldest: Installation) -> None:
    assert statuses(oldest, OPERATORS, "--help") == dict.fromkeys(OPERATORS, 3)
    refused = oldest.run(oldest.jobpass, *OPERATORS[-1].split(), "--json")
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "python_too_old"
    assert "install Jobpass with Python 3.11 or newer" in error["remedy"]


def statuses(installed: Installation, names: list[str], argument: str) -> dict[str, int]:
    """Run commands in one process and return how each ended."""
    script = (
        "import contextlib, io, json, sys\n"
        "from jobpass.command.main import main\n"
        "ended = {}\n"
        "for name in sys.argv[2:]:\n"
        "    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):\n"
        "        ended[name] = main([*name.split(), sys.argv[1]])\n"
        "print(json.dumps(ended))\n"
    )
    ran = installed.run(installed.python, "-c", script, argument, *names)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, int] = json.loads(ran.stdout)
    return found
