"""What is said of one identity: its registrations, tokens, signatures, sessions, and the calls made with these."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from jobpass.audit.following import Session
from jobpass.command.operator.audit_report import FATES, call
from jobpass.command.operator.moment import written
from jobpass.command.operator.table import Cell, Coloured, Line, Row, table
from jobpass.command.terminal import Terminal
from jobpass_issuer.domain.audit import UNSOUND_FATES, Token, Written
from jobpass_issuer.domain.issuance_record import DenialRecord, Record
from jobpass_issuer.domain.trail_event import TrailEvent


@dataclass(frozen=True, slots=True)
class Identity:
    """All that is known: registrations by `job_id`, tokens, their sessions by `jti`, and what was denied."""

    registrations: Mapping[str, Sequence[Mapping[str, Any]]]
    tokens: Sequence[Token]
    sessions: Mapping[str, Sequence[Session]]
    denials: Sequence[Written]

    @property
    def is_sound(self) -> bool:
        """Whether each token has its signature, as far as that is settled."""
        return not any(token.fate in UNSOUND_FATES for token in self.tokens)


def document(identity: Identity) -> dict[str, Any]:
    """Return the identity for programs."""
    return {
        "verdict": "sound" if identity.is_sound else "unsound",
        "registrations": {
            job_id: [{**each, "at": written(each["at"])} for each in told]
            for job_id, told in identity.registrations.items()
        },
        "tokens": [_token(token, identity.sessions.get(token.jti, ())) for token in identity.tokens],
        "denials": [{"at": written(int(each.at)), **_told(each.record)} for each in identity.denials],
    }


def _told(record: Record) -> dict[str, Any]:
    """A record's members that say something, by their full names."""
    members = {each.name: value for each in fields(record) if (value := getattr(record, each.name)) != each.default}
    return {"kind": record.KIND, **members}


def _token(token: Token, sessions: Sequence[Session]) -> dict[str, Any]:
    return {
        "jti": token.jti,
        "at": written(int(token.at)),
        "fate": token.fate.value,
        "attempt": _told(token.attempt) if token.attempt else None,
        "grant": _told(token.grant) if token.grant else None,
        "failures": [_told(each) for each in token.failures],
        "signatures": [call(each) for each in token.signs],
        "sessions": [
            {
                **call(each.event),
                "role_arn": each.role_arn,
                "source_identity": each.source_identity,
                "access_key_id": each.access_key_id,
                "names_this_token": each.surely,
                "calls": [call(made) for made in each.calls],
            }
            for each in sessions
        ],
    }


def lines(identity: Identity, terminal: Terminal) -> Iterator[str]:
    """Return the identity as a terminal shows it: in the order of time, what follows from what below it."""
    rows: list[Row] = []
    for job_id, told in identity.registrations.items():
        rows.append(Line(f"job {job_id}", "bold"))
        rows += [(written(each["at"]), each["what"], _who(each)) for each in told]
    for each in identity.denials:
        if isinstance(each.record, DenialRecord):
            reason = Coloured("denied", "yellow")
            rows.append((written(int(each.at)), reason, f"{each.record.reason}, from {each.record.source_address}"))
    for token in identity.tokens:
        rows += _rows(token, identity.sessions.get(token.jti, ()))
    yield from table((), rows, terminal)


def _rows(token: Token, sessions: Sequence[Session]) -> Iterator[Row]:
    yield Line(f"token {token.jti}", "bold")
    colour = "red" if token.fate in UNSOUND_FATES else "green"
    yield written(int(token.at)), Coloured(FATES[token.fate], colour), _what(token)
    for sign in token.signs:
        yield _call(sign, "signed")
    for session in sessions:
        given = "session" if session.event.error is None else Coloured(f"refused {session.event.error}", "yellow")
        surely = "" if session.surely else "\nby its subject: of this token, or another with the same"
        yield written(session.event.at), given, f"{session.role_arn}\nfrom {session.event.source_address}{surely}"
        for made in session.calls:
            yield _call(made, "called")


def _what(token: Token) -> str:
    attempt = token.attempt
    if attempt is None:
        return f"job {token.job_id}"
    pinned = f"\npinned to {', '.join(attempt.roles)}" if attempt.roles else ""
    return f"{attempt.subject}\nfor {attempt.audience}, from {attempt.source_address or 'unknown'}{pinned}"


def _call(event: TrailEvent, what: str) -> tuple[Cell, ...]:
    name = f"{event.source.partition('.')[0]}:{event.name}"
    about = "".join(f"\n{arn}" for arn in sorted(event.key_arns))
    return written(event.at), what, f"{name}{f' ({event.error})' if event.error else ''}{about}"


def _who(told: Mapping[str, Any]) -> str:
    return "\n".join(str(told[name]) for name in ("platform", "subject") if name in told)
