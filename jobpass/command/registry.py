"""The subcommands by name: where each is, and the line that `jobpass --help` says of it, without importing any."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobpass.command.command import Command


class Entry:
    """Where a command is, and its line in the list of commands.

    `operator` is whether it belongs to platforms and laptops, with libraries of their own, and not to jobs. `attribute`
    is the command's name in its module, where that holds several of one group. `json` is whether it takes `--json`:
    those do not whose output is somebody else's.
    """

    __slots__ = ("attribute", "json", "module", "operator", "summary")

    def __init__(
        self, module: str, summary: str, operator: bool = False, attribute: str = "COMMAND", json: bool = True
    ) -> None:
        self.module = module
        self.summary = summary
        self.operator = operator
        self.attribute = attribute
        self.json = json


COMMANDS: Mapping[str, Entry] = {
    "audit": Entry(
        "jobpass.command.operator.audit",
        "account for every signature, or follow a token to what was done with it",
        True,
    ),
    "completion": Entry(
        "jobpass.command.job.completion", "print the script that makes bash, zsh or fish complete", json=False
    ),
    "credential-process": Entry(
        "jobpass.command.job.credential_process", "print AWS credentials as `credential_process` wants them", json=False
    ),
    "doctor": Entry(
        "jobpass.command.operator.doctor", "look at an issuer as AWS and strict clients do, and say what to mend", True
    ),
    "env": Entry("jobpass.command.job.env", "print AWS credentials as environment variables", json=False),
    "exec": Entry(
        "jobpass.command.job.exec", "run a command with AWS credentials that are renewed while it runs", json=False
    ),
    "explain": Entry(
        "jobpass.command.operator.explain", "say why a role refuses a job, and the one thing to change", True
    ),
    "init": Entry("jobpass.command.operator.init", "write a first jobpass.yaml, from a few questions or options", True),
    "jobs register": Entry(
        "jobpass.command.operator.jobs",
        "register a job, and hand its secret on, or run a command as it",
        True,
        "REGISTER",
    ),
    "jobs show": Entry("jobpass.command.operator.jobs", "look at a job that was registered", True, "SHOW"),
    "jobs end": Entry("jobpass.command.operator.jobs", "end a job: it gets no token from then on", True, "END"),
    "keys list": Entry(
        "jobpass.command.operator.keys", "show the signing keys: which signs, and what comes", True, "LIST"
    ),
    "keys revoke": Entry(
        "jobpass.command.operator.keys",
        "stop a signing key at once and for ever, and let the next sign",
        True,
        "REVOKE",
    ),
    "keys roll-back": Entry(
        "jobpass.command.operator.keys", "let the key that signed before a rotation sign again", True, "ROLL_BACK"
    ),
    "keys rotate": Entry("jobpass.command.operator.keys", "let the key in reserve sign", True, "ROTATE"),
    "keys settle": Entry(
        "jobpass.command.operator.keys", "take the steps that are due now, and mend the ring", True, "SETTLE"
    ),
    "policy": Entry("jobpass.command.operator.policy", "print the trust policy of a role", True),
    "token": Entry("jobpass.command.job.token", "print the job's ID token"),
    "token-file": Entry("jobpass.command.job.token_file", "keep the job's ID token in a file, for what reads it there"),
    "verify": Entry("jobpass.command.operator.verify", "say whether an ID token is good, and what it proves", True),
}

# `jobpass keys list`: the first word of the commands that have two, and what they are about.
GROUPS: Mapping[str, str] = {
    "jobs": "The jobs of a platform: registered, looked at and ended, with its invocation role or a key of its own.",
    "keys": "The issuer's signing keys: looked at, rotated and revoked by whoever may invoke the keys function.",
}


def command(name: str) -> Command:
    """Import a subcommand.

    Raises:
        ModuleNotFoundError: a library that it needs is not installed.
    """
    entry = COMMANDS[name]
    __import__(entry.module)  # importlib takes longer than what it would import here
    found: Command = getattr(sys.modules[entry.module], entry.attribute)
    return found
