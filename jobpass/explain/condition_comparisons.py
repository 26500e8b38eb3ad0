"""What one value in a policy and one value of a request have to do with each other, per kind of comparison.

Source: IAM user guide, "IAM JSON policy elements: Condition operators".
"""

import base64
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from jobpass.explain.policy_value import PolicyValue

Comparison = Callable[[PolicyValue, str], bool]
_Order = Callable[[Decimal, Decimal], bool]
# Python would read `1_000`, blanks and the digits of every script too.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")


def number(text: str) -> Decimal | None:
    """Return a number, whole or with a fraction, or None where the text is none."""
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


def date(text: str) -> Decimal | None:
    """Return a date as Unix seconds, or None where the text is none: ISO 8601 as the W3C profiles it, or seconds."""
    seconds = number(text)
    if seconds is not None and len(text.strip()) > 4:  # Four digits are a year.
        return seconds
    try:
        moment = datetime.fromisoformat(_complete(text.strip()))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Decimal(int(moment.timestamp() * 1_000_000)) / 1_000_000


def _complete(text: str) -> str:
    """A date of a year, or of a year and a month, with the rest that Python asks for."""
    return text + "-01-01"[len(text) - 4 :] if len(text) in (4, 7) else text


def _equals(wanted: PolicyValue, actual: str) -> bool:
    return wanted.text == actual


def _equals_ignoring_case(wanted: PolicyValue, actual: str) -> bool:
    return wanted.text.lower() == actual.lower()


def _bool(wanted: PolicyValue, actual: str) -> bool:
    return wanted.text.lower() == actual.lower() and actual.lower() in ("true", "false")


def _binary(wanted: PolicyValue, actual: str) -> bool:
    try:
        return base64.b64decode(wanted.text, validate=True) == base64.b64decode(actual, validate=True)
    except ValueError:
        return False


def _ip_address(wanted: PolicyValue, actual: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted.text, strict=False)
    except ValueError:
        return False


def _ordered(read: Callable[[str], Decimal | None], order: _Order) -> Comparison:
    """A comparison of numbers or dates, the request's on the left; what is none compares with nothing."""

    def holds(wanted: PolicyValue, actual: str) -> bool:
        right, left = read(wanted.text), read(actual)
        return left is not None and right is not None and order(left, right)

    return holds


_ORDERS: Mapping[str, _Order] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

# The operators that ask for a match.
COMPARISONS: Mapping[str, Comparison] = MappingProxyType(
    {
        "StringEquals": _equals,
        "StringEqualsIgnoreCase": _equals_ignoring_case,
        "StringLike": PolicyValue.like,
        "ArnEquals": PolicyValue.arn_like,
        "ArnLike": PolicyValue.arn_like,
        "Bool": _bool,
        "BinaryEquals": _binary,
        "IpAddress": _ip_address,
        **{f"Numeric{name}": _ordered(number, order) for name, order in _ORDERS.items()},
        **{f"Date{name}": _ordered(date, order) for name, order in _ORDERS.items()},
    }
)

# The operators that ask for no match, each with the one whose contrary it is.
NEGATED: Mapping[str, str] = MappingProxyType(
    {
        "StringNotEquals": "StringEquals",
        "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
        "StringNotLike": "StringLike",
        "ArnNotEquals": "ArnEquals",
        "ArnNotLike": "ArnLike",
        "NotIpAddress": "IpAddress",
        "NumericNotEquals": "NumericEquals",
        "DateNotEquals": "DateEquals",
    }
)
