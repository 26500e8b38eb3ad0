"""States of alarms, by the tables of CloudWatch's guide on missing data (three periods; `-` is a missing point)."""

import pytest

from local.seam.cloudwatch.alarm_state import state

READ = {"0": False, "X": True, "-": None}
STATES = {"A": "ALARM", "O": "OK", "I": "INSUFFICIENT_DATA", "=": None}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


@pytest.mark.parametrize(
    ("points", "to_alarm", "expected"),
    [
        # In the order missing, ignore, breaching, notBreaching; `=` stands for the state as it was.
        ("0-X-X", 3, "OOOO"), ("0----", 3, "OOOO"), ("-----", 3, "I=AO"), ("0XX-X", 3, "AAAA"), ("--X--", 3, "A=AO"),
        ("0-X-X", 2, "AAAA"), ("00X0X", 2, "AAAA"), ("0-X--", 2, "OOAO"), ("----0", 2, "OOAO"), ("---X-", 2, "A=AO"),
        ("XXX00", 2, "OOOO"), ("00XXX", 3, "AAAA"), ("XXXX0", 3, "OOOO"),
    ],
)  # fmt: skip
def test_states(points: str, to_alarm: int, expected: str) -> None:
    read = [READ[point] for point in points]

    assert [state(read, 3, to_alarm, treatment) for treatment in TREATMENTS] == [STATES[each] for each in expected]


def test_one_period_without_data() -> None:
    assert state([None, None, None], 1, 1, "notBreaching") == "OK"
    assert state([None, None, None], 1, 1, "breaching") == "ALARM"
    assert state([False, True, None], 1, 1, "notBreaching") == "ALARM", "the last point that is there counts"
