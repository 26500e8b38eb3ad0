"""`jobpass verify`: whether a token is good, as a strict relying party would have it."""

import argparse
import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, UsageError
from jobpass.command.operator.configuration_here import FILE, configuration_here
from jobpass.command.operator.moment import distance, now_or, said, written
from jobpass.command.operator.progress import progress
from jobpass.command.operator.table import table
from jobpass.command.terminal import Terminal
from jobpass.doctor.fetching import askable
from jobpass.doctor.network import Network
from jobpass.errors import RefusedError
from jobpass.explain.quoting import plain, quoted
from jobpass.lookup.text_input import STANDARD_INPUT, read, variable
from jobpass.lookup.trusted_keys import keys_of_file, keys_of_issuer
from jobpass.verification import SignedToken, VerifiedToken, check_issuer, verify
from jobpass.verification import read as taken_apart

ISSUER_VARIABLE = "JOBPASS_ISSUER_URL"
# "Usually no more than a few minutes" (RFC 7519, section 4.1.4).
_MOST_LEEWAY = 300
_ITSELF = "token"
_TIMES = ("iat", "nbf", "exp")
_SEEN_BY_OTHERS = "every process of this machine may read a command line: `--token-env NAME` keeps a token to itself"
_ON_ITS_WORD = (
    "no issuer was named, so the token's own `iss` was believed: it is good for those who trust that issuer, and "
    "proves nothing to others (`--issuer-url URL`)"
)
_ANY_AUDIENCE = "no audience was named: whoever takes the token must compare `aud` (`--audience AUDIENCE`)"


class _Issuer(NamedTuple):
    """Whom to trust, and who named it: the command line, the environment, the file here, or the token alone."""

    url: str
    named_by: str

    @property
    def on_its_word(self) -> bool:
        """Whether it was only the token that named it."""
        return self.named_by == _ITSELF


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print what the token proves.

    Raises:
        RefusedError: it proves nothing; the one reason.
    """
    _check(options)
    now = now_or(options.at)
    token = taken_apart(_text(options))
    issuer = _issuer(options, token)
    check_issuer(token, issuer.url)
    if options.jwks:
        keys = keys_of_file(options.jwks)
    else:
        with progress(f"fetching the keys of {plain(issuer.url)}", terminal):
            keys = keys_of_issuer(issuer.url, Network(), public_only=issuer.on_its_word)
    verified = verify(token, keys, issuer=issuer.url, audience=options.audience, now=now, leeway_seconds=options.leeway)
    notes = list(_notes(options, issuer))
    if options.json:
        terminal.say_json(_document(verified, issuer, now, notes))
    else:
        for line in _lines(verified, now, notes, terminal):
            terminal.say(line)
    return GOOD


def _check(options: argparse.Namespace) -> None:
    sources = [each for each in (options.token, options.token_file, options.token_env) if each is not None]
    if len(sources) != 1:
        told = "name one token" if not sources else "name one token, and not several"
        raise UsageError(told, "`--token-env NAME`, `--token-file FILE` (`-` is standard input), or the token itself")
    if options.token_file == options.jwks == STANDARD_INPUT:
        raise UsageError("standard input can be one thing only", "write the token or the JWK Set to a file")
    if not 0 <= options.leeway <= _MOST_LEEWAY:
        raise UsageError(f"--leeway {options.leeway} is out of range", f"choose 0 to {_MOST_LEEWAY} seconds")


def _text(options: argparse.Namespace) -> str:
    if options.token_env is not None:
        return variable(options.token_env, "the token")
    if options.token_file is not None:
        return read(options.token_file, "the token").removesuffix("\n").removesuffix("\r")
    return str(options.token)


def _issuer(options: argparse.Namespace, token: SignedToken) -> _Issuer:
    """The issuer to trust: of the command line, the environment or the file here; else the one that the token names."""
    url, named_by = options.issuer_url, "command line"
    if not url:
        url, named_by = os.environ.get(ISSUER_VARIABLE), ISSUER_VARIABLE
    if not url:
        configuration, named_by = configuration_here(), FILE.name
        url = configuration.issuer.url if configuration else None
    if url:
        if not askable(url):
            remedy = "write it as the stack's output `IssuerUrl` has it"
            raise UsageError(f"the issuer to trust is {quoted(url)}, which begins with no https://", remedy)
        return _Issuer(url, named_by)
    named = token.unverified_claims.get("iss")
    if not isinstance(named, str) or not askable(named):
        raise RefusedError(
            "issuer",
            "the token names no issuer whose keys could be asked for",
            "name the issuer that you trust with `--issuer-url`; an ID token's `iss` begins with https://",
        )
    return _Issuer(named, _ITSELF)


def _notes(options: argparse.Namespace, issuer: _Issuer) -> Iterator[str]:
    if issuer.on_its_word:
        yield _ON_ITS_WORD
    if options.audience is None:
        yield _ANY_AUDIENCE
    if options.leeway:
        yield f"clocks were allowed to differ by {options.leeway} s"
    if options.token is not None:
        yield _SEEN_BY_OTHERS


def _document(verified: VerifiedToken, issuer: _Issuer, now: int, notes: list[str]) -> dict[str, Any]:
    return {
        "verdict": "valid",
        "at": written(now),
        "issuer": verified.issuer,
        "issuer_named_by": issuer.named_by,
        "subject": verified.subject,
        "audience": verified.audience,
        "issued_at": written(verified.issued_at),
        "expires_at": written(verified.expires_at),
        "algorithm": verified.algorithm,
        "kid": verified.kid,
        "claims": dict(verified.claims),
        "notes": notes,
    }


def _lines(verified: VerifiedToken, now: int, notes: list[str], terminal: Terminal) -> Iterator[str]:
    yield terminal.coloured("valid", "green") + f"  {plain(verified.issuer)}"
    ends = distance(verified.expires_at, now)
    yield terminal.wrapped(f"signed {verified.algorithm} by its key {quoted(verified.kid)}; ends {ends}", "  ")
    yield ""
    yield from table((), [(name, _value(name, value, now)) for name, value in verified.claims.items()], terminal)
    yield from [""] if notes else []
    for each in notes:
        yield terminal.wrapped(each, "   ", " - ")


def _value(name: str, value: Any, now: int) -> str:
    """A claim's value as a person reads it."""
    if name in _TIMES and isinstance(value, int):
        return said(value, now)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


COMMAND = Command(
    name="verify",
    description="Say whether an ID token is good, as a strict relying party would have it: a signed JWT in compact "
    "form, whose header names algorithm and key alone; a signature of the one key of that name in the issuer's JWK "
    "Set; the issuer, letter for letter; one audience; not too early, not too late. It shows what the token proves, "
    "never the token itself, and works for every OpenID Connect issuer.\n\n"
    "The issuer is that of `--issuer-url`, of JOBPASS_ISSUER_URL, or the `issuer.url` of the jobpass.yaml here. Where "
    "none of them says one, the token's own `iss` is believed: the token is then good for those who trust that issuer. "
    "The keys are fetched from the issuer, or taken from `--jwks`.\n\n"
    "A token for AWS is better judged by `jobpass explain`, which knows the role and STS's 300 seconds of grace.",
    arguments=(
        Argument(("token",), "the token; others on this machine may read it there", {"metavar": "TOKEN", "nargs": "?"}),
        Argument(("--token-file",), "the file that holds the token; `-` is standard input", {"metavar": "FILE"}),
        Argument(("--token-env",), "the environment variable that holds the token", {"metavar": "NAME"}),
        Argument(("--issuer-url",), "the issuer to trust, letter for letter as `iss` has it", {"metavar": "URL"}),
        Argument(("--audience",), "whom the token must be for", {"metavar": "AUDIENCE"}),
        Argument(
            ("--jwks",), "the issuer's JWK Set, instead of fetching it; `-` is standard input", {"metavar": "FILE"}
        ),
        Argument(("--at",), "the moment to ask about, instead of now", {"metavar": "TIME"}),
        Argument(
            ("--leeway",),
            f"by how much clocks may differ, up to {_MOST_LEEWAY} (default: 0)",
            {"metavar": "SECONDS", "type": int, "default": 0},
        ),
    ),
    examples=(
        "jobpass verify --token-env ID_TOKEN --issuer-url https://oidc.example.com --audience vault.example.com",
    ),
    run=run,
)
