"""What is said of a ring of signing keys: who signs, and each key with what comes next for it."""

from collections.abc import Iterator

from jobpass.command.operator.key_ring import ACTIVE, LIVE, PREPARED, RETIRED, REVOKED, Key, Ring
from jobpass.command.operator.moment import distance, said, said_briefly
from jobpass.command.operator.table import Cell, Coloured, Line, Row, table
from jobpass.command.terminal import Terminal
from jobpass_issuer.domain.rotation import DELETION_WINDOW_DAYS

_HEAD = ("state", "algorithm", "since", "next", "KMS key")
_DELETION_SECONDS = DELETION_WINDOW_DAYS * 86400
_COLOURS = {ACTIVE: "green", REVOKED: "red"}
# Wide enough for the keys' whole IDs.
_WIDE = 120


def lines(ring: Ring, terminal: Terminal) -> Iterator[str]:
    """Return the ring as a terminal shows it."""
    yield from _answer(ring, terminal)
    yield ""
    rows: list[Row] = []
    for key in ring.keys:
        rows += [Line(key.kid, "bold"), _row(key, ring, terminal.width)]
    yield from table(_HEAD, rows, terminal)


def _answer(ring: Ring, terminal: Terminal) -> Iterator[str]:
    """Who signs, and until when."""
    if ring.active is None:
        known = ring.next_known_from()
        until = f"until {said(known, ring.at)}" if known else "until a new key is known to everybody"
        yield terminal.coloured(terminal.wrapped(f"no key signs: jobs get 503 {until}"), "red")
        yield terminal.wrapped("docs/runbooks/signing-keys.md, `When no key signs`, says what can be done.")
        return
    due = "a rotation is wanted, and waits for the key in reserve" if ring.rotation_wanted else _due(ring)
    yield terminal.wrapped(ring.active.kid, first=f"{terminal.coloured('signs', 'green')}  ")
    yield terminal.wrapped(due, "  ")


def _due(ring: Ring) -> str:
    return f"to be replaced {said(ring.due_at, ring.at)}" if ring.due_at else "to be replaced in its time"


def _row(key: Key, ring: Ring, width: int) -> tuple[Cell, ...]:
    return (
        Coloured(key.state, _COLOURS[key.state]) if key.state in _COLOURS else key.state,
        key.algorithm,
        "" if key.since is None else said_briefly(key.since, ring.at).replace(" (", "\n("),
        _next(key, ring),
        _key_id(key.key_arn, width),
    )


def _next(key: Key, ring: Ring) -> Cell:
    """What comes next for a key, or what is wrong with it."""
    if key.state in LIVE and not key.usable:
        return Coloured("KMS does not sign with it", "red")
    if key.state == ACTIVE:
        return "" if ring.due_at is None else f"is replaced {distance(ring.due_at, ring.at)}"
    if key.state == PREPARED:
        return _when_it_may_sign(key, ring)
    if key.state == RETIRED:
        return "" if key.published_until is None else f"leaves the set {distance(key.published_until, ring.at)}"
    gone = f"KMS deletes it {distance(key.deleted_at + _DELETION_SECONDS, ring.at)}" if key.deleted_at else ""
    return "\n".join(filter(None, (key.reason, gone)))


def _when_it_may_sign(key: Key, ring: Ring) -> str:
    if not ring.tells_who_knows:
        return "in reserve"
    if key.known_from is None:
        return "is not in the set yet"
    return "may sign" if key.known_from <= ring.at else f"may sign {distance(key.known_from, ring.at)}"


def _key_id(arn: str, width: int) -> str:
    """What is the key's own in its ARN, or on a narrow terminal the beginning of that."""
    own = arn.rpartition("/")[2]
    return own if width >= _WIDE or len(own) <= 9 else f"{own[:8]}…"
