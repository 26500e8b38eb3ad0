"""Which stretches of time the scheduled audit looks at: each once, in order, late enough to be settled."""

from jobpass_issuer.domain.audit import SETTLED_SECONDS, Window

# Five minutes more than CloudTrail takes, since a window has edges and clocks differ.
BEHIND_SECONDS = SETTLED_SECONDS + 300
# What is joined at once. LookupEvents answers 100 events a second at most; a run must finish one of these.
SLICE_SECONDS = 300
FIRST_SECONDS = 900
_DAY_SECONDS = 86400


def slices(until: int | None, now: int, kept_days: int) -> tuple[list[Window], int]:
    """Return what is to be audited now, oldest first, and how many seconds can be audited no more.

    `until` is the end of what has been audited, None before the first run; runs that were missed are made up for, as
    long as the records are kept, `kept_days`.
    """
    end = (now - BEHIND_SECONDS) // SLICE_SECONDS * SLICE_SECONDS
    wanted = end - FIRST_SECONDS if until is None else until
    oldest = now - kept_days * _DAY_SECONDS + BEHIND_SECONDS
    start = max(wanted, -(-oldest // SLICE_SECONDS) * SLICE_SECONDS)
    starts = range(start, end, SLICE_SECONDS)
    return [Window(each, min(each + SLICE_SECONDS, end)) for each in starts], max(0, min(start, end) - wanted)
