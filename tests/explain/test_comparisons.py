"""Values at the edge of what an operator compares; what it cannot read, it does not match."""

import pytest

from jobpass.explain.condition_operators import ConditionOperator
from jobpass.explain.policy_value import PolicyValue
from tests.explain.account import NAME, NOW, preview


def holds(name: str, wanted: str, actual: str) -> bool:
    operator = ConditionOperator.named(name)
    assert operator is not None
    return operator.holds([PolicyValue(((wanted, True),))], (actual,))


@pytest.mark.parametrize(
    ("wanted", "actual"),
    [
        ("2026", "2026-01-01T00:00:00Z"),
        ("2026-03", "2026-03-01T00:00:00Z"),
        ("2026-03-04", "2026-03-04T00:00:00Z"),
        ("2026-03-04T05:06Z", "2026-03-04T05:06:00+00:00"),
        ("2026-03-04T05:06:07.5Z", "2026-03-04T05:06:07.500Z"),
        ("2026-03-04T05:06:07+02:00", "2026-03-04T03:06:07Z"),
        ("1772593567", "2026-03-04T03:06:07Z"),
    ],
)
def test_the_forms_of_a_date(wanted: str, actual: str) -> None:
    assert holds("DateEquals", wanted, actual)
    assert holds("DateLessThanEquals", wanted, actual)
    assert not holds("DateLessThan", wanted, actual)


@pytest.mark.parametrize(
    ("name", "wanted", "actual"),
    [
        ("DateEquals", "tomorrow", "tomorrow"),
        ("DateLessThan", "2026-13-01", "2026-01-01"),
        ("NumericEquals", "NaN", "NaN"),
        ("NumericLessThan", "Infinity", "1"),
        ("NumericEquals", "", ""),
        ("IpAddress", "10.0.0.0/40", "10.0.0.1"),
        ("IpAddress", "10.0.0.0/8", "somewhere"),
        ("BinaryEquals", "?", "?"),
        ("Bool", "yes", "yes"),
        ("ArnLike", "*", "arn:aws:iam::111122223333:role/a"),
        ("ArnLike", "arn:*:*:*:*:*", "urn:aws:iam::111122223333:role/a"),
        ("ArnEquals", "subject", "subject"),
        ("Null", "maybe", "x"),
    ],
)
def test_what_cannot_be_read_does_not_match(name: str, wanted: str, actual: str) -> None:
    assert not holds(name, wanted, actual)


@pytest.mark.parametrize(
    "name", ["StringMatches", "IfExists", "", "ForAnyValue:", "forAnyValue:StringEquals", "Null:x"]
)
def test_names_that_are_no_operator(name: str) -> None:
    assert ConditionOperator.named(name) is None


def test_bool_ignores_case() -> None:
    assert holds("Bool", "True", "true")


def test_the_keys_that_a_policy_is_handed_are_told() -> None:
    verdict = preview({"amr": ["mfa", "pwd"], "email": None, "repository": "acme/web"})

    assert verdict.to_document()["condition_keys"] == {
        f"{NAME}:amr": ["mfa", "pwd"],
        f"{NAME}:aud": ["client-a"],
        f"{NAME}:oaud": ["client-a"],
        f"{NAME}:sub": ["subject-probe"],
        "aws:CurrentTime": ["2027-01-15T08:00:00Z"],
        "aws:EpochTime": [str(NOW)],
        "aws:PrincipalAccount": ["111122223333"],
        "aws:PrincipalType": ["User"],
        "aws:SecureTransport": ["true"],
        "aws:userid": [f"arn:aws:iam::111122223333:oidc-provider/{NAME}"],
        "sts:RoleAuthorizedByIdp": ["false"],
    }
