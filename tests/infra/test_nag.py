"""cdk-nag: it looks at every synth, finds what is planted, and nothing is accepted that it does not find."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from infra import nag
from infra.stacks import DeploymentStack, stacks
from jobpass.configuration import Configuration, parse
from tests.infra.accounts import ACCOUNTS
from tests.infra.conftest import OWN_DOMAIN, Synthesize, variant


def test_own_and_distributions_domain_are_clean(synthesize: Synthesize) -> None:
    for template in (synthesize(), synthesize(issuer=OWN_DOMAIN)):
        assert _findings(template.directory) == set()


def test_a_planted_violation_stops_the_synth(tmp_path: Path) -> None:
    app, made, configuration = _unchecked(tmp_path, variant())
    s3.Bucket(made[0], "Planted")
    nag.check(app, made, configuration)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert _findings(tmp_path) == {("jobpass/Planted/Resource", "S1"), ("jobpass/Planted/Resource", "S10")}


@pytest.mark.parametrize(
    "changes", [{}, {"issuer": OWN_DOMAIN}, ACCOUNTS], ids=["late-bound", "own-domain", "accounts"]
)
def test_every_accepted_finding_is_found_where_it_is_accepted(tmp_path: Path, changes: dict[str, object]) -> None:
    app, made, configuration = _unchecked(tmp_path, variant(**changes))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    accepted = {
        (f"{stack.stack_name}/{each.path}", each.finding)
        for stack in made
        for each in nag.accepted_findings(stack, configuration)
    }
    assert accepted == _findings(tmp_path)


def test_what_an_inline_policy_permits_is_accepted_statement_by_statement(tmp_path: Path) -> None:
    allow = {"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": "arn:aws:s3:::artifacts/*"}
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    roles = {**ACCOUNTS["roles"]}
    roles["web-deploy"] = {**roles["web-deploy"], "inline_policies": {"artifacts": {"Statement": [allow, deny]}}}
    app, made, configuration = _unchecked(tmp_path, variant(**{**ACCOUNTS, "roles": roles}))
    accepted = {each.finding for stack in made for each in nag.accepted_findings(stack, configuration)}
    assert {"IAM5[Action::s3:Get*]", "IAM5[Resource::arn:aws:s3:::artifacts/*]"} <= accepted
    assert not {"IAM5[Action::s3:*]", "IAM5[Resource::*]"} & {
        each.finding for each in nag.accepted_findings(made[1], configuration)
    }
    nag.check(app, made, configuration)
    app.synth()
    assert _findings(tmp_path) == set()


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::backups-${aws:PrincipalTag/host}/*",
        "arn:aws:s3:::${aws:PrincipalTag/host}/${aws:PrincipalTag/volume, 'none'}/*",
    ],
)
def test_a_variable_of_an_inline_policy_is_accepted_as_cdk_nag_names_it(tmp_path: Path, resource: str) -> None:
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": resource}
    roles = {**ACCOUNTS["roles"]}
    roles["web-deploy"] = {**roles["web-deploy"], "inline_policies": {"backups": {"Statement": [allow]}}}
    app, made, configuration = _unchecked(tmp_path, variant(**{**ACCOUNTS, "roles": roles}))
    nag.check(app, made, configuration)
    app.synth()
    assert _findings(tmp_path) == set()


def test_every_accepted_finding_has_its_reason() -> None:
    app, made, configuration = _unchecked(None, variant(**ACCOUNTS))
    for stack in made:
        for accepted in nag.accepted_findings(stack, configuration):
            assert accepted.path
            assert accepted.reason.endswith(".")
    assert app.node.children == made


def _unchecked(directory: Path | None, text: str) -> tuple[App, list[DeploymentStack], Configuration]:
    configuration = parse(text)
    app = App(outdir=str(directory) if directory else None, analytics_reporting=False)
    return app, list(stacks(app, configuration)), configuration


def _findings(directory: Path) -> set[tuple[str, str]]:
    """Return what cdk-nag wrote down: the construct's path, and the finding."""
    report = json.loads((directory / "validation-report.json").read_text("utf-8"))
    return {
        (construct["constructPath"], violation["ruleName"].removeprefix("AwsSolutions-"))
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }
