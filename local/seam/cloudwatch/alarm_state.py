"""The state of a metric alarm from its data points (CloudWatch User Guide, "How alarm state is evaluated when data is
missing"): pure, without metrics or clock.
"""

from collections.abc import Sequence

ALARM, OK, INSUFFICIENT_DATA = "ALARM", "OK", "INSUFFICIENT_DATA"

# CloudWatch looks further back than the periods that it evaluates; by how much, it does not say.
FURTHER_PERIODS = 2


def state(breaching: Sequence[bool | None], periods: int, to_alarm: int, treat_missing: str) -> str | None:
    """The state that data points lead to, oldest first and None where one is missing; None when the state stays.

    `periods` of them are evaluated, `to_alarm` of which must breach; `treat_missing` is what the alarm says of those
    that are missing: missing, ignore, breaching or notBreaching.
    """
    there = [point for point in breaching if point is not None][-periods:]
    breaches, absent = sum(there), periods - len(there)
    if treat_missing == "breaching":
        breaches += absent
    if breaches >= to_alarm:
        return ALARM
    if treat_missing in ("breaching", "notBreaching") or not absent:
        return OK
    if any(point is False for point in there):
        return OK
    if treat_missing == "ignore":
        return None
    # All that is there breaches, and it is less than enough; or nothing is there.
    return ALARM if there else INSUFFICIENT_DATA
