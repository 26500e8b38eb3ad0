"""`jobpass credential-process`: AWS credentials as `credential_process` of the AWS config file wants them."""

from __future__ import annotations

import argparse

from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, UsageError
from jobpass.command.job.role_options import ARGUMENTS, role_credentials
from jobpass.command.terminal import Terminal


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the credentials as AWS SDKs and Tools Reference Guide, "Process credential provider", has them."""
    if terminal.out.isatty() and not options.reveal:
        raise UsageError(
            "standard output is a terminal, and credentials would stay on it",
            "name this command in the AWS config file, `credential_process = jobpass credential-process …`, or add "
            "`--reveal` to see them all the same",
        )
    credentials = role_credentials(options).draw()
    terminal.say_json(
        {
            "Version": 1,
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": credentials.expiration,
        }
    )
    return GOOD


COMMAND = Command(
    name="credential-process",
    description="Print AWS credentials of a role in the form that the AWS CLI, AWS SDKs and Terraform read from a "
    "`credential_process` of the AWS config file. They run it again before the credentials end; what starts anew for "
    "each step, as the AWS CLI does, draws anew each time.\n\n"
    "To a terminal nothing is printed without `--reveal`.",
    arguments=(*ARGUMENTS, Argument(("--reveal",), "print them even to a terminal", {"action": "store_true"})),
    examples=(
        (
            "aws configure set credential_process "
            "'jobpass credential-process --role-arn arn:aws:iam::111122223333:role/jobpass-web-deploy'"
        ),
        "jobpass credential-process --role-arn arn:aws:iam::111122223333:role/jobpass-web-deploy | jq -r .Expiration",
    ),
    run=run,
    json=False,
)
