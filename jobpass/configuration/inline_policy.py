"""The form of a policy that is written into a role (IAM user guide, "Grammar of the IAM JSON policy language")."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.suggestion import suggestion

_DOCUMENT = ("Version", "Id", "Statement")
_STATEMENT = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_VERSIONS = ("2012-10-17", "2008-10-17")
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?-]+")
_RESOURCE = re.compile(r"\*|arn:.+", re.DOTALL)
# `Ref` and `Fn::Sub` would reach CloudFormation as functions of its own.
_KEY = re.compile(r"(?!Fn::)[^\s:/]+[:/].+", re.DOTALL)
# CDK takes such text for a value of its own that it fills in later.
_CDK_VALUE = "${Token["
_OPERATOR = re.compile(
    r"((ForAllValues|ForAnyValue):)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals"
    r"|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null"
)


def document_findings(path: Path, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Return what IAM would refuse of a policy's form; what its actions and resources are called is not known here."""
    yield from _unknown(path, document, _DOCUMENT)
    yield from _texts(path, document)
    version = document.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        yield (
            (*path, "Version"),
            f'must be one of IAM\'s versions: write `"{_VERSIONS[0]}"`, in quotes, or leave it out',
        )
    if not isinstance(document.get("Id", ""), str):
        yield (*path, "Id"), "must be text: write it in quotes, or leave it out"
    statements = document.get("Statement")
    if not isinstance(statements, list) or not statements:
        text = "must have a list under `Statement`, each entry with `Effect`, `Action` and `Resource`"
        yield (*path, "Statement") if "Statement" in document else path, text
        return
    sids: set[str] = set()
    for index, statement in enumerate(statements):
        place = (*path, "Statement", index)
        if not isinstance(statement, dict):
            yield place, "must be a mapping with `Effect`, `Action` and `Resource`"
            continue
        yield from _statement(place, statement)
        sid = statement.get("Sid")
        if isinstance(sid, str) and sid and sid in sids:
            yield (*place, "Sid"), f"`{sid}` is the Sid of an earlier statement: each is its own, or is left out"
        sids |= {sid} if isinstance(sid, str) else set()


def _texts(path: Path, given: Any) -> Iterator[Finding]:
    """Find text that does not reach IAM as it is, wherever it stands (IAM API, "PutRolePolicy")."""
    if isinstance(given, dict | list):
        for name, inner in given.items() if isinstance(given, dict) else enumerate(given):
            yield from _texts((*path, name), name) if isinstance(name, str) else ()
            yield from _texts((*path, name), inner)
    elif isinstance(given, str):
        if _CDK_VALUE in given:
            yield path, f"holds `{_CDK_VALUE}`, which CDK takes for a value of its own: leave it out"
        if any(not (" " <= sign <= "~" or "\xa0" <= sign <= "\xff" or sign in "\t\n\r") for sign in given):
            yield path, "holds a character that IAM takes in no policy: write others in its place"


def _statement(path: Path, statement: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _unknown(path, statement, _STATEMENT)
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield (*path, "Effect") if "Effect" in statement else path, "must say `Effect: Allow` or `Effect: Deny`"
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        yield (*path, "Sid"), "must be letters and digits alone"
    yield from _either(path, statement, "Action", _ACTION, "`s3:GetObject`")
    yield from _either(path, statement, "Resource", _RESOURCE, "`*` or an ARN such as `arn:aws:s3:::bucket/*`")
    if "Condition" in statement:
        yield from _condition((*path, "Condition"), statement["Condition"])


def _unknown(path: Path, given: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Finding]:
    for name in given:
        if name in ("Principal", "NotPrincipal"):
            yield (*path, name), "has no place in a role's own policy, whose principal is the role: leave it out"
        elif name not in known:
            yield (*path, name), f"is no element of a policy here: {suggestion(name, known)}"


def _either(
    path: Path, statement: Mapping[str, Any], name: str, form: re.Pattern[str], example: str
) -> Iterator[Finding]:
    """One of an element and its negation, text or a list of texts."""
    there = [each for each in (name, f"Not{name}") if each in statement]
    if len(there) != 1:
        yield path, f"must have either `{name}` or `Not{name}`" + (", not both" if there else f", such as {example}")
        return
    value = statement[there[0]]
    for place, each in _entries((*path, there[0]), value):
        if not isinstance(each, str) or not form.fullmatch(each):
            shown = f"`{each}` is" if isinstance(each, str) else "holds"
            yield place, f"{shown} nothing that IAM takes there: write {example}, or a list of such"
    if value == []:
        yield (*path, there[0]), f"is empty: write {example}, or a list of such"


def _condition(path: Path, condition: Any) -> Iterator[Finding]:
    if not isinstance(condition, dict):
        yield path, "must be a mapping of operators, such as `StringEquals: {aws:RequestedRegion: eu-west-1}`"
        return
    for operator, keys in condition.items():
        place = (*path, operator)
        if not _OPERATOR.fullmatch(operator):
            yield place, "is no operator of conditions: write one such as `StringEquals`, letter for letter"
        if not isinstance(keys, dict) or not keys:
            yield place, "must be a mapping of condition keys, such as `{aws:RequestedRegion: eu-west-1}`"
            continue
        for key, value in keys.items():
            if not _KEY.fullmatch(key):
                text = (
                    "is no condition key, such as `aws:RequestedRegion`; CloudFormation's functions have no place here"
                )
                yield (*place, key), text
            for entry, each in _entries((*place, key), value):
                if not isinstance(each, str | bool | int):
                    yield entry, "must be text, a number or a truth, or a list of such"


def _entries(path: Path, value: Any) -> list[tuple[Path, Any]]:
    return [((*path, index), each) for index, each in enumerate(value)] if isinstance(value, list) else [(path, value)]
