"""Jobpass with its extra, and nothing that the extra does not declare."""

from bench.installation import Installation
from jobpass.command.registry import COMMANDS
from tests.packaging.test_without_extra import statuses


def test_every_command_shows_its_help(operators: Installation) -> None:
    assert statuses(operators, list(COMMANDS), "--help") == dict.fromkeys(COMMANDS, 0)


def test_every_module_finds_what_it_imports(operators: Installation) -> None:
    """A library that only this checkout has would be missed here."""
    script = (
        "import importlib, pkgutil, sys, jobpass, jobpass_issuer\n"
        "for package in (jobpass, jobpass_issuer):\n"
        "    for module in pkgutil.walk_packages(package.__path__, f'{package.__name__}.'):\n"
        "        if not module.name.endswith('__main__'):\n"
        "            importlib.import_module(module.name)\n"
        "print('all')\n"
    )
    ran = operators.run(operators.python, "-c", script)

    assert (ran.stdout, ran.stderr) == ("all\n", "")
