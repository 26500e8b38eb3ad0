"""`jobpass jobs register`: what is registered, and to whom the secret goes."""

import argparse
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from jobpass.command.errors import GOOD, REFUSED, CommandError, OutputError, UsageError
from jobpass.command.job.env_format import FAILURES, FORMATS
from jobpass.command.operator.jobs_report import shown
from jobpass.command.operator.progress import progress
from jobpass.command.terminal import Terminal
from jobpass.command.wrapping import printable
from jobpass.errors import JobpassError
from jobpass.job.mask import mask
from jobpass.lookup.text_input import read_json
from jobpass.platform import Jobs, RegisteredJob, RequestRefusedError
from jobpass_issuer.domain.registration_request import MEMBERS

_LISTS = {"audience": "audiences", "role": "roles", "environment": "environment"}
_VALUES = {
    "profile": "profile",
    "expires_in": "expires_in_seconds",
    "pinned": "pinned",
    "aws_claims": "aws_claims",
}


def run(options: argparse.Namespace, terminal: Terminal, client: Callable[[], Jobs]) -> int:
    """Register, and show the job, hand its secret on, or run a command as it."""
    if options.command:
        from jobpass.command.operator.jobs_run import run_command  # noqa: PLC0415 - Unix alone has what that needs

        return run_command(options, terminal, client)
    _check(options, terminal)
    try:
        jobs = client()
        job = registered(options, terminal, jobs)
        written = _written(options.format, jobs, job) if options.format else None
    except JobpassError:
        if options.format in FAILURES:
            terminal.say(FAILURES[options.format])  # makes the shell that evaluates it fail too
        raise
    try:
        _hand_over(options, terminal, job, written)
        terminal.flush()
    except (OutputError, BrokenPipeError):
        _end_untold(jobs, job)
        raise
    return GOOD


def _check(options: argparse.Namespace, terminal: Terminal) -> None:
    if options.env:
        raise UsageError("`--env` is for a command, and none is given", "write the command after `--`")
    if options.format and options.json:
        raise UsageError("`--format` and `--json` are two ways to print", "leave one of them out")
    if options.format and terminal.out.isatty() and not options.reveal:
        raise UsageError(
            "standard output is a terminal, and the request token would stay on it",
            'run `eval "$(jobpass jobs register … --format shell)"` or redirect it to where it is needed, or add '
            "`--reveal` to see it all the same",
        )


def _written(name: str, jobs: Jobs, job: RegisteredJob) -> str:
    try:
        return FORMATS[name](variables(job))
    except JobpassError:
        _end_untold(jobs, job)
        raise


def _end_untold(jobs: Jobs, job: RegisteredJob) -> None:
    with suppress(JobpassError):  # what goes first is why nobody was told its secret; it expires all the same
        jobs.finish(job)


def _hand_over(options: argparse.Namespace, terminal: Terminal, job: RegisteredJob, written: str | None) -> None:
    told = options.reveal or not terminal.out.isatty()
    if told:
        mask(job.request_token, err=terminal.err)
    document = job.to_document()
    if written is not None:
        terminal.say(written)
    elif options.json or not terminal.out.isatty():
        secret = () if told else ("request_token", "environment")
        terminal.say_json({name: value for name, value in document.items() if name not in secret})
    else:
        _describe(terminal, job, told)


def _describe(terminal: Terminal, job: RegisteredJob, told: bool) -> None:
    for line in shown(job, terminal):
        terminal.say(line)
    terminal.say()
    if told:
        terminal.say(f"request_url    {printable(job.request_url)}\nrequest_token  {printable(job.request_token)}")
    else:
        terminal.say(
            terminal.wrapped(
                "The request token is told once, and not to a terminal: nobody has this job's. To use a job, register "
                "it with a command after `--`, pipe the answer on (`jobpass jobs register … | …`), or add `--reveal`."
            )
        )


def registered(options: argparse.Namespace, terminal: Terminal, jobs: Jobs) -> RegisteredJob:
    """Return the job that the options describe, which every role that they name takes.

    Raises:
        CommandError: the API refuses, or a role does; the job is ended then.
        JobpassError: there is no answer, or no way to ask.
    """
    body = _body(options)
    try:
        with progress("registering the job", terminal):
            job = jobs.register_body(body)
    except RequestRefusedError as error:
        if not error.problems:
            raise
        listed: list[dict[str, str | int | None]] = [
            {"path": problem.field, "message": problem.problem} for problem in error.problems
        ]
        raise CommandError(error.code, "the API refuses the registration", error.remedy, REFUSED, listed) from None
    if body.get("roles") and job.refused_roles:
        _refused(options, terminal, jobs, job)
    return job


def _refused(options: argparse.Namespace, terminal: Terminal, jobs: Jobs, job: RegisteredJob) -> None:
    problems: list[dict[str, str | int | None]] = [
        {"path": f"role {name}", "message": answer.obstacle or "refuses the job"}
        for name, answer in job.refused_roles.items()
    ]
    if options.allow_refused_roles:
        for each in problems:
            terminal.complain(terminal.wrapped(f"{each['path']}: {each['message']}", "  ", "jobpass jobs register: "))
        return
    try:
        jobs.finish(job)
        state = "the registration is ended again"
    except JobpassError as error:
        state = f"{error.message}; it ends by itself at {job.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    raise CommandError(
        "role_refused",
        f"a role that the job needs would refuse it; {state}",
        "correct the job's fields, or the role's `when` in jobpass.yaml; `--allow-refused-roles` registers it all the "
        "same",
        REFUSED,
        problems,
    )


def variables(job: RegisteredJob) -> dict[str, str]:
    """Return the variables of all the blocks that were asked for.

    Raises:
        SettingsError: one of them is a document.
    """
    return {name: value for block in job.environment for name, value in job.variables(block).items()}


def _body(options: argparse.Namespace) -> dict[str, Any]:
    """What is sent: the file's members, and the options, which come before them."""
    body = _read(options.from_file) if options.from_file else {}
    given = {member: getattr(options, name) for name, member in _VALUES.items()}
    body |= {member: value for member, value in given.items() if value is not None and value is not False}
    body |= {member: getattr(options, name) for name, member in _LISTS.items() if getattr(options, name)}
    fields = _fields(options.field)
    if fields or "fields" not in body:
        before = body.get("fields")
        body["fields"] = {**(before if isinstance(before, Mapping) else {}), **fields}
    if "profile" not in body:
        raise UsageError("no profile is named", "add `--profile` with one that this platform may register")
    return body


def _fields(given: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name or name in fields:
            problem = "names a field twice" if name in fields else "is no field and its value"
            raise UsageError(f"`--field {each}` {problem}", "write each field once, as `--field ref=refs/heads/main`")
        fields[name] = value
    return fields


def _read(source: str) -> dict[str, Any]:
    document = read_json(source, "the registration")
    unknown = [name for name in document if name not in MEMBERS] if isinstance(document, dict) else []
    if not isinstance(document, dict) or unknown:
        text = f"it has the member {unknown[0][:40]!a}" if unknown else "it is no JSON object"
        raise UsageError(f"the registration is not one: {text}", f"it may have {', '.join(MEMBERS)}")
    return document
