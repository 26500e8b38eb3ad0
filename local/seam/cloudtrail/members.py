"""Requests and answers in CloudTrail's spelling: lower-case first letters, and nothing that is secret."""

import json
import re
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

from local.seam.secrecy import may_be_token

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

# Members whose keys are the caller's own words, which keep their letters.
_MAPS = frozenset({"encryptionContext", "principalTags", "tags", "variables", "messageAttributes"})
_SECRET = re.compile(r"secret|password|authorization|credential|privatekey|authtoken", re.IGNORECASE)


def recorded(value: Any) -> Any:
    """A request's or answer's members as CloudTrail spells them; those that may be secrets are left out or hidden."""
    if isinstance(value, dict):
        return {
            lowered(name): HIDDEN if _SECRET.search(name) else _member(lowered(name), member)
            for name, member in value.items()
            if not may_be_token(name, member)
        }
    if isinstance(value, list):
        return [recorded(member) for member in value]
    return value


def lowered(name: str) -> str:
    """A member's name with its first letter in lower case, a leading abbreviation whole (`ARN` is `aRN` in AWS's)."""
    return name[:1].lower() + name[1:]


def _member(name: str, value: Any) -> Any:
    if name in _MAPS and isinstance(value, dict):
        return {key: member for key, member in value.items() if not may_be_token(key, member)}
    return recorded(value)


def of_json(body: bytes) -> dict[str, Any]:
    """The members of a JSON body; none where it holds something else."""
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def of_form(body: bytes, query: dict[str, Any]) -> dict[str, Any]:
    """The members of a request of AWS's query protocol, its `A.member.1.B` made lists and objects again."""
    flat = {**parse_qs(body.decode(errors="replace"), keep_blank_values=True), **query}
    root: dict[str, Any] = {}
    for name, values in flat.items():
        if name in ("Action", "Version") or name.startswith("X-Amz-"):
            continue
        place = root
        *path, last = name.split(".")
        for step in path:
            if not isinstance(place.setdefault(step, {}), dict):
                place[step] = {}
            place = place[step]
        place[last] = values[0] if isinstance(values, list) and len(values) == 1 else values
    gathered = _gathered(root)
    return gathered if isinstance(gathered, dict) else {}


def _gathered(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    inner = node.get("member", node)
    if isinstance(inner, dict) and inner and all(key.isdigit() for key in inner):
        return [_gathered(inner[key]) for key in sorted(inner, key=int)]
    return {key: _gathered(value) for key, value in node.items()}


def of_xml_result(body: bytes) -> dict[str, Any]:
    """The members of the result in an answer of the query protocol."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - written by this very process
    except ElementTree.ParseError:
        return {}
    for child in root:
        if child.tag.endswith("Result"):
            found = _element(child)
            return found if isinstance(found, dict) else {}
    return {}


def _element(element: ElementTree.Element) -> Any:
    children = list(element)
    if not children:
        return element.text or ""
    if all(_name(child) == "member" for child in children):
        return [_element(child) for child in children]
    return {_name(child): _element(child) for child in children}


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
