"""`jobpass token`: the job's ID token, for a pipe, a variable or a file; on a terminal what it says."""

from __future__ import annotations

import os

from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, UsageError
from jobpass.job import request_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from jobpass.command.terminal import Terminal
    from jobpass.job.id_token import IdToken


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Fetch a token and print it, masked before in the log of a CI that can; see `COMMAND`."""
    for name, value in (("--audience", options.audience), ("--role-arn", options.role_arn)):
        if value == "":
            raise UsageError(f"{name} is empty", f"give it a value, or leave {name} out: is a variable not set?")
    if options.expires_in is not None and options.expires_in < 1:
        raise UsageError(f"--expires-in {options.expires_in} is out of range", "choose 1 second or more")
    source = request_source.find(os.environ, options.block)
    from jobpass.job import id_token  # noqa: PLC0415 - not where nobody is there to ask

    token = id_token.fetch(source, options.audience, expires_in_seconds=options.expires_in, role_arn=options.role_arn)
    shown = options.reveal or not terminal.out.isatty()
    if shown:
        from jobpass.job.mask import mask  # noqa: PLC0415 - only where it is printed

        mask(token.value, err=terminal.err)
    if options.json:
        terminal.say_json({**({"token": token.value} if shown else {}), **said(token)})
    elif shown:
        terminal.say(token.value)
    else:
        _describe(token, terminal)
    return GOOD


def said(token: IdToken) -> dict[str, str]:
    """Return what a token says, as `--json` prints it; times as the API writes them."""
    return {
        "issuer": token.issuer,
        "subject": token.subject,
        "audience": token.audience,
        "issued_at": _utc(token.issued_at),
        "expires_at": _utc(token.expires_at),
    }


def _describe(token: IdToken, terminal: Terminal) -> None:
    """Say what a token says, and how to see itself: whoever sees a token on a screen may use it."""
    for name, value in said(token).items():
        plain = "".join(each if each.isprintable() else "?" for each in value)
        terminal.say(terminal.wrapped(plain, " " * 12, f"{name.replace('_', ' '):<12}"))
    terminal.say()
    terminal.say(
        terminal.wrapped(
            "The token itself is not shown on a terminal: pipe it on, `jobpass token | …`, or `--reveal` it."
        )
    )


def _utc(seconds: int) -> str:
    """RFC 3339, as the API writes times."""
    import time  # noqa: PLC0415 - built in

    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):
        return str(seconds)


COMMAND = Command(
    name="token",
    description="Print the job's ID token, and nothing else, on standard output. Where to ask for it is in the "
    "environment that the registration handed out, in any of its blocks, of which the first that is whole is taken: "
    f"{', '.join(request_source.BLOCKS)}.\n\n"
    "A terminal gets what the token says instead, unless you ask for the token itself. In the log of GitHub Actions, "
    "Azure Pipelines and Buildkite it is masked before it is printed.\n\n"
    "Failed connections and the answers 502, 503 and 504 are tried again, five times within a minute; `Retry-After` "
    "is honoured.",
    arguments=(
        Argument(
            ("--audience",),
            "whom the token is for (default: the registration's default audience)",
            {"metavar": "AUDIENCE"},
        ),
        Argument(
            ("--expires-in",),
            "how long it should live (default: as configured)",
            {"metavar": "SECONDS", "type": int},
        ),
        Argument(("--role-arn",), "pin it to one role of the registration: no other takes it", {"metavar": "ARN"}),
        Argument(
            ("--from",),
            "the environment block to take (default: the first that is whole)",
            {"metavar": "BLOCK", "dest": "block", "choices": list(request_source.BLOCKS)},
        ),
        Argument(("--reveal",), "print it even to a terminal", {"action": "store_true"}),
    ),
    examples=(
        "jobpass token --audience https://vault.example.com | vault write auth/jwt/login role=deploy jwt=-",
        'curl -H "Authorization: Bearer $(jobpass token --audience https://api.example.com)" https://api.example.com/',
    ),
    run=run,
)
