"""Logs Insights on JSON lines."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam.test_alarms import log

LINES = [
    {"event": "issued", "jti": "a-1", "n": 1, "kms": {"request": "r1"}, "ok": True},
    {"event": "denied", "jti": "a-2", "n": 2},
    {"event": "issued", "jti": "b-3", "n": 30},
]


@pytest.fixture(scope="module")
def group(emulator: Emulator) -> str:
    """A group with the lines, and one that is no JSON."""
    return log(emulator, *(json.dumps(line) for line in LINES), "START RequestId: 1")


def ask(emulator: Emulator, group: str, query: str) -> list[dict[str, str]]:
    logs, now = emulator.client("logs"), int(time.time())
    asked = logs.start_query(logGroupName=group, startTime=now - 600, endTime=now + 600, queryString=query)
    answer: dict[str, Any] = logs.get_query_results(queryId=asked["queryId"])
    assert answer["status"] == "Complete"
    return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('event = "issued"', ["a-1", "b-3"]),
        ("event = 'issued' and n > 1", ["b-3"]),
        ('event = "denied" or (n >= 30 and jti like /^b/)', ["a-2", "b-3"]),
        ('jti in ["a-1", "a-2"] and not (n = 2)', ["a-1"]),
        ('jti not in ["a-1"] and ispresent(jti)', ["a-2", "b-3"]),
        ('kms.request = "r1"', ["a-1"]),
        ("ispresent(kms.request) and ok = 1", ["a-1"]),
        ('jti like "a-"', ["a-1", "a-2"]),
        ('ispresent(jti) and jti not like /A-/i', ["b-3"]),
        ('event != "issued" and ispresent(event)', ["a-2"]),
    ],
)  # fmt: skip
def test_filters(emulator: Emulator, group: str, condition: str, expected: list[str]) -> None:
    found = ask(emulator, group, f"fields @timestamp, jti, event | filter {condition} | sort @timestamp asc | limit 10")

    assert sorted(row["jti"] for row in found) == expected
    assert all(set(row) == {"@timestamp", "jti", "event", "@ptr"} for row in found)


def test_filters_that_follow_one_another_all_count(emulator: Emulator, group: str) -> None:
    found = ask(emulator, group, 'fields jti, kms.request | filter event = "issued" | filter n < 5')

    assert [(row["jti"], row["kms.request"]) for row in found] == [("a-1", "r1")]


@pytest.mark.parametrize(
    "query",
    ["stats count(*) by event", "fields jti | filter n >", "filter jti", "parse @message '*' as x", "filter (n = 1",
     "fields jti | sort n desc", "filter n = m"],
)  # fmt: skip
def test_what_is_not_evaluated_is_refused(emulator: Emulator, group: str, query: str) -> None:
    with pytest.raises(ClientError) as refused:
        ask(emulator, group, query)

    assert refused.value.response["Error"]["Code"] == "MalformedQueryException"
