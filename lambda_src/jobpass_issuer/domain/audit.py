"""The join: every signature of KMS belongs to a token that was written down, and every such token to its signature.

What is joined are issuance records, as the token function's log has them, and CloudTrail's events of the signing keys.
A Sign names its token: its user agent has the `jti`, and its request ID is that of the grant's record.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from jobpass_issuer.domain.issuance_record import AttemptRecord, DenialRecord, FailureRecord, GrantRecord, Record
from jobpass_issuer.domain.trail_event import KMS_SOURCE, TrailEvent

# CloudTrail has "typically" delivered an event within five minutes and event history shows it within fifteen
# (CloudTrail User Guide, "Viewing events with CloudTrail event history"): before that, what is missing may yet come.
SETTLED_SECONDS = 900
# A record is written before its Sign; the function lives ten seconds, and clocks of AWS agree within seconds.
APART_SECONDS = 30
# The first try, two more, and one in the place of a connection that was closed (`jobpass_issuer.aws.exchange`).
MOST_SIGNS = 4


@dataclass(frozen=True, slots=True)
class Watched:
    """Whose signatures are accounted for: the keys of one issuer, and the functions that may use them by their roles.

    The functions have their roles' names.
    """

    key_arns: frozenset[str]
    token_role_arn: str
    keys_role_arn: str


@dataclass(frozen=True, slots=True)
class Window:
    """A range of time in Unix seconds, its end not in it."""

    start: int
    end: int

    def __contains__(self, at: float) -> bool:
        """Whether a moment is in it."""
        return self.start <= at < self.end

    @property
    def with_edges(self) -> "Window":
        """The range that must be read so that nothing in this one is torn from what it belongs to."""
        return Window(self.start - APART_SECONDS, self.end + APART_SECONDS)


@dataclass(frozen=True, slots=True)
class Written:
    """A record, and when it was written down, in Unix seconds."""

    at: float
    record: Record


class Fate(StrEnum):
    """What became of a token that was written down."""

    MATCHED = "matched"  # granted, and signed by the very call that the grant names
    LOST = "lost"  # signed, and nobody got it: KMS's answer did not arrive
    FAILED = "failed"  # not signed, and the record of the failure says so
    UNSETTLED = "unsettled"  # not signed as far as is known, too lately to be sure
    UNSIGNED_GRANT = "unsigned_grant"  # granted, and no Sign of KMS's is the one that the grant names
    UNSIGNED_ATTEMPT = "unsigned_attempt"  # begun, and nothing says how it ended


class Fault(StrEnum):
    """What is wrong with a call on one of the keys."""

    FOREIGN = "foreign"  # signed for somebody who is not the token function
    UNRECORDED = "unrecorded"  # signed for the token function, which wrote no such token down
    OVERUSED = "overused"  # one more signature of a token than there are tries
    TOUCHED = "touched"  # a key was changed by somebody who is not the keys function
    REFUSED = "refused"  # somebody who is neither was refused a signature or a change


# What a person must look into. What KMS refused has changed nothing, and is told beside it.
UNSOUND_FATES = frozenset({Fate.UNSIGNED_GRANT, Fate.UNSIGNED_ATTEMPT})
UNSOUND_FAULTS = frozenset(Fault) - {Fault.REFUSED}


@dataclass(slots=True)
class Token:
    """All that is known of one `jti`; `at` is when it was first written down."""

    jti: str
    at: float
    attempt: AttemptRecord | None = None
    grant: GrantRecord | None = None
    failures: list[FailureRecord] = field(default_factory=list)
    signs: list[TrailEvent] = field(default_factory=list)
    fate: Fate = Fate.UNSETTLED

    @property
    def job_id(self) -> str:
        """The job that asked for it."""
        told = (self.attempt, self.grant, *self.failures)
        return next((each.job_id for each in told if each is not None and each.job_id), "")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A call that cannot be accounted for, and why."""

    fault: Fault
    event: TrailEvent


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome for one window. `pending` are Signs whose record may yet come."""

    window: Window
    tokens: tuple[Token, ...]
    suspects: tuple[Suspect, ...]
    denials: tuple[Written, ...]
    pending: tuple[TrailEvent, ...]

    @property
    def fates(self) -> Counter[Fate]:
        """How many tokens met each fate."""
        return Counter(token.fate for token in self.tokens)

    @property
    def faults(self) -> Counter[Fault]:
        """How many calls have each fault."""
        return Counter(suspect.fault for suspect in self.suspects)

    @property
    def is_sound(self) -> bool:
        """Whether everything is accounted for, as far as it is settled."""
        return not (self.fates.keys() & UNSOUND_FATES or self.faults.keys() & UNSOUND_FAULTS)

    @property
    def busiest_job(self) -> tuple[str, int]:
        """The job that began the most tokens, and how many; no job and 0 where there was none."""
        jobs = Counter(token.job_id for token in self.tokens)
        return max(jobs.items(), key=lambda each: (each[1], each[0]), default=("", 0))


def join(lines: Iterable[Written], events: Iterable[TrailEvent], watched: Watched, window: Window, now: float) -> Audit:
    """Return what the records and events of a window with its edges, read at a moment, say of the window.

    Both may come in any order and several times. Events that have nothing to do with the watched keys are passed over.
    """
    told = list(lines)
    tokens = _tokens(told)
    once = {each.event_id: each for each in events if each.key_arns & watched.key_arns and not each.by_service}
    account = _Account(tokens, watched, now - SETTLED_SECONDS)
    # The call that the grant names comes first, so that no other can stand in its place.
    for event in sorted(
        once.values(), key=lambda each: (each.request_id not in account.granted, each.at, each.event_id)
    ):
        account.enter(event)
    account.close()
    denials = {each: None for each in told if isinstance(each.record, DenialRecord) and each.at in window}
    return Audit(
        window,
        tuple(sorted((each for each in tokens.values() if each.at in window), key=lambda each: (each.at, each.jti))),
        tuple(sorted((each for each in account.suspects if each.event.at in window), key=lambda each: each.event.at)),
        tuple(sorted(denials, key=lambda each: each.at)),
        tuple(each for each in account.pending if each.at in window),
    )


def suspect_of(event: TrailEvent, watched: Watched) -> Suspect | None:
    """Return what is wrong with a call that can be told from the call alone; None where nothing is."""
    if event.source != KMS_SOURCE or event.by_service or not event.key_arns & watched.key_arns:
        return None
    if event.is_sign:
        fault, expected = Fault.FOREIGN, event.caller.is_function(watched.token_role_arn)
    else:
        fault, expected = Fault.TOUCHED, event.read_only or event.caller.is_function(watched.keys_role_arn)
    if expected:
        return None
    return Suspect(Fault.REFUSED if event.error else fault, event)


class _Account:
    """Enters each Sign with the token that it made."""

    def __init__(self, tokens: dict[str, Token], watched: Watched, settled_until: float) -> None:
        self._tokens = tokens
        self._watched = watched
        self._settled_until = settled_until
        self.granted = {each.grant.kms_request_id: each for each in tokens.values() if each.grant is not None}
        self.suspects: list[Suspect] = []
        self.pending: list[TrailEvent] = []

    def enter(self, event: TrailEvent) -> None:
        """Put a call to its token, or among those that have none."""
        suspect = suspect_of(event, self._watched)
        if suspect is not None:
            self.suspects.append(suspect)
        elif event.is_sign and event.error is None:
            self._enter_signature(event)

    def _enter_signature(self, event: TrailEvent) -> None:
        token = self._token(event)
        if token is None:
            if event.at < self._settled_until:
                self.suspects.append(Suspect(Fault.UNRECORDED, event))
            else:
                self.pending.append(event)
        elif len(token.signs) == MOST_SIGNS:
            self.suspects.append(Suspect(Fault.OVERUSED, event))
        else:
            token.signs.append(event)

    def _token(self, event: TrailEvent) -> Token | None:
        """The token that a Sign names: by its `jti`, with the key and at the time that were written down."""
        jti = event.jti
        token = self._tokens.get(jti) if jti is not None else self.granted.get(event.request_id)
        if token is None or abs(event.at - token.at) > APART_SECONDS:
            return None
        if token.attempt is not None and token.attempt.key_arn not in event.key_arns:
            return None
        return token

    def close(self) -> None:
        """Say of each token what became of it."""
        for token in self._tokens.values():
            token.fate = self._fate(token)

    def _fate(self, token: Token) -> Fate:
        if token.grant is not None:
            if any(each.request_id == token.grant.kms_request_id for each in token.signs):
                return Fate.MATCHED
            return Fate.UNSIGNED_GRANT if token.at < self._settled_until else Fate.UNSETTLED
        if token.signs:
            return Fate.LOST
        if token.failures:
            return Fate.FAILED
        return Fate.UNSIGNED_ATTEMPT if token.at < self._settled_until else Fate.UNSETTLED


def _tokens(lines: Iterable[Written]) -> dict[str, Token]:
    by_jti: defaultdict[str, list[Written]] = defaultdict(list)
    for line in lines:
        if not isinstance(line.record, DenialRecord):
            by_jti[line.record.jti].append(line)
    return {jti: _token_of(jti, written) for jti, written in by_jti.items()}


def _token_of(jti: str, lines: list[Written]) -> Token:
    token = Token(jti, min(line.at for line in lines))
    for record in _records(lines):
        if isinstance(record, AttemptRecord):
            token.attempt = record
        elif isinstance(record, GrantRecord):
            token.grant = record
        else:
            token.failures.append(record)
    return token


def _records(lines: list[Written]) -> Iterator[AttemptRecord | GrantRecord | FailureRecord]:
    """Each record once: CloudWatch may have a line twice."""
    for record in dict.fromkeys(line.record for line in sorted(lines, key=lambda line: line.at)):
        if not isinstance(record, DenialRecord):
            yield record
