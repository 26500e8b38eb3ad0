"""A trust policy read from its JSON (IAM user guide, "Grammar of the IAM JSON policy language")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jobpass.explain.condition_operators import ConditionOperator
from jobpass.explain.quoting import plain
from jobpass.explain.required_claims import claim_text

_VERSION_WITH_VARIABLES = "2012-10-17"
VERSIONS = (_VERSION_WITH_VARIABLES, "2008-10-17")
_ELEMENTS = frozenset({"Sid", "Effect", "Principal", "Action", "NotAction", "Condition"})


class PolicyError(ValueError):
    """A document is no trust policy; the message names the element and what belongs there."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a condition block: a key, an operator, and the values in the policy."""

    operator_name: str
    operator: ConditionOperator
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; `place` is its path in the document, and `principals` maps a type to its members."""

    place: str
    effect: str
    principals: Mapping[str, tuple[str, ...]]
    actions: tuple[str, ...]
    excludes_actions: bool
    conditions: tuple[Condition, ...]
    sid: str | None = None

    @property
    def allows(self) -> bool:
        """Whether its effect is to allow."""
        return self.effect == "Allow"


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A trust policy: its statements, and whether its version knows policy variables."""

    statements: tuple[Statement, ...]
    knows_variables: bool


def read_policy(document: Any) -> PolicyDocument:
    """Read a trust policy; raises `PolicyError` for what no version of the grammar has."""
    if not isinstance(document, Mapping):
        raise PolicyError("the trust policy is no JSON object")
    version = document.get("Version", "2008-10-17")
    if version not in VERSIONS:
        raise PolicyError(f"Version: write one of {', '.join(VERSIONS)}")
    if "Statement" not in document:
        raise PolicyError("Statement: a policy has at least one")
    statements = document["Statement"]
    single = isinstance(statements, Mapping)
    listed = [statements] if single else statements
    if not isinstance(listed, list) or not listed:
        raise PolicyError("Statement: write one statement, or a list of them")
    read = (
        _statement(statement, "Statement" if single else f"Statement[{index}]")
        for index, statement in enumerate(listed)
    )
    return PolicyDocument(tuple(read), version == _VERSION_WITH_VARIABLES)


def _statement(given: Any, place: str) -> Statement:
    if not isinstance(given, Mapping):
        raise PolicyError(f"{place}: write a JSON object")
    unknown = sorted(set(given) - _ELEMENTS)
    if unknown:
        raise PolicyError(
            f"{place}.{plain(str(unknown[0]))}: a trust policy has no such element" + _instead(unknown[0])
        )
    if given.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{place}.Effect: write Allow or Deny")
    if ("Action" in given) == ("NotAction" in given):
        raise PolicyError(f"{place}.Action: write either Action or NotAction")
    excludes = "NotAction" in given
    element = "NotAction" if excludes else "Action"
    sid = given.get("Sid")
    return Statement(
        place=place,
        effect=given["Effect"],
        principals=_principals(given.get("Principal"), f"{place}.Principal"),
        actions=_texts(given[element], f"{place}.{element}"),
        excludes_actions=excludes,
        conditions=tuple(_conditions(given.get("Condition", {}), f"{place}.Condition")),
        sid=sid if isinstance(sid, str) else None,
    )


def _instead(element: str) -> str:
    if element == "NotPrincipal":
        return "; name the provider in Principal"
    return ": the resource is the role itself" if element in ("Resource", "NotResource") else ""


def _principals(given: Any, place: str) -> dict[str, tuple[str, ...]]:
    if given == "*":
        return {"*": ("*",)}
    if not isinstance(given, Mapping) or not given:
        raise PolicyError(f'{place}: write {{"Federated": "<the provider\'s ARN>"}}')
    return {str(kind): _texts(members, f"{place}.{plain(str(kind))}") for kind, members in given.items()}


def _conditions(given: Any, place: str) -> Iterable[Condition]:
    if not isinstance(given, Mapping):
        raise PolicyError(f"{place}: write a JSON object of operators")
    for name, lines in given.items():
        operator = ConditionOperator.named(str(name))
        if operator is None:
            raise PolicyError(f"{place}.{plain(str(name))}: IAM has no such operator")
        if not isinstance(lines, Mapping):
            raise PolicyError(f"{place}.{name}: write a JSON object of condition keys")
        for key, values in lines.items():
            yield Condition(str(name), operator, str(key), _texts(values, f"{place}.{name}.{plain(str(key))}"))


def _texts(given: Any, place: str) -> tuple[str, ...]:
    """One value or a list of them; numbers and booleans count as the texts they are written with."""
    members = given if isinstance(given, list) else [given]
    if not all(isinstance(member, str | bool | int | float) for member in members):
        raise PolicyError(f"{place}: write a text, or a list of texts")
    return tuple(claim_text(member) for member in members)
