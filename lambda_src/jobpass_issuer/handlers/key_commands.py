"""What an operator may ask of the keys function, and the schedule: each a `command` with its members."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from jobpass_issuer.domain.key_ring import KeyRing, KeyState
from jobpass_issuer.domain.rotation import due_at, known_everywhere_from, published_until
from jobpass_issuer.handlers.key_rotation import KeyRotation

MAX_REASON_LENGTH = 200


class CommandError(ValueError):
    """The command is not one, or cannot be carried out on this ring; the text says what to do."""


def carry_out(event: Mapping[str, Any], rotation: KeyRotation) -> Mapping[str, Any]:
    """Carry out a command and return the ring at rest.

    Raises:
        CommandError: see there; nothing was changed.
        DependencyError: an AWS call failed; what was done is kept, and the next run goes on.
    """
    name = event.get("command") if isinstance(event, dict) else None
    work = _COMMANDS.get(name) if isinstance(name, str) else None
    if work is None:
        raise CommandError(f"`command` must be one of: {', '.join(_COMMANDS)}")
    return work(event, rotation)


def description(ring: KeyRing) -> Mapping[str, Any]:
    """Return the ring as the log has it."""
    return {
        "version": ring.version,
        "active": ring.active.kid if ring.active else None,
        "served": list(ring.served),
        "rotation_wanted": ring.rotation_wanted,
        "keys": [
            {
                "kid": key.kid,
                "state": key.state.value,
                "algorithm": key.algorithm,
                "key_arn": key.key_arn,
                "usable": key.usable,
                "reason": key.reason,
                "since": {state: _timestamp(at) for state, at in sorted(key.changed_at.items())},
                "served_at": _timestamp(key.served_at),
                "deleted_at": _timestamp(key.deleted_at),
            }
            for key in ring.keys
        ],
    }


def _answer(ring: KeyRing, rotation: KeyRotation) -> Mapping[str, Any]:
    """The ring as an operator reads it, and what the policy makes of it at this moment: who may sign, and how long."""
    described = description(ring)
    keys = [
        {
            **told,
            "known_everywhere_from": _timestamp(known_everywhere_from(key, ring, rotation.policy)),
            "published_until": _timestamp(published_until(key, rotation.policy)),
        }
        for key, told in zip(ring.keys, described["keys"], strict=True)
    ]
    times = {"at": _timestamp(rotation.now()), "rotation_due_at": _timestamp(due_at(ring, rotation.policy))}
    return {**described, **times, "keys": keys}


def _list(_event: Mapping[str, Any], rotation: KeyRotation) -> Mapping[str, Any]:
    return _answer(rotation.look(), rotation)


def _settle(_event: Mapping[str, Any], rotation: KeyRotation) -> Mapping[str, Any]:
    return _answer(rotation.settle(), rotation)


def _rotate(_event: Mapping[str, Any], rotation: KeyRotation) -> Mapping[str, Any]:
    """Wish for a rotation; it happens as soon as the key in reserve is old enough, at once where it is."""
    return _answer(rotation.settle(lambda ring, _: replace(ring, rotation_wanted=True)), rotation)


def _revoke(event: Mapping[str, Any], rotation: KeyRotation) -> Mapping[str, Any]:
    kid, reason = _text(event, "kid"), _text(event, "reason")
    if len(reason) > MAX_REASON_LENGTH:
        raise CommandError(f"`reason` must have {MAX_REASON_LENGTH} characters at most")

    def change(ring: KeyRing, now: int) -> KeyRing:
        _known(ring, kid)
        if ring.key(kid).state is KeyState.REVOKED:
            return ring
        return ring.revoked(kid, now, reason)

    return _answer(rotation.settle(change), rotation)


def _roll_back(_event: Mapping[str, Any], rotation: KeyRotation) -> Mapping[str, Any]:
    """Let the key that signed before sign again; every relying party still has it."""

    def change(ring: KeyRing, now: int) -> KeyRing:
        retired = [key for key in ring.keys if key.state is KeyState.RETIRED and key.usable and key.kid in ring.served]
        if not retired or ring.active is None:
            raise CommandError("there is no retired key to go back to: it is gone, or KMS would not sign with it")
        latest = max(retired, key=lambda key: key.since(KeyState.RETIRED))
        if latest.algorithm != rotation.policy.algorithm:
            raise CommandError(
                f"the key before signs {latest.algorithm}, and the deployment wants {rotation.policy.algorithm}: "
                "set `signing.algorithm` back in jobpass.yaml and deploy, then roll back"
            )
        return ring.activated(latest.kid, now, ring.active.token_lifetime_seconds)

    return _answer(rotation.settle(change), rotation)


def _known(ring: KeyRing, kid: str) -> None:
    if all(key.kid != kid for key in ring.keys):
        raise CommandError(f"the ring has no key `{kid}`; it has: {', '.join(key.kid for key in ring.keys)}")


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value.strip():
        raise CommandError(f"`{name}` is missing: give it as text")
    return value


def _timestamp(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


_Command = Callable[[Mapping[str, Any], KeyRotation], Mapping[str, Any]]
_COMMANDS: dict[str, _Command] = {
    "list": _list,
    "settle": _settle,
    "rotate": _rotate,
    "revoke": _revoke,
    "roll-back": _roll_back,
}
