"""What became of an identity: the sessions that roles gave for its tokens, and the calls that were made with these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from jobpass.audit.events import Events, parsed
from jobpass_issuer.domain.audit import APART_SECONDS, Token, Window
from jobpass_issuer.domain.trail_event import TrailEvent

# STS takes a token for five minutes after its `exp`; the longest session has twelve hours.
STS_GRACE_SECONDS = 300
LONGEST_SESSION_SECONDS = 12 * 3600


@dataclass(slots=True)
class Session:
    """A session that STS gave, or refused, for a token; `surely` is whether the event names that very token.

    A source identity that is the token's `jti` does; a subject is that of every token of its jobs.
    """

    event: TrailEvent
    role_arn: str
    subject: str
    source_identity: str | None
    access_key_id: str | None
    issuer: str
    surely: bool = False
    calls: list[TrailEvent] = field(default_factory=list)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the session that an event tells of.

        Raises:
            UnavailableError: it is no event.
        """
        asked, answered = _mapping(document, "requestParameters"), _mapping(document, "responseElements")
        identity = _mapping(document, "userIdentity")
        key = _mapping(answered, "credentials").get("accessKeyId")
        # The one is the provider's ARN; of the other AWS says that it is the token's `iss`.
        provider = str(identity.get("identityProvider") or answered.get("provider") or "")
        name = provider.partition(":oidc-provider/")[2] or provider.removeprefix("https://")
        return cls(
            event=parsed(document),
            role_arn=str(asked.get("roleArn", "")),
            subject=str(answered.get("subjectFromWebIdentityToken") or identity.get("userName") or ""),
            source_identity=asked.get("sourceIdentity") or answered.get("sourceIdentity"),
            access_key_id=key if isinstance(key, str) else None,
            issuer=f"https://{name}",
        )

    def may_be_of(self, token: Token) -> bool:
        """Whether it can have been given for a token: by its issuer, its subject, its source identity and its time."""
        attempt = token.attempt
        if attempt is None:
            return False
        last = attempt.at + attempt.lifetime_seconds + STS_GRACE_SECONDS
        return (
            self.issuer.rstrip("/") == attempt.issuer.rstrip("/")
            and self.subject == attempt.subject
            and self.source_identity == attempt.source_identity
            and attempt.at - APART_SECONDS <= self.event.at <= last + APART_SECONDS
        )


def sessions_window(tokens: Sequence[Token], now: int) -> Window | None:
    """Return when sessions can have been given for tokens; None where there are none that AWS takes."""
    attempts = [token.attempt for token in tokens if token.attempt is not None]
    if not attempts:
        return None
    last = max(each.at + each.lifetime_seconds for each in attempts) + STS_GRACE_SECONDS + APART_SECONDS
    return Window(min(each.at for each in attempts) - APART_SECONDS, max(min(last, now), 0) + 1)


def follow(tokens: Sequence[Token], events: Events, now: int) -> dict[str, list[Session]]:
    """Return the sessions of tokens by `jti`, each with the calls that were made with it, oldest first.

    Raises:
        JobpassError: CloudTrail cannot be asked.
    """
    window = sessions_window(tokens, now)
    if window is None or window.start >= window.end:
        return {}
    told = {each.event.event_id: each for each in map(Session.of, events.of_web_identities(window))}
    found: dict[str, list[Session]] = {}
    for session in sorted(told.values(), key=lambda each: each.event.at):
        for token in tokens:
            if session.may_be_of(token):
                session.surely = session.surely or session.source_identity == token.jti
                found.setdefault(token.jti, []).append(session)
    _add_calls([session for sessions in found.values() for session in sessions], events, now)
    return found


def _add_calls(sessions: Sequence[Session], events: Events, now: int) -> None:
    by_key = {session.access_key_id: session for session in sessions if session.access_key_id}
    if not by_key:
        return
    first = min(session.event.at for session in by_key.values())
    last = max(session.event.at for session in by_key.values()) + LONGEST_SESSION_SECONDS
    window = Window(first, min(last, now) + 1)
    seen: set[str] = set()
    for document in events.of_access_keys(by_key, window):
        event = parsed(document)
        session = by_key.get(event.caller.access_key_id or "")
        if session is not None and event.event_id not in seen:
            seen.add(event.event_id)
            session.calls.append(event)
    for session in by_key.values():
        session.calls.sort(key=lambda each: each.at)


def _mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}
