"""Many roles: each in one stack, every stack within CloudFormation's limits, and none that moves."""

import json
from typing import Any

import pytest

from infra.stack_names import stacks_in
from jobpass.configuration import parse
from tests.infra.accounts import ACCOUNTS, PRODUCTION, role
from tests.infra.conftest import SynthesizeAll, variant
from tests.infra.template import Template, trust_policy

# AWS CloudFormation quotas: resources, outputs and size of a template.
MAX_RESOURCES, MAX_OUTPUTS, MAX_BYTES = 500, 200, 1_000_000
HERE, ELSEWHERE = 400, 100


def many(here: int, elsewhere: int) -> dict[str, Any]:
    """Changes of the example that give it so many roles, each for a repository of its own."""
    roles = {f"here-{number}": _for_repository(number) for number in range(here)}
    roles |= {f"there-{number}": _for_repository(number, account="production") for number in range(elsewhere)}
    changes: dict[str, Any] = {**ACCOUNTS, "roles": roles}
    changes["platforms"] = {"ci-server": {**ACCOUNTS["platforms"]["ci-server"], "roles": list(roles)}}
    changes["accounts"] = {"production": {"id": PRODUCTION, "stacks": 2}}
    return changes


def _for_repository(number: int, **settings: object) -> dict[str, Any]:
    made = role(**settings)
    return {**made, "when": {**made["when"], "repo": f"service-{number}"}}


@pytest.fixture(scope="module")
def templates(synthesize_all: SynthesizeAll) -> dict[str, Template]:
    """Five hundred roles in two accounts, the name of the issuer literal."""
    return synthesize_all(**many(HERE, ELSEWHERE))


def test_five_hundred_roles_are_each_in_one_stack_of_their_account(templates: dict[str, Template]) -> None:
    homes: dict[str, list[str]] = {}
    for stack, template in templates.items():
        for each in template.of_type("AWS::IAM::Role").values():
            homes.setdefault(each["Properties"]["RoleName"], []).append(stack)
    for number in range(HERE):
        (stack,) = homes[f"jobpass-here-{number}"]
        assert stack.startswith("jobpass-roles-")
    for number in range(ELSEWHERE):
        (stack,) = homes[f"jobpass-there-{number}"]
        assert stack.startswith("jobpass-trust-production-roles-")


def test_the_stacks_are_those_that_the_makefile_is_told_of(templates: dict[str, Template]) -> None:
    configuration = parse(variant(**many(HERE, ELSEWHERE)))
    assert list(templates) == [*stacks_in(configuration, None), *stacks_in(configuration, "production")]
    assert len(templates) == 9 + 3


def test_every_stack_is_within_cloudformations_limits(templates: dict[str, Template]) -> None:
    for template in templates.values():
        assert len(template.document["Resources"]) <= MAX_RESOURCES
        assert len(template.document.get("Outputs", {})) <= MAX_OUTPUTS
        assert template.path.stat().st_size <= MAX_BYTES


def test_stacks_of_roles_follow_the_stack_of_their_provider(templates: dict[str, Template]) -> None:
    manifest = json.loads((templates["jobpass"].directory / "manifest.json").read_text())["artifacts"]
    for name in templates:
        home, separator, _ = name.partition("-roles-")
        assert (home in manifest[name]["dependencies"]) == bool(separator)
        assert manifest[name]["environment"] == manifest[home]["environment"]


def test_roles_beside_trust_the_accounts_provider(templates: dict[str, Template]) -> None:
    for account, prefix in (("<AWS::AccountId>", "jobpass-roles-"), (PRODUCTION, "jobpass-trust-production-roles-")):
        template = next(template for name, template in templates.items() if name.startswith(prefix))
        for each in template.of_type("AWS::IAM::Role").values():
            (statement,) = trust_policy(each["Properties"])["Statement"]
            provider = f"arn:<AWS::Partition>:iam::{account}:oidc-provider/oidc.example.com/api/oidc"
            assert statement["Principal"] == {"Federated": provider}


def test_one_role_more_moves_none(templates: dict[str, Template], synthesize_all: SynthesizeAll) -> None:
    more = synthesize_all(**many(HERE + 1, ELSEWHERE + 1))
    for stack, template in templates.items():
        if "-roles-" in stack:
            assert template.of_type("AWS::IAM::Role").items() <= more[stack].of_type("AWS::IAM::Role").items()


def test_roles_beside_an_issuer_at_cloudfronts_name_import_it(synthesize_all: SynthesizeAll) -> None:
    templates = synthesize_all(trust={"stacks": 1})
    assert list(templates) == ["jobpass", "jobpass-roles-1"]
    exported = [
        each["Export"]["Name"] for each in templates["jobpass"].document["Outputs"].values() if "Export" in each
    ]
    (host,) = exported
    beside = templates["jobpass-roles-1"]
    (statement,) = trust_policy(beside.role("jobpass-web-deploy"))["Statement"]
    assert f"<{host}>:sub" in statement["Condition"]["StringEquals"]
    assert statement["Principal"]["Federated"].endswith(f":oidc-provider/<{host}>")
    assert set(beside.document["Outputs"]) == {"RoleWebDeployArn", "RoleWebReleaseArn", "RoleNightlyReportArn"}
    assert "RoleWebDeployArn" not in templates["jobpass"].document["Outputs"]
