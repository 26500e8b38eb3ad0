"""`jobpass env`: AWS credentials as environment variables."""

from __future__ import annotations

import argparse

from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, UsageError
from jobpass.command.job.env_format import FAILURES, FORMATS
from jobpass.command.job.role_options import ARGUMENTS, role_credentials
from jobpass.command.terminal import Terminal
from jobpass.errors import JobpassError
from jobpass.job import mask

_INTO = {
    "shell": 'eval "$(jobpass env …)"',
    "dotenv": "(umask 077 && jobpass env --format dotenv … > job.env)",
    "github": 'jobpass env --format github … >> "$GITHUB_ENV"',
    "fish": "jobpass env --format fish … | source",
    "powershell": "jobpass env --format powershell … | Out-String | Invoke-Expression",
}


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the variables, masked before in the log of a CI that can."""
    if terminal.out.isatty() and not options.reveal:
        raise UsageError(
            "standard output is a terminal, and credentials would stay on it",
            f"run `{_INTO[options.format]}`, or add `--reveal` to see them all the same",
        )
    try:
        credentials = role_credentials(options).draw()
        written = FORMATS[options.format](credentials.variables())
    except JobpassError:
        if options.format in FAILURES:
            terminal.say(FAILURES[options.format])
        raise
    for secret in credentials.secrets:
        mask.mask(secret, err=terminal.err)
    terminal.say(written)
    return GOOD


COMMAND = Command(
    name="env",
    description="Print AWS credentials of a role as environment variables, for a shell or a file to take in: "
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and, to say when they end, "
    "AWS_CREDENTIAL_EXPIRATION. Nothing renews them: a job that outlives them is better run by `jobpass exec`.\n\n"
    "`shell` and `fish` are for `eval` and `source`, `powershell` for Invoke-Expression; where no credentials are to "
    "be had these print a line that fails. `dotenv` is for files such as `docker --env-file` takes, `github` for the "
    "file that GITHUB_ENV names. In the log of GitHub Actions, Azure Pipelines and Buildkite the secrets are masked "
    "first. To a terminal nothing is printed without `--reveal`.",
    arguments=(
        *ARGUMENTS,
        Argument(
            ("--format",),
            f"how to write them: {', '.join(FORMATS)} (default: shell)",
            {"metavar": "FORMAT", "choices": list(FORMATS), "default": "shell"},
        ),
        Argument(("--reveal",), "print them even to a terminal", {"action": "store_true"}),
    ),
    examples=(
        'eval "$(jobpass env --role-arn arn:aws:iam::111122223333:role/jobpass-web-deploy)"',
        'jobpass env --role-arn arn:aws:iam::111122223333:role/jobpass-web-deploy --format github >> "$GITHUB_ENV"',
    ),
    run=run,
    json=False,
)
