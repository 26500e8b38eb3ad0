"""The page of permissions: what the template permits, with a reason for each, and nothing else."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, RemovalPolicy, Stack

from infra import permissions
from infra.audit_trail import AuditTrail
from infra.permission_reasons import OF_RESOURCES, OF_ROLES, WITH_OTHER_SETTINGS
from infra.template_statements import statements
from jobpass.configuration import parse
from tests.infra.conftest import Synthesize, variant
from tests.infra.template import Template, trust_policy
from tests.infra.test_client_assertions import BUILDHOST, CI_SERVER

TABLE = {"Fn::GetAtt": ["RegistrationsTable78B7C59D", "Arn"]}


@pytest.fixture
def changed(example: Template) -> Callable[..., dict[str, Any]]:
    """Return a function that gives the example's template with a statement more in the token function's role."""

    def with_statement(**said: Any) -> dict[str, Any]:
        document = copy.deepcopy(example.document)
        (role,) = [
            each["Properties"]
            for each in document["Resources"].values()
            if each["Type"] == "AWS::IAM::Role" and each["Properties"]["RoleName"] == "jobpass-token"
        ]
        role["Policies"][0]["PolicyDocument"]["Statement"].append({"Effect": "Allow", "Resource": TABLE, **said})
        return document

    return with_statement


def test_the_page_is_current(example: Template) -> None:
    assert permissions.main(["--check", "--template", str(example.path)]) == 0


def test_a_page_that_is_not_current_is_told(
    example: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(permissions, "REFERENCE_FILE", tmp_path / "permissions.md")
    template = ["--template", str(example.path)]

    assert permissions.main(["--check", *template]) == 1
    assert "run python -m infra.permissions" in capsys.readouterr().out
    assert permissions.main(template) == 0
    assert permissions.main(["--check", *template]) == 0


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"Action": "dynamodb:Scan"}, "token may dynamodb:Scan on {RegistrationsTable}: no reason"),
        ({"Action": "dynamodb:BatchGetItem", "Resource": "*"}, "on *: no reason for the wildcard"),
        ({"Action": "logs:*"}, "token may logs:*: name the actions"),
    ],
)
def test_a_permission_without_its_reason_is_told(
    changed: Callable[..., dict[str, Any]], said: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(permissions.UnexplainedError) as raised:
        permissions.page(changed(**said))
    assert complaint in str(raised.value)


def test_a_reason_without_its_permission_is_told(example: Template) -> None:
    document = copy.deepcopy(example.document)
    for name in example.of_type("AWS::KMS::Key"):
        del document["Resources"][name]
    with pytest.raises(permissions.UnexplainedError, match="no permission for the reason: alarms of this issuer are"):
        permissions.page(document)


@pytest.mark.parametrize("excluding", ["NotAction", "NotResource", "NotPrincipal"])
def test_a_policy_that_excludes_is_not_taken(changed: Callable[..., dict[str, Any]], excluding: str) -> None:
    with pytest.raises(ValueError, match="excludes instead of naming"):
        permissions.page(changed(Action="dynamodb:BatchGetItem", **{excluding: "x"}))


def test_every_permission_has_its_reason_with_other_settings_too(synthesize: Synthesize, own_domain: Template) -> None:
    for template in (own_domain, _with_assertions(synthesize)):
        assert permissions.unexplained(template.document) == []


def test_a_wildcard_has_a_reason_where_there_is_one_and_nowhere_else(example: Template) -> None:
    wide = {
        permissions.reason_of(each, action)
        for each in statements(example.document, "jobpass")
        if each.kind != "trust" and any("*" in resource for resource in each.resources)
        for action in each.actions
    }
    known = [reason for reasons in (*OF_ROLES.values(), *OF_RESOURCES.values()) for reason in reasons]
    assert {reason for reason in known if reason.wildcard} == wide


def test_no_role_is_left_out_but_those_that_trust_jobs(example: Template) -> None:
    shown = {f"jobpass-{each.owner}" for each in statements(example.document, "jobpass") if each.kind == "role"}
    roles = [each["Properties"] for each in example.of_type("AWS::IAM::Role").values()]
    trusting = {f"jobpass-{name}" for name in parse(variant()).roles}
    assert {each["RoleName"] for each in roles} == shown | trusting
    for role in roles:
        actions = trust_policy(role)["Statement"][0]["Action"]
        assert ("sts:AssumeRoleWithWebIdentity" in actions) == (role["RoleName"] in trusting)


def test_what_the_page_says_of_other_settings_is_what_they_bring(synthesize: Synthesize) -> None:
    spends, looks = WITH_OTHER_SETTINGS
    (found,) = [
        each
        for each in statements(_with_assertions(synthesize).document, "jobpass")
        if each.owner == spends.role and "assertion#*" in " ".join(each.conditions)
    ]
    assert (found.actions, found.resources) == (spends.actions, (spends.resource,))

    stack = Stack(App(), "Named")
    trail = AuditTrail(stack, "Trail", parse(variant(audit={"trail": "acme"})), RemovalPolicy.RETAIN)
    (statement,) = trail.served_by()
    said = stack.resolve(statement.to_statement_json())
    assert tuple(said["Action"]) == looks.actions
    assert said["Resource"]["Fn::Join"][1][-1] == ":trail/acme"


def _with_assertions(synthesize: Synthesize) -> Template:
    mixed = {**BUILDHOST, "principals": CI_SERVER["principals"]}
    return synthesize(platforms={"buildhost": BUILDHOST, "ci-server": CI_SERVER, "mixed": mixed}, roles={})
