"""The subcommands by name: where each is, and the line that `jobpass --help` says of it, without importing any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from jobpass.command.command import Command


@dataclass(frozen=True)
class Entry:
    """A module that holds `COMMAND`, and its line in the list of commands."""

    module: str
    summary: str


COMMANDS: Mapping[str, Entry] = {
    "doctor": Entry("jobpass.command.doctor", "look at an issuer as AWS and strict clients do, and say what to mend"),
    "explain": Entry("jobpass.command.explain", "say why a role refuses a job, and the one thing to change"),
    "policy": Entry("jobpass.command.policy", "print the trust policy of a role"),
}


def command(name: str) -> Command:
    """Import a subcommand.

    Raises:
        ModuleNotFoundError: a library that it needs is not installed.
    """
    found: Command = import_module(COMMANDS[name].module).COMMAND
    return found
