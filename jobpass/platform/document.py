"""What the API answers, member by member in its type: an answer of another shape is nobody's job."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobpass.errors import UnavailableError


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A JSON object. Whatever reads a member raises UnavailableError where that is missing or of another type.

    It may hold a secret: `repr` shows nothing of it, and no error what a member holds.
    """

    members: Mapping[str, Any]

    @classmethod
    def read(cls, body: bytes) -> "Document | None":
        """Return the object in a body, None where there is none."""
        try:
            members = json.loads(body)
        except (ValueError, RecursionError):
            return None
        return cls(members) if isinstance(members, dict) else None

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        value = self.members.get(name)
        if isinstance(value, str) and value:
            return value
        raise unexpected(name)

    def text_or_none(self, name: str) -> str | None:
        """Return a text, or None where it is absent or null."""
        return None if self.members.get(name) is None else self.text(name)

    def truth(self, name: str) -> bool:
        """Return true or false."""
        value = self.members.get(name)
        if isinstance(value, bool):
            return value
        raise unexpected(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.members.get(name)
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise unexpected(name)

    def mapping(self, name: str) -> dict[str, str]:
        """Return an object whose values are texts."""
        value = self.members.get(name)
        if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
            return value
        raise unexpected(name)

    def documents(self, name: str) -> "dict[str, Document]":
        """Return an object whose values are objects."""
        value = self.members.get(name)
        if isinstance(value, dict) and all(isinstance(each, dict) for each in value.values()):
            return {key: Document(each) for key, each in value.items()}
        raise unexpected(name)

    def time(self, name: str) -> datetime:
        """Return a time that is written as RFC 3339, aware and in UTC."""
        try:
            found = datetime.fromisoformat(self.text(name))
            if found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):  # no time, or one that UTC has not
            raise unexpected(name) from None
        raise unexpected(name)

    def time_or_none(self, name: str) -> datetime | None:
        """Return a time, or None where it is absent or null."""
        return None if self.members.get(name) is None else self.time(name)


def unexpected(member: str) -> UnavailableError:
    """Return the error for an answer that has not what it should have."""
    text = f"the API's answer has no `{member}` as this version of Jobpass knows it"
    remedy = "see that the URL is the output `ApiUrl`, and install the client of the version that is deployed"
    return UnavailableError("unexpected_answer", text, remedy)
