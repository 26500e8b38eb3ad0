"""LookupEvents by its rules: one attribute, a range of time, pages of fifty, newest first."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers
from tests.local.seam.trail import events, request_id

MANY = 120


@pytest.fixture
def account() -> str:
    """An account of its own, whose history has nothing yet."""
    return f"{200000000000 + next(numbers)}"


@pytest.fixture
def settings(emulator: Emulator) -> Iterator[Emulator]:
    """The emulator, whose lookups and clock are set back afterwards."""
    yield emulator
    for name, document in (
        ("sts/clock", {"offset_seconds": 0}),
        ("cloudtrail/delay", {"seconds": 0}),
        ("cloudtrail/lookup-rate", {"calls_per_second": 0}),
    ):
        emulator.control(name, document)


def ask(emulator: Emulator, account: str, times: int = 1) -> list[str]:
    """Make events; the IDs of their requests, oldest first."""
    sts = emulator.client("sts", account)
    return [request_id(sts.get_caller_identity()) for _ in range(times)]


def refused(emulator: Emulator, account: str, **lookup: Any) -> str:
    with pytest.raises(ClientError) as error:
        emulator.client("cloudtrail", account).lookup_events(**lookup)
    return str(error.value.response["Error"]["Code"])


BY_NAME = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "GetCallerIdentity"}]}


def test_pages_lead_through_all_of_it_once_while_new_events_come(emulator: Emulator, account: str) -> None:
    asked = ask(emulator, account, MANY)
    cloudtrail, pages = emulator.client("cloudtrail", account), []

    page = cloudtrail.lookup_events(**BY_NAME)
    while True:
        pages.append([event["CloudTrailEvent"] for event in page["Events"]])
        if "NextToken" not in page:
            break
        ask(emulator, account)
        page = cloudtrail.lookup_events(**BY_NAME, NextToken=page["NextToken"])

    assert [len(each) for each in pages] == [50, 50, 20]
    found = [text for each in pages for text in each]
    assert all(request in text for request, text in zip(reversed(asked), found, strict=True)), "newest first"


def test_nothing_is_forgotten_beyond_fifty_events(emulator: Emulator, account: str) -> None:
    (first,) = ask(emulator, account)
    ask(emulator, account, MANY)

    assert events(emulator, account, attribute=("EventName", "GetCallerIdentity"))[-1]["requestID"] == first


def test_a_token_is_good_for_its_own_lookup_alone(emulator: Emulator, account: str) -> None:
    ask(emulator, account, 3)
    token = emulator.client("cloudtrail", account).lookup_events(**BY_NAME, MaxResults=1)["NextToken"]

    other = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]}
    assert refused(emulator, account, **other, NextToken=token) == "InvalidNextTokenException"
    assert refused(emulator, account, NextToken=token) == "InvalidNextTokenException"
    assert refused(emulator, account, **BY_NAME, StartTime=1, NextToken=token) == "InvalidNextTokenException"
    assert refused(emulator, account, **BY_NAME, NextToken="x") == "InvalidNextTokenException"
    assert emulator.client("cloudtrail", account).lookup_events(**BY_NAME, MaxResults=2, NextToken=token)["Events"]


@pytest.mark.parametrize(
    ("lookup", "code"),
    [
        ({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "Sign"}] * 2},
         "InvalidLookupAttributesException"),
        ({"LookupAttributes": [{"AttributeKey": "Weather", "AttributeValue": "fine"}]},
         "InvalidLookupAttributesException"),
        ({"StartTime": 2, "EndTime": 1}, "InvalidTimeRangeException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"EventCategory": "data"}, "InvalidEventCategoryException"),
    ],
    ids=["two attributes", "unknown attribute", "range", "too many", "none", "category"],
)  # fmt: skip
def test_what_a_lookup_may_not_ask(emulator: Emulator, account: str, lookup: dict[str, Any], code: str) -> None:
    assert refused(emulator, account, **lookup) == code


def test_both_ends_of_the_range_belong_to_it(settings: Emulator, account: str) -> None:
    by_time = {}
    start = int(time.time())
    for offset in (0, 3600, 7200):
        settings.control("sts/clock", {"offset_seconds": offset})
        by_time[offset] = ask(settings, account)[0]

    def between(**lookup: int) -> set[str]:
        return {event["requestID"] for event in events(settings, account, **lookup)} & set(by_time.values())

    assert between() == set(by_time.values())
    assert between(StartTime=start + 3000) == {by_time[3600], by_time[7200]}
    assert between(EndTime=start + 5000) == {by_time[0], by_time[3600]}
    assert between(StartTime=start + 3000, EndTime=start + 5000) == {by_time[3600]}
    exact = events(settings, account, StartTime=start + 3000, EndTime=start + 5000)[-1]
    second = int(time.mktime(time.strptime(exact["eventTime"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone)
    assert between(StartTime=second, EndTime=second) == {by_time[3600]}


def test_history_ends_after_ninety_days(settings: Emulator, account: str) -> None:
    (old,) = ask(settings, account)

    def is_there() -> bool:
        return old in {event["requestID"] for event in events(settings, account)}

    settings.control("sts/clock", {"offset_seconds": 90 * 86400 - 60})
    assert is_there()
    settings.control("sts/clock", {"offset_seconds": 90 * 86400 + 60})
    assert not is_there()


def test_events_may_be_made_to_come_late(settings: Emulator, account: str) -> None:
    settings.control("cloudtrail/delay", {"seconds": 900})
    (asked,) = ask(settings, account)
    assert not events(settings, account)

    settings.control("sts/clock", {"offset_seconds": 901})
    assert asked in {event["requestID"] for event in events(settings, account)}


def test_calls_beyond_the_rate_are_throttled_if_the_test_wants_it(settings: Emulator, account: str) -> None:
    settings.control("cloudtrail/lookup-rate", {"calls_per_second": 2})

    cloudtrail = settings.client("cloudtrail", account)

    answered: list[object] = []

    def until_it_is_too_much() -> None:
        while len(answered) < 1000:
            answered.append(cloudtrail.lookup_events())

    with pytest.raises(ClientError) as error:
        until_it_is_too_much()

    assert len(answered) >= 2
    assert error.value.response["Error"]["Code"] == "ThrottlingException"
    settings.control("cloudtrail/lookup-rate", {"calls_per_second": 0})
    assert all("Events" in cloudtrail.lookup_events() for _ in range(5))


@pytest.mark.parametrize("key", ["EventId", "Username", "AccessKeyId", "ReadOnly", "EventSource"])
def test_each_attribute_finds(emulator: Emulator, account: str, key: str) -> None:
    ask(emulator, account)
    cloudtrail = emulator.client("cloudtrail", account)
    (event,) = cloudtrail.lookup_events(**BY_NAME)["Events"]
    assert (event["Username"], event["ReadOnly"]) == ("root", "true")

    attribute = [{"AttributeKey": key, "AttributeValue": event[key]}]
    nobody = [{"AttributeKey": key, "AttributeValue": "nobody"}]

    found = cloudtrail.lookup_events(LookupAttributes=attribute)["Events"]
    assert event["EventId"] in {each["EventId"] for each in found}
    assert not cloudtrail.lookup_events(LookupAttributes=nobody)["Events"]


def test_accounts_see_nothing_of_one_another(emulator: Emulator, account: str) -> None:
    (asked,) = ask(emulator, account)

    assert asked not in {event["requestID"] for event in events(emulator, StartTime=int(time.time()) - 60)}
