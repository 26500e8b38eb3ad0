"""A synthesized template, as the tests read it: resources, policy statements, and intrinsic functions as text."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Statement:
    """One policy statement, the resource it stands in, and of which kind the policy is: trust, identity or own."""

    owner: str
    kind: str
    document: dict[str, Any]

    @property
    def actions(self) -> list[str]:
        return as_list(self.document.get("Action", self.document.get("NotAction", [])))

    @property
    def resources(self) -> list[str]:
        return [text(each) for each in as_list(self.document.get("Resource", []))]

    @property
    def principals(self) -> list[str]:
        principal = self.document.get("Principal", {})
        groups = [principal] if isinstance(principal, str) else principal.values()
        return [text(each) for group in groups for each in as_list(group)]


@dataclass(frozen=True)
class Template:
    """A template and the cloud assembly that it came in."""

    document: dict[str, Any]
    path: Path

    @property
    def directory(self) -> Path:
        return self.path.parent

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Return the resources of a type by their logical ID."""
        return {
            name: resource for name, resource in self.document["Resources"].items() if resource["Type"] == resource_type
        }

    def only(self, resource_type: str) -> dict[str, Any]:
        """Return the properties of the only resource of a type."""
        (resource,) = self.of_type(resource_type).values()
        properties: dict[str, Any] = resource["Properties"]
        return properties

    def role(self, role_name: str) -> dict[str, Any]:
        """Return the properties of the role of that name."""
        roles = (each["Properties"] for each in self.of_type("AWS::IAM::Role").values())
        found: dict[str, Any]
        (found,) = [each for each in roles if each.get("RoleName") == role_name]
        return found

    def function(self, purpose: str) -> dict[str, Any]:
        """Return the properties of the token, jobs or keys function."""
        functions = (each["Properties"] for each in self.of_type("AWS::Lambda::Function").values())
        found: dict[str, Any]
        (found,) = [each for each in functions if each["Handler"] == f"jobpass_issuer.handlers.{purpose}.handler"]
        return found

    def output(self, name: str) -> str:
        return text(self.document["Outputs"][name]["Value"])

    def statements(self) -> Iterator[Statement]:
        """Yield every statement of every policy, whatever holds it."""
        for name, resource in self.document["Resources"].items():
            properties = resource.get("Properties", {})
            if "AssumeRolePolicyDocument" in properties:
                yield from _statements(name, "trust", trust_policy(properties))
            for policy in properties.get("Policies", []):
                yield from _statements(name, "identity", policy["PolicyDocument"])
            if "KeyPolicy" in properties:
                yield from _statements(name, "own", properties["KeyPolicy"])
            if "PolicyDocument" in properties:
                kind = "identity" if resource["Type"].startswith("AWS::IAM::") else "own"
                yield from _statements(name, kind, properties["PolicyDocument"])


def trust_policy(role: dict[str, Any]) -> dict[str, Any]:
    """Return a role's trust policy as CloudFormation would hand it to IAM."""
    document = role["AssumeRolePolicyDocument"]
    if "Fn::Sub" in document:
        loaded: dict[str, Any] = json.loads(text(document))
        return loaded
    resolved = resolve(document)
    assert isinstance(resolved, dict)
    return resolved


def resolve(value: Any) -> Any:
    """Carry out the intrinsic functions in a value: `Ref` and `GetAtt` give `<Name>` and `<Name.Attribute>`."""
    if isinstance(value, list):
        return [resolve(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return f"<{value['Ref']}>"
    if set(value) == {"Fn::GetAtt"}:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if set(value) == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        return str(separator).join(str(resolve(part)) for part in parts)
    if set(value) == {"Fn::ImportValue"}:
        return f"<{value['Fn::ImportValue']}>"
    if set(value) == {"Fn::Sub"}:
        return _substituted(*value["Fn::Sub"])
    return {key: resolve(each) for key, each in value.items()}


def text(value: Any) -> str:
    """Return a value that is, or resolves to, text."""
    resolved = resolve(value)
    assert isinstance(resolved, str), resolved
    return resolved


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _substituted(template: str, variables: dict[str, Any]) -> str:
    # CloudFormation user guide, "Fn::Sub": ${Name} is replaced, ${!Name} becomes ${Name}.
    def replacement(match: re.Match[str]) -> str:
        name = match[1]
        return f"${{{name[1:]}}}" if name.startswith("!") else text(variables[name])

    return re.sub(r"\$\{([^}]*)\}", replacement, template)


def _statements(owner: str, kind: str, document: dict[str, Any]) -> Iterator[Statement]:
    for statement in as_list(document["Statement"]):
        yield Statement(owner, kind, statement)
