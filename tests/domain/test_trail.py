"""Which trails bring every signature, and what is said of those that do not."""

from typing import Any

import pytest

from jobpass_issuer.domain.trail import shortcoming

TRAIL = {"HomeRegion": "eu-west-1", "IsMultiRegionTrail": False}
LOGGING = {"IsLogging": True}
# What a trail begins with (CloudTrail API, "GetEventSelectors").
USUAL = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    management = {"Field": "eventCategory", "Equals": ["Management"]}
    return {"AdvancedEventSelectors": [{"FieldSelectors": [management, *fields]}]}


@pytest.mark.parametrize(
    ("trail", "selectors"),
    [
        (TRAIL, USUAL),
        ({"HomeRegion": "us-east-1", "IsMultiRegionTrail": True}, USUAL),
        (TRAIL, advanced()),
        (TRAIL, advanced({"Field": "eventSource", "NotEquals": ["rdsdata.amazonaws.com"]})),
        (TRAIL, advanced({"Field": "eventSource", "Equals": ["kms.amazonaws.com"]})),
        (TRAIL, advanced({"Field": "eventSource", "StartsWith": ["kms."]})),
    ],
)
def test_a_trail_that_takes_every_call_of_kms_will_do(trail: dict[str, Any], selectors: dict[str, Any]) -> None:
    assert shortcoming(trail, LOGGING, selectors, "eu-west-1") is None


def test_one_selector_that_takes_them_is_enough() -> None:
    selectors = {"EventSelectors": [{"IncludeManagementEvents": False}, *USUAL["EventSelectors"]]}
    assert shortcoming(TRAIL, LOGGING, selectors, "eu-west-1") is None


def test_a_trail_that_does_not_log_is_named_so() -> None:
    said = shortcoming(TRAIL, {"IsLogging": False}, USUAL, "eu-west-1")
    assert said is not None
    assert "start-logging" in said


def test_a_trail_of_another_region_is_named_so() -> None:
    said = shortcoming(TRAIL, LOGGING, USUAL, "us-east-1")
    assert said is not None
    assert "eu-west-1 alone" in said
    assert "us-east-1" in said


@pytest.mark.parametrize(
    "selectors",
    [
        {},
        {"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]},
        {"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]},
        {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": False}]},
        {"EventSelectors": [{"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": []}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]},
        advanced({"Field": "readOnly", "Equals": ["false"]}),
        advanced({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}),
        advanced({"Field": "eventSource", "NotStartsWith": ["kms"]}),
        advanced({"Field": "eventSource", "Equals": ["sts.amazonaws.com"]}),
        advanced({"Field": "eventName", "Equals": ["Sign"]}),
    ],
)
def test_a_trail_that_leaves_some_of_them_out_is_told_how_to_take_them(selectors: dict[str, Any]) -> None:
    said = shortcoming(TRAIL, LOGGING, selectors, "eu-west-1")
    assert said is not None
    assert "put-event-selectors" in said
