"""The arguments of the commands that draw AWS credentials of a role."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

from jobpass.command.command import Argument
from jobpass.command.errors import UsageError
from jobpass.job import request_source, sts
from jobpass.job.role_credentials import AUDIENCE, RoleCredentials

_CONTAINER_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

ARGUMENTS = (
    Argument(
        ("--role-arn",),
        f"the role (default: AWS_ROLE_ARN, or the role that {_CONTAINER_URI} names)",
        {"metavar": "ARN"},
    ),
    Argument(("--audience",), f"the audience of the ID token (default: {AUDIENCE})", {"metavar": "AUDIENCE"}),
    Argument(
        ("--duration",),
        f"how long the session lasts, {sts.SHORTEST_SECONDS} to {sts.LONGEST_SECONDS} "
        f"(default: {sts.DURATION_SECONDS})",
        {"metavar": "SECONDS", "type": int, "default": sts.DURATION_SECONDS},
    ),
    Argument(
        ("--session-name",),
        "the session's name in CloudTrail (default: AWS_ROLE_SESSION_NAME, or jobpass-<job_id>)",
        {"metavar": "NAME"},
    ),
    Argument(
        ("--from",),
        "the environment block to take (default: the first that is whole)",
        {"metavar": "BLOCK", "dest": "block", "choices": list(request_source.BLOCKS)},
    ),
)


def role_credentials(options: argparse.Namespace, environ: Mapping[str, str] | None = None) -> RoleCredentials:
    """Return what draws the credentials that the options ask for, nothing drawn yet.

    Raises:
        UsageError: no role is named, or an option is empty.
        JobpassError: the environment does not say where to ask for tokens, or STS takes no such value.
    """
    given = (
        ("--role-arn", options.role_arn),
        ("--audience", options.audience),
        ("--session-name", options.session_name),
    )
    for name, value in given:
        if value == "":
            raise UsageError(f"{name} is empty", f"give it a value, or leave {name} out: is a variable not set?")
    found: Mapping[str, str] = os.environ if environ is None else environ
    role_arn = options.role_arn or found.get("AWS_ROLE_ARN") or _role_of_container_uri(found.get(_CONTAINER_URI, ""))
    if not role_arn:
        raise UsageError(
            "no role is named", "add `--role-arn` with the role's ARN, or set AWS_ROLE_ARN; the stack's outputs name it"
        )
    return RoleCredentials(
        request_source.find(found, options.block),
        role_arn,
        audience=options.audience,
        duration_seconds=options.duration,
        session_name=options.session_name,
        environ=found,
    )


def _role_of_container_uri(uri: str) -> str | None:
    """Return the role in the URL of the block `aws-sdk`, whose registration named it first."""
    from urllib.parse import parse_qs, urlsplit  # noqa: PLC0415 - not where the role is named

    try:
        parts = urlsplit(uri)
        found = parse_qs(parts.query).get("role_arn", []) if parts.path.endswith("/v1/credentials") else []
    except ValueError:
        return None
    return found[0] if len(found) == 1 else None
