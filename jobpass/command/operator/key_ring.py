"""The ring of signing keys as the keys function tells it, and what a revocation would leave of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from jobpass.command.operator.moment import now_or, seconds_of
from jobpass.errors import UnavailableError

PREPARED, ACTIVE, RETIRED, REVOKED = "prepared", "active", "retired", "revoked"
LIVE = (PREPARED, ACTIVE, RETIRED)


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key; all times are Unix seconds, and None where there is none to tell.

    `since` is when it came into its state, `known_from` from when on every relying party knows it, `published_until`
    when a retired key leaves the set, `deleted_at` when KMS was told to delete it.
    """

    kid: str
    state: str
    algorithm: str
    key_arn: str
    usable: bool
    reason: str | None
    since: int | None
    known_from: int | None
    published_until: int | None
    deleted_at: int | None

    @property
    def short(self) -> str:
        """The beginning of its `kid`, by which a person tells it from the others."""
        return f"{self.kid[:12]}…" if len(self.kid) > 12 else self.kid

    def known_at(self, now: int) -> bool:
        """Whether KMS signs with it and everybody takes what it signs."""
        return self.usable and self.state in LIVE and self.known_from is not None and self.known_from <= now

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return the key that the keys function describes."""
        return cls(
            kid=told["kid"],
            state=told["state"],
            algorithm=told["algorithm"],
            key_arn=told["key_arn"],
            usable=told["usable"],
            reason=told["reason"],
            since=_seconds(told["since"].get(told["state"])),
            known_from=_seconds(told.get("known_everywhere_from")),
            published_until=_seconds(told.get("published_until")),
            deleted_at=_seconds(told["deleted_at"]),
        )


@dataclass(frozen=True, slots=True)
class Ring:
    """All keys, at the moment `at` of the keys function's clock; `document` is what it said.

    `due_at` is when the key that signs is to be replaced.

    `tells_who_knows` is whether it said from when on everybody knows a key, which an older one does not.
    """

    at: int
    keys: tuple[Key, ...]
    active: Key | None
    due_at: int | None
    rotation_wanted: bool
    tells_who_knows: bool
    document: Mapping[str, Any]

    @classmethod
    def of(cls, told: Any) -> Self:
        """Return the ring that an answer describes.

        Raises:
            UnavailableError: it describes none.
        """
        try:
            keys = tuple(map(Key.of, told["keys"]))
            active = next((key for key in keys if key.kid == told["active"]), None)
            known = all("known_everywhere_from" in key for key in told["keys"])
            at = _seconds(told.get("at"))  # An older one does not say.
            at = now_or(None) if at is None else at
            return cls(at, keys, active, _seconds(told.get("rotation_due_at")), told["rotation_wanted"], known, told)
        except (AttributeError, KeyError, TypeError, ValueError):
            text = "what answered describes no ring of keys: it is not the keys function, or one of another version"
            remedy = "see that `--function` names the stack's output `KeysFunctionName`, and that the stack is deployed"
            raise UnavailableError("unexpected_answer", text, remedy) from None

    def beginning(self, text: str) -> list[Key]:
        """Return the keys whose `kid` is a text, or else begins with it."""
        return [key for key in self.keys if key.kid == text] or [key for key in self.keys if key.kid.startswith(text)]

    def signs_after(self, revoked: Key) -> Key | None:
        """Return the key that signs once another is revoked; None where nobody could take what is left."""
        if self.active not in (None, revoked):
            return self.active
        left = [key for key in self.keys if key != revoked and key.known_at(self.at)]
        prepared = [key for key in left if key.state == PREPARED]
        retired = sorted((key for key in left if key.state == RETIRED), key=lambda key: -(key.since or 0))
        return next(iter([*prepared, *retired]), None)

    def next_known_from(self, besides: Key | None = None) -> int | None:
        """Return when the next key in reserve is known to everybody; None where there is none yet."""
        times = [key.known_from for key in self.keys if key != besides and key.state == PREPARED and key.usable]
        return min((time for time in times if time is not None), default=None)


def _seconds(told: str | None) -> int | None:
    return None if told is None else seconds_of(told)
