"""`jobpass exec`: run a command with AWS credentials that are renewed for as long as it lives."""

from __future__ import annotations

import argparse
import errno
import os

from jobpass.command.command import Argument, Command
from jobpass.command.errors import CommandError, UsageError
from jobpass.command.job.role_options import ARGUMENTS, role_credentials
from jobpass.command.masking import masked
from jobpass.command.terminal import Terminal
from jobpass.errors import JobpassError
from jobpass.job import request_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobpass.job.credentials import Credentials

# As env(1) and docker(1) end: their own failure, a command that cannot be run, one that is not there.
FAILED, NOT_RUNNABLE, NOT_THERE = 125, 126, 127
_LONGEST_CONFIG_BYTES = 1 << 20


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Draw credentials, run the command, and end as it does."""
    try:
        return _run(options, terminal)
    except JobpassError as error:
        error.exit_status = max(FAILED, error.exit_status)
        raise


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    if os.name != "posix":
        text = "`jobpass exec` needs signals and processes as Unix has them"
        raise CommandError("no_unix", text, "here, name `jobpass credential-process` in the AWS config file", FAILED)
    from jobpass.job import process  # noqa: PLC0415 - for Unix only

    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise UsageError("no command is given", "write it after `--`, with its arguments: `… -- aws s3 ls`")
    _check_config_file(os.environ)
    process.die_of_interrupts()
    process.occupy_standard_streams()
    source = role_credentials(options)
    first = source.draw()

    from jobpass.job.aws_environment import child_environment  # noqa: PLC0415 - once there is something to give
    from jobpass.job.container_server import ContainerServer  # noqa: PLC0415 - likewise
    from jobpass.job.keeper import Keeper  # noqa: PLC0415 - likewise

    def complain(error: JobpassError, valid: Credentials | None) -> None:
        until = f"those that the command has end at {valid.expiration}" if valid else "the command has none"
        terminal.complain(masked(f"jobpass exec: no new credentials: {error.message} ({until}); {error.remedy}"))

    try:
        server = ContainerServer(Keeper(source, first, complain))
    except OSError as error:
        text = f"no port of 127.0.0.1 can be listened on: {error.strerror}"
        raise CommandError("no_loopback", text, "allow it, or use `jobpass credential-process`", FAILED) from None
    environment = child_environment(
        os.environ, uri=server.uri, authorization=server.authorization, null_file=os.devnull
    )
    try:
        child = process.Child(command, {**_request_source(options), **environment})
    except (OSError, ValueError) as error:
        raise not_started(command[0], error) from None
    try:
        server.start()
    except RuntimeError:
        child.end()
        text = "no thread can be started to serve the credentials"
        raise CommandError("no_thread", text, "raise the limit on processes here", FAILED) from None
    status = child.wait()
    server.stop()
    return process.end_as(status)


def _request_source(options: argparse.Namespace) -> dict[str, str]:
    """Where `jobpass` itself asks for tokens, for when the command calls it: the block `aws-sdk` is taken over."""
    found = request_source.find(os.environ, options.block)
    return {"JOBPASS_REQUEST_URL": found.url, "JOBPASS_REQUEST_TOKEN": found.token} if found.block == "aws-sdk" else {}


def _check_config_file(environ: Mapping[str, str]) -> None:
    """Refuse to start where SDKs would take credentials of the AWS config file before these.

    Raises:
        CommandError: its default profile brings some.
    """
    from jobpass.job.aws_environment import bringing_setting, config_file  # noqa: PLC0415 - not for `--help`

    path = config_file(environ)
    try:
        with open(os.path.expanduser(path), "rb") as file:  # noqa: PTH111, PTH123 - pathlib is slow to import
            text = file.read(_LONGEST_CONFIG_BYTES).decode("utf-8", "replace")
    except OSError:
        return  # SDKs go without one as well
    setting = bringing_setting(text)
    if setting is not None:
        raise CommandError(
            "config_file_brings_credentials",
            f"the default profile in {path} has `{setting}`, whose credentials AWS SDKs would take before the role's",
            f"give that profile a name of its own, or set AWS_CONFIG_FILE={os.devnull}, and AWS_REGION to the Region",
            FAILED,
        )


def not_started(name: str, error: OSError | ValueError) -> CommandError:
    """Return the error for a command that is not there, or cannot be run."""
    if isinstance(error, FileNotFoundError):
        remedy = "correct its name, or add its folder to PATH; a script's first line may name what is not there"
        return CommandError("command_not_found", f"there is no command {name!r}", remedy, NOT_THERE)
    reason = getattr(error, "strerror", None) or str(error)
    remedy = "see that it is a program, and that you may run it"
    if getattr(error, "errno", None) == errno.ENOEXEC:
        remedy = f"if it is a script, give it a first line such as #!/bin/sh, or run `sh {name}`"
    if getattr(error, "errno", None) == errno.E2BIG:
        remedy = "hand it less: its arguments and environment are larger than the system takes"
    return CommandError("command_not_runnable", f"the command {name!r} cannot be run: {reason}", remedy, NOT_RUNNABLE)


COMMAND = Command(
    name="exec",
    description="Run a command with AWS credentials of a role, which are renewed for as long as it runs. AWS SDKs, the "
    "AWS CLI and Terraform in it find them as in a container, at an address on this machine that only the command is "
    "told; nothing is written to a file, and other AWS credentials are taken out of its environment.\n\n"
    "Its input, output, process group and signals are those of the command, and it ends as the command does: with its "
    f"exit status, or by the same signal. Its own failures end with {FAILED}, a command that cannot be run with "
    f"{NOT_RUNNABLE}, one that is not there with {NOT_THERE}. Where no credentials are to be had the command is not "
    "started; when they can no longer be renewed, one line on standard error says why.",
    arguments=(
        *ARGUMENTS,
        Argument(
            ("command",),
            "the command and its arguments, after `--`",
            {"metavar": "COMMAND", "nargs": argparse.REMAINDER},
        ),
    ),
    examples=(
        "jobpass exec --role-arn arn:aws:iam::111122223333:role/jobpass-web-deploy -- aws s3 ls",
        "jobpass exec --role-arn arn:aws:iam::111122223333:role/jobpass-web-deploy -- ./deploy.sh production",
    ),
    run=run,
    json=False,
    usage_status=FAILED,
)
