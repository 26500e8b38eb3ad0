"""`jobpass token-file`: the job's ID token in a file, once or kept up to date, for what reads it there."""

from __future__ import annotations

import os
from contextlib import suppress

from jobpass.command.command import Argument, Command
from jobpass.command.errors import COULD_NOT_LOOK, GOOD, CommandError, UsageError
from jobpass.command.job import token as token_command
from jobpass.command.masking import masked
from jobpass.job import request_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from jobpass.command.terminal import Terminal
    from jobpass.job.id_token import IdToken
    from jobpass.job.token_file import TokenFile


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the token, and go on doing so where that is asked for; see `COMMAND`."""
    for name, value in (("FILE", options.file), ("--audience", options.audience), ("--role-arn", options.role_arn)):
        if value == "":
            raise UsageError(f"{name} is empty", "give it a value: is a variable not set?")
    if options.expires_in is not None and options.expires_in < 1:
        raise UsageError(f"--expires-in {options.expires_in} is out of range", "choose 1 second or more")
    if options.json and options.watch:
        raise UsageError("`--json` and `--watch` exclude one another", "leave one of both out")
    if os.name != "posix":
        text = "`jobpass token-file` needs files and signals as Unix has them"
        raise CommandError("no_unix", text, "here, use `jobpass token`", COULD_NOT_LOOK)
    source = request_source.find(os.environ, options.block)
    from jobpass.job import id_token  # noqa: PLC0415 - not where nobody is there to ask
    from jobpass.job.token_file import TokenFile  # noqa: PLC0415 - likewise, and for Unix only

    def fetch() -> IdToken:
        return id_token.fetch(
            source, options.audience, expires_in_seconds=options.expires_in, role_arn=options.role_arn
        )

    file = TokenFile(options.file)
    if options.watch:
        return _watch(fetch, file, terminal)
    file.check()
    token = fetch()
    file.write(token.value)
    file.release()
    told = token_command.said(token)
    if options.json:
        terminal.say_json({"file": file.path, **told})
    elif terminal.out.isatty():
        terminal.say(terminal.wrapped(f"wrote {file.path}: a token for {told['audience']} until {told['expires_at']}"))
    return GOOD


def _watch(fetch: Callable[[], IdToken], file: TokenFile, terminal: Terminal) -> int:
    from jobpass.job import process, retry  # noqa: PLC0415 - for Unix only
    from jobpass.job.surroundings import EndedError, Surroundings  # noqa: PLC0415 - likewise
    from jobpass.job.token_watch import TokenWatch  # noqa: PLC0415 - likewise

    def tell(text: str) -> None:
        with suppress(OSError, ValueError):  # whoever read standard error has left: that ends nothing
            terminal.complain(terminal.wrapped(masked(text), "  ", "jobpass token-file: "))
            terminal.err.flush()

    try:
        with Surroundings() as surroundings:
            TokenWatch(fetch, file, tell, surroundings, retry.Patience().random).run()
    except EndedError as ended:
        return GOOD if ended.signal_number is None else process.end_as(-ended.signal_number)


COMMAND = Command(
    name="token-file",
    description="Write the job's ID token into a file, for what reads it there: AWS SDKs and the AWS CLI "
    "(AWS_WEB_IDENTITY_TOKEN_FILE), Azure's libraries (AZURE_FEDERATED_TOKEN_FILE). The file is yours alone to read, "
    "and is replaced in one step: whoever reads it finds a whole token. Only a file that is empty or holds a token is "
    "replaced.\n\n"
    "With `--watch` it stays, and renews the token halfway through its life, for jobs that outlive it. It says when "
    "that fails and when it is well again, and tries on. A signal (SIGTERM, SIGINT, SIGHUP) ends it, and so does the "
    "end of the process that started it: the file is then removed. Once the registration has ended it ends with 1.",
    arguments=(
        Argument(("file",), "the file to write", {"metavar": "FILE"}),
        *(each for each in token_command.COMMAND.arguments if each.names != ("--reveal",)),
        Argument(("--watch",), "stay, and keep the token in the file fresh", {"action": "store_true"}),
    ),
    examples=(
        'jobpass token-file "$AWS_WEB_IDENTITY_TOKEN_FILE" --audience sts.amazonaws.com',
        'jobpass token-file "$AZURE_FEDERATED_TOKEN_FILE" --audience api://AzureADTokenExchange --watch &',
    ),
    run=run,
)
