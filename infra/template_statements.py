"""Policy statements of a synthesized template, with names for people in place of intrinsic functions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

# CDK ends a logical ID in eight hexadecimal digits that say its path.
_HASH = re.compile(r"[0-9A-F]{8}$")
# Which property of a policy's resource says what the policy stands on.
_ATTACHED = {"AWS::S3::BucketPolicy": "Bucket", "AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: whose it is, and what it says.

    `owner` is a role's name without the issuer's, or the logical ID of a resource without its hash. `kind` tells apart
    a role's permissions, who may assume it, and a resource's own policy. `description` is the role's.
    """

    owner: str
    kind: Literal["role", "trust", "resource"]
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: list[str]
    conditions: tuple[str, ...]
    description: str = ""


def statements(template: Mapping[str, Any], issuer_name: str) -> Iterator[Statement]:
    """Yield the statements of every role but those that trust jobs, and of every resource's own policy.

    Raises:
        ValueError: a policy excludes (`NotAction` and its like), is of an unknown kind, or a role has managed policies.
    """
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        kind = resource["Type"]
        if kind == "AWS::IAM::Role":
            yield from _of_role(properties, issuer_name)
        elif kind == "AWS::Lambda::Permission":
            yield _of_permission(properties)
        elif kind == "AWS::KMS::Key":
            yield from _statements(_HASH.sub("", name), "resource", properties["KeyPolicy"])
        elif "PolicyDocument" in properties:
            (attached,) = _list(properties[_ATTACHED[kind]])
            yield from _statements(_bare(attached), "resource", properties["PolicyDocument"])
        elif kind.startswith("AWS::IAM::") and kind != "AWS::IAM::OIDCProvider":
            raise ValueError(f"{name} is a {kind}, which the page of permissions does not read")


def key_policy_statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    """Yield the statements of a key policy; the owner is the statement's own name."""
    for each in document["Statement"]:
        yield _statement(each["Sid"], "resource", each)


def _of_role(properties: Mapping[str, Any], issuer_name: str) -> Iterator[Statement]:
    trust = properties["AssumeRolePolicyDocument"]
    if "Federated" in str(trust):
        return
    owner = properties["RoleName"].removeprefix(f"{issuer_name}-")
    if properties.get("ManagedPolicyArns"):
        raise ValueError(f"the role {owner} has managed policies, which the page of permissions does not read")
    yield from _statements(owner, "trust", trust, properties["Description"])
    for policy in properties.get("Policies", []):
        yield from _statements(owner, "role", policy["PolicyDocument"])


def _of_permission(properties: Mapping[str, Any]) -> Statement:
    source = f"`AWS:SourceArn` is `{_text(properties['SourceArn'])}`"
    function, principal = _bare(properties["FunctionName"]), _text(properties["Principal"])
    return Statement(function, "resource", "Allow", (properties["Action"],), (), [principal], (source,))


def _statements(
    owner: str, kind: Literal["role", "trust", "resource"], document: Mapping[str, Any], description: str = ""
) -> Iterator[Statement]:
    for each in _list(document["Statement"]):
        yield _statement(owner, kind, each, description)


def _statement(
    owner: str, kind: Literal["role", "trust", "resource"], said: Mapping[str, Any], description: str = ""
) -> Statement:
    if {"NotAction", "NotResource", "NotPrincipal"} & set(said):
        raise ValueError(f"a policy of {owner} excludes instead of naming")
    principal = said.get("Principal", {})
    groups = [principal] if isinstance(principal, str) else principal.values()
    return Statement(
        owner,
        kind,
        said["Effect"],
        tuple(_list(said["Action"])),
        tuple(_text(each) for each in _list(said.get("Resource", []))),
        [_text(each) for group in groups for each in _list(group)],
        tuple(_conditions(said.get("Condition", {}))),
        description,
    )


def _conditions(said: Mapping[str, Any]) -> Iterator[str]:
    for operator, keys in said.items():
        for key, values in keys.items():
            wanted = ", ".join(f"`{_text(each)}`" for each in _list(values))
            yield f"`{key}` {operator} {wanted}"


def _text(value: Any) -> str:
    """Return a value as people read it: `{Name}` for what CloudFormation fills in."""
    if isinstance(value, str):
        return value
    if set(value) == {"Ref"}:
        return "{" + _HASH.sub("", value["Ref"].removeprefix("AWS::")) + "}"
    if set(value) == {"Fn::GetAtt"}:
        name, attribute = value["Fn::GetAtt"]
        return "{" + _HASH.sub("", name) + ("" if attribute == "Arn" else f".{attribute}") + "}"
    if set(value) == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        return str(separator).join(_text(part) for part in parts)
    raise ValueError(f"the page of permissions does not read {sorted(value)}")


def _bare(value: Any) -> str:
    return _text(value).strip("{}")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
