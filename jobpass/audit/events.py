"""CloudTrail's events, wherever they are read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from jobpass.errors import UnavailableError
from jobpass_issuer.domain.audit import Window
from jobpass_issuer.domain.trail_event import TrailEvent


class Events(Protocol):
    """Where CloudTrail's events are read."""

    def of_keys(self, key_arns: Iterable[str], window: Window) -> Iterator[Mapping[str, Any]]:
        """Return the events that name one of the keys."""

    def of_web_identities(self, window: Window) -> Iterator[Mapping[str, Any]]:
        """Return the sessions that were given for tokens."""

    def of_access_keys(self, access_key_ids: Iterable[str], window: Window) -> Iterator[Mapping[str, Any]]:
        """Return the calls that were made with access keys."""


def parsed(document: Mapping[str, Any]) -> TrailEvent:
    """Return the event that a document describes.

    Raises:
        UnavailableError: it describes none; to pass it over could be to pass over a signature.
    """
    try:
        return TrailEvent.of(document)
    except ValueError as error:
        remedy = "see the event in CloudTrail: somebody else than CloudTrail may have written it"
        raise UnavailableError("trail_malformed", f"what CloudTrail has {error}", remedy) from None
