"""`jobpass jobs register … -- COMMAND`: the command runs as the job, and the job ends with it."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from jobpass.command.errors import UsageError
from jobpass.command.job.exec import FAILED, not_started
from jobpass.command.masking import masked
from jobpass.command.operator import jobs_register
from jobpass.command.terminal import Terminal
from jobpass.command.wrapping import printable
from jobpass.errors import JobpassError
from jobpass.job import process
from jobpass.platform import Jobs, RegisteredJob

# What a job's machine has, and no secret of the platform: not HOME, where AWS credentials may be.
_PASSED_ON = frozenset(
    ("PATH", "LANG", "LANGUAGE", "TERM", "TZ", "TMPDIR", "COLUMNS", "NO_COLOR", "SSL_CERT_FILE", "SSL_CERT_DIR")
)
_PASSED_ON_BEGINNINGS = ("LC_",)
_PROXIES = frozenset(("https_proxy", "http_proxy", "all_proxy", "no_proxy"))


def run_command(options: argparse.Namespace, terminal: Terminal, client: Callable[[], Jobs]) -> int:
    """Register, run the command and end as it does; failures of its own end with 125 or more."""
    try:
        return _run(options, terminal, client)
    except JobpassError as error:
        error.exit_status = max(FAILED, error.exit_status)
        raise


def _run(options: argparse.Namespace, terminal: Terminal, client: Callable[[], Jobs]) -> int:
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise UsageError("no command is given", "write it after `--`, with its arguments: `… -- ./deploy.sh`")
    if options.format or options.json or options.reveal:
        text = "what is printed here is the command's: `--format`, `--json` and `--reveal` say nothing of it"
        raise UsageError(text, "leave them out, or the command")
    process.occupy_standard_streams()
    with _ended_by_signals():
        jobs = client()
        job = jobs_register.registered(options, terminal, jobs)
        with _ending(jobs, job, terminal):
            environment = {**_passed_on(os.environ, options.env), **jobs_register.variables(job)}
            try:
                child = process.Child(command, environment)
            except (OSError, ValueError) as error:
                raise not_started(command[0], error) from None
            # From here on signals wait, and are the command's; those that come while the job is ended do not end that.
            status = child.wait()
    return process.end_as(status)


@contextmanager
def _ending(jobs: Jobs, job: RegisteredJob, terminal: Terminal) -> Iterator[None]:
    """End the job whatever happens; where that fails it is told, and how the command ended counts all the same."""
    try:
        yield
    finally:
        try:
            jobs.finish(job)
        except JobpassError as error:
            until = f"it ends by itself at {job.expires_at:%Y-%m-%d %H:%M:%S} UTC"
            terminal.complain(printable(masked(f"jobpass jobs register: {error.message} ({until}); {error.remedy}")))


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let what would end this process unwind it, so that the job is ended, as Ctrl-C does by itself."""
    chosen = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for each in chosen:
        signal.signal(each, _unwind)
    try:
        yield
    finally:
        for each in chosen:
            signal.signal(each, signal.SIG_DFL)


def _unwind(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _passed_on(environ: Mapping[str, str], named: list[str]) -> dict[str, str]:
    """The variables of this process that the command gets."""
    missing = next((name for name in named if name not in environ), None)
    if missing is not None:
        raise UsageError(f"`--env {missing}`: there is no such variable here", "export it, or leave it out")
    return {
        name: value
        for name, value in environ.items()
        if name in _PASSED_ON or name in named or name.startswith(_PASSED_ON_BEGINNINGS) or name.lower() in _PROXIES
    }
