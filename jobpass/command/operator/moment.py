"""Moments as people write and read them: in UTC, with how long ago that was."""

from datetime import UTC, datetime

from jobpass.command.errors import UsageError

LAST_SECOND = 253_402_300_799  # The end of the year 9999, beyond which there is no date to show.
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def now_or(text: str | None) -> int:
    """Return the moment that `--at` names, in Unix seconds; now, where it names none.

    Raises:
        UsageError: it is no moment.
    """
    if text is None:
        return int(datetime.now(UTC).timestamp())
    try:
        moment = int(text) if text.isdecimal() else seconds_of(text)
    except (ValueError, OverflowError):
        moment = -1
    if not 0 <= moment <= LAST_SECOND:
        raise UsageError("`--at` is no moment", "write it as 2027-01-15T08:00:00Z, or in Unix seconds")
    return moment


def seconds_of(text: str) -> int:
    """Return an ISO 8601 instant in Unix seconds; UTC where it says nothing else.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(text)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def written(seconds: int) -> str:
    """Return a moment for programs: `2027-01-15T08:00:00Z`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def said(seconds: int, now: int) -> str:
    """Return a moment for people: `2027-01-15 08:00:00 UTC (3 days ago)`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC ({distance(seconds, now)})"


def said_briefly(seconds: int, now: int) -> str:
    """Return the same without seconds, for tables."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC ({distance(seconds, now)})"


def distance(seconds: int, now: int) -> str:
    """Return how far a moment is from now, in the largest unit of which there are two at least: `90 minutes ago`."""
    apart = abs(seconds - now)
    name, size = next(((name, size) for name, size in _UNITS if apart >= 2 * size), _UNITS[-1])
    count = apart // size
    if not count:
        return "now"
    told = f"{count} {name}{'' if count == 1 else 's'}"
    return f"in {told}" if seconds > now else f"{told} ago"
