"""`jobpass keys`: look at the signing keys, rotate and revoke them, by the keys function of the deployment."""

import argparse
import sys
from collections.abc import Callable, Iterator

from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, REFUSED, UsageError
from jobpass.command.operator import key_ring_report
from jobpass.command.operator.key_ring import REVOKED, Key, Ring
from jobpass.command.operator.keys_function import KeysFunction
from jobpass.command.operator.moment import said
from jobpass.command.operator.progress import progress
from jobpass.command.terminal import Terminal
from jobpass.errors import RefusedError
from jobpass.explain.quoting import quoted

_MAX_REASON_LENGTH = 200
# What a person must type of a `kid` to revoke it.
_CONFIRMING = 6

_WHERE = (
    Argument(("--function",), "the keys function, by its name or ARN", {"metavar": "NAME"}),
    Argument(
        ("--stack",),
        "the stack that has it (default: the `name` of the jobpass.yaml here, or else `jobpass`)",
        {"metavar": "NAME"},
    ),
)
_NEEDS = (
    "It needs AWS credentials and the Region of the issuer's stack in the environment, `lambda:InvokeFunction` for the "
    "keys function, and, unless `--function` names that, `cloudformation:DescribeStacks`."
)


def _simple(name: str, doing: str) -> Callable[[argparse.Namespace, Terminal], int]:
    """What runs a command of the keys function that takes nothing but its name."""

    def run(options: argparse.Namespace, terminal: Terminal) -> int:
        with progress(f"{doing}: the keys function may take minutes", terminal):
            ring = _function(options).command(name)
        _tell(ring, options, terminal)
        return GOOD

    return run


def list_keys(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the ring; without a key that signs, that is a finding."""
    with progress("asking the keys function", terminal):
        ring = _function(options).command("list")
    _tell(ring, options, terminal)
    return REFUSED if ring.active is None else GOOD


def revoke(options: argparse.Namespace, terminal: Terminal) -> int:
    """Revoke a key, once somebody has said that this one is meant."""
    asked = not options.yes
    if asked and not (sys.stdin.isatty() and terminal.err.isatty()):
        remedy = "look with `jobpass keys list`, then add `--yes`"
        raise UsageError("there is no terminal here on which to ask whether this key is meant", remedy)
    if not options.reason.strip() or len(options.reason) > _MAX_REASON_LENGTH:
        told = f"`--reason` must have 1 to {_MAX_REASON_LENGTH} characters"
        raise UsageError(told, "say in a line why; it is written on the key in KMS, for all who look later")
    function = _function(options)
    with progress("asking the keys function which keys there are", terminal):
        ring = function.command("list")
    key = _meant(options.kid, ring)
    if asked or not options.json:
        for line in _beforehand(key, ring):
            terminal.complain(terminal.wrapped(line))
    if asked:
        _confirm(key, terminal)
    with progress("revoking: the keys function may take minutes", terminal):
        after = function.command("revoke", kid=key.kid, reason=options.reason)
    _tell(after, options, terminal)
    return GOOD


def _function(options: argparse.Namespace) -> KeysFunction:
    if options.function and options.stack:
        raise UsageError("`--function` and `--stack` name the same thing twice", "leave one of both out")
    return KeysFunction.found(options.function, options.stack)


def _tell(ring: Ring, options: argparse.Namespace, terminal: Terminal) -> None:
    if options.json:
        terminal.say_json(ring.document)
        return
    for line in key_ring_report.lines(ring, terminal):
        terminal.say(line)


def _meant(beginning: str, ring: Ring) -> Key:
    """The one key whose `kid` begins so."""
    found = ring.beginning(beginning) if beginning else []
    if len(found) == 1:
        return found[0]
    listed = ", ".join(key.short for key in found or ring.keys) or "none"
    if found:
        raise UsageError(f"several keys begin with {quoted(beginning)}: {listed}", "write more of the `kid`")
    raise RefusedError(
        "unknown_key",
        f"no key of the ring begins with {quoted(beginning)}; it has: {listed}",
        "write the beginning of a `kid`, as a token's header or `jobpass keys list` has it",
    )


def _beforehand(key: Key, ring: Ring) -> Iterator[str]:
    """What will be, before it cannot be taken back."""
    yield f"{key.kid}: {key.state}, {key.algorithm}, {key.key_arn}"
    if key.state == REVOKED:
        yield "It is revoked already; only what is left to do of that is done."
        return
    after = ring.signs_after(key)
    if after is not None:
        known = "goes on signing" if after is ring.active else "signs from then on; everybody knows it already"
        yield f"{after.kid} {known}."
    elif not ring.tells_who_knows:
        yield "The deployed keys function does not tell whether everybody knows another key; a newer one does."
    else:
        known_from = ring.next_known_from(besides=key)
        until = f"until {said(known_from, ring.at)}" if known_from else "until a new key has been published long enough"
        yield f"NO KEY IS LEFT that everybody knows: jobs get no tokens (503) {until}. No command shortens that."
    yield "Its tokens are refused as soon as relying parties' copies of the set have run out. Nothing takes it back."


def _confirm(key: Key, terminal: Terminal) -> None:
    """Have the beginning of the `kid` typed.

    Raises:
        RefusedError: something else was.
    """
    print(f"Type the first {_CONFIRMING} letters of the kid, or more, to revoke it: ", end="", file=terminal.err)
    terminal.err.flush()
    typed = sys.stdin.readline().strip()
    if len(typed) < _CONFIRMING or not key.kid.startswith(typed):
        raise RefusedError("not_confirmed", "that is not how the kid begins: nothing was revoked", "run it again")


LIST = Command(
    name="keys list",
    description="Show the issuer's signing keys: which one signs and until when, which are in reserve and from when on "
    "they may sign, which are retired or revoked. It changes nothing, and ends with 1 where no key signs.\n\n" + _NEEDS,
    arguments=_WHERE,
    examples=("jobpass keys list",),
    run=list_keys,
)
ROTATE = Command(
    name="keys rotate",
    description="Have the key in reserve sign, and a new one made: at once where everybody knows the one in reserve, "
    "otherwise as soon as they do. It is not needed: keys rotate by themselves.\n\n" + _NEEDS,
    arguments=_WHERE,
    examples=("jobpass keys rotate",),
    run=_simple("rotate", "rotating"),
)
ROLL_BACK = Command(
    name="keys roll-back",
    description="Let the key that signed before the last rotation sign again, for as long as it is retired and not yet "
    "out of the set.\n\n" + _NEEDS,
    arguments=_WHERE,
    examples=("jobpass keys roll-back",),
    run=_simple("roll-back", "rolling back"),
)
SETTLE = Command(
    name="keys settle",
    description="Do now what the hourly run does: hold the ring against KMS and the published documents, and take the "
    "steps that are due. After a table was restored, or a run that failed.\n\n" + _NEEDS,
    arguments=_WHERE,
    examples=("jobpass keys settle",),
    run=_simple("settle", "settling"),
)
REVOKE = Command(
    name="keys revoke",
    description="Stop a key at once and for ever: it is marked and disabled in KMS and leaves the JWK Set, and the key "
    "in reserve signs. Says beforehand which key is left to sign, and asks for the first letters of the `kid`; where "
    "there is no terminal to ask on, `--yes` must stand for that. docs/runbooks/signing-keys.md has the steps that "
    "come after it.\n\n" + _NEEDS,
    arguments=(
        Argument(("kid",), "the key, by its `kid` or the beginning of that", {"metavar": "KID"}),
        Argument(
            ("--reason",),
            f"why, in at most {_MAX_REASON_LENGTH} characters; it is written on the key",
            {"metavar": "TEXT", "required": True},
        ),
        Argument(("--yes",), "do not ask", {"action": "store_true"}),
        *_WHERE,
    ),
    examples=("jobpass keys revoke NzbLsXh8uDCc --reason 'signed for an unknown role, incident 42'",),
    run=revoke,
)
