"""`jobpass jobs`: register a job, look at it, end it, as its platform."""

import argparse
import os
from collections.abc import Callable

from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, UsageError
from jobpass.command.job.env_format import FORMATS
from jobpass.command.operator import jobs_register
from jobpass.command.operator.jobs_report import shown
from jobpass.command.operator.progress import progress
from jobpass.command.terminal import Terminal
from jobpass.platform import Job, Jobs
from jobpass.platform.api import path_of
from jobpass.platform.environment import API_URL, ROLE_ARN
from jobpass.platform.errors import SettingsError
from jobpass_issuer.domain.environment import BLOCKS


def client(options: argparse.Namespace) -> Jobs:
    """Return the client that the environment describes, the options before it; raises as `Jobs.from_environment`."""
    given = {API_URL: options.api_url, ROLE_ARN[0]: options.invocation_role_arn}
    return Jobs.from_environment({**os.environ, **{name: value for name, value in given.items() if value}})


def register(options: argparse.Namespace, terminal: Terminal) -> int:
    """Register a job and hand its secret on; see `REGISTER`."""
    return jobs_register.run(options, terminal, lambda: client(options))


def show(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print what was registered."""
    return _look(options, terminal, "looking at the job", Jobs.show)


def end(options: argparse.Namespace, terminal: Terminal) -> int:
    """End a job, and print what it was."""
    return _look(options, terminal, "ending the job", Jobs.end)


def _look(options: argparse.Namespace, terminal: Terminal, doing: str, call: Callable[[Jobs, str], Job]) -> int:
    try:
        path_of(options.job_id)
    except SettingsError as error:
        raise UsageError(error.message, error.remedy) from None
    with progress(doing, terminal):
        job = call(client(options), options.job_id)
    if options.json:
        terminal.say_json(job.to_document())
    else:
        for line in shown(job, terminal):
            terminal.say(line)
    return GOOD


_WHO = (
    Argument(("--api-url",), f"the output `ApiUrl` (default: {API_URL})", {"metavar": "URL"}),
    Argument(
        ("--invocation-role-arn",),
        f"the output `Platform…InvocationRoleArn`, the role to sign with (default: {ROLE_ARN[0]})",
        {"metavar": "ARN"},
    ),
)
_JOB_ID = Argument(("job_id",), "the `job_id` that the registration answered with", {"metavar": "JOB_ID"})
_SETTINGS = (
    "Requests are signed with the platform's invocation role, which the AWS credentials of this machine assume. A "
    "platform without any signs with a key of its own: JOBPASS_API_URL, JOBPASS_ISSUER_URL, JOBPASS_PLATFORM, "
    "JOBPASS_PLATFORM_KEY_FILE and JOBPASS_PLATFORM_KEY_ID."
)


def _repeated(names: tuple[str, ...], about: str, metavar: str, **more: object) -> Argument:
    return Argument(names, about, {"metavar": metavar, "action": "append", "default": [], **more})


REGISTER = Command(
    name="jobs register",
    description="Register a job, as its platform. On a terminal it says which roles the job may assume, and for each "
    "other the field that stands in the way. Piped, it prints the API's answer as JSON, with the request token, which "
    "is told this once; with `--format`, the job's environment variables. In the log of GitHub Actions, Azure "
    "Pipelines and Buildkite the request token is masked first. To a terminal it is shown with `--reveal` alone.\n\n"
    "After `--`, it runs a command as this job and ends the job when the command has ended. The command gets the job's "
    "variables, how to reach the network, and what `--env` names; no AWS credentials of the platform, and no HOME, "
    "where those may be. Signals are passed on; it ends with the command's status, or by the same signal; its own "
    "failures end with 125, a command that cannot be run with 126, one that is not there with 127.\n\n"
    "Where a role that `--role` names would refuse the job, the registration is ended at once and the command ends "
    "with 1: a job that needs a role is not started without it. `--allow-refused-roles` registers it all the same, and "
    "says on standard error what stands in the way.\n\n" + _SETTINGS,
    arguments=(
        Argument(("--profile",), "the profile of jobpass.yaml that describes the job", {"metavar": "NAME"}),
        _repeated(("--field",), "a field of the job; may be repeated", "NAME=VALUE"),
        _repeated(("--role",), "a role that the job needs, by its name in jobpass.yaml; may be repeated", "NAME"),
        _repeated(("--audience",), "whom its tokens may be for (default: the profile's); may be repeated", "AUDIENCE"),
        Argument(
            ("--expires-in",),
            "when the registration ends by itself (default: 3600)",
            {"metavar": "SECONDS", "type": int},
        ),
        Argument(("--pinned",), "tokens for AWS open the named roles alone", {"action": "store_true"}),
        Argument(
            ("--aws-claims",),
            "`none`: tokens without session tags and source identity, for roles that somebody else wrote",
            {"metavar": "CLAIMS", "choices": ["full", "none"]},
        ),
        _repeated(
            ("--environment",),
            f"an environment block for the job: {', '.join(BLOCKS)} (default: github); may be repeated",
            "BLOCK",
            choices=list(BLOCKS),
        ),
        Argument(
            ("--from-file",),
            "a registration as `POST /v1/jobs` takes it, in JSON; `-` is standard input; options come before it",
            {"metavar": "FILE"},
        ),
        Argument(
            ("--format",),
            f"print the job's variables instead: {', '.join(FORMATS)}",
            {"metavar": "FORMAT", "choices": list(FORMATS)},
        ),
        Argument(("--reveal",), "show the request token even to a terminal", {"action": "store_true"}),
        Argument(("--allow-refused-roles",), "register though a named role refuses the job", {"action": "store_true"}),
        _repeated(("--env",), "another variable that the command gets; may be repeated", "NAME"),
        *_WHO,
        Argument(
            ("command",),
            "a command to run as this job, with its arguments, after `--`",
            {"metavar": "COMMAND", "nargs": argparse.REMAINDER},
        ),
    ),
    examples=(
        "jobpass jobs register --profile ci --field repo=web --field ref_type=branch --field ref=refs/heads/main \\",
        "  --field project_id=936a5312-a3b8-4921-8b3f-2cec8baac574 --audience sts.amazonaws.com --role web-deploy",
        'eval "$(jobpass jobs register --from-file job.json --environment jobpass --format shell)"',
        "jobpass jobs register --from-file job.json -- ./deploy.sh production",
    ),
    run=register,
)

SHOW = Command(
    name="jobs show",
    description="Print a job of this platform's as it was registered, without its secret; `ended_at` says whether it "
    "was ended. It ends with 1 where the platform has no such job.\n\n" + _SETTINGS,
    arguments=(_JOB_ID, *_WHO),
    examples=("jobpass jobs show 0123456789abcdef0123456789abcdef",),
    run=show,
)

END = Command(
    name="jobs end",
    description="End a job of this platform's: it gets no token from then on. One that it already has lives to its "
    "`exp` and 300 seconds on, credentials drawn with it to their own end. Ending twice is no mistake; it ends with 1 "
    "where the platform has no such job.\n\n" + _SETTINGS,
    arguments=(_JOB_ID, *_WHO),
    examples=("jobpass jobs end 0123456789abcdef0123456789abcdef",),
    run=end,
)
