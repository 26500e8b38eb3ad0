"""cdk-nag: it looks at every synth, finds what is planted, and nothing is accepted that it does not find."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from infra import nag
from infra.issuer_stack import IssuerStack
from jobpass.configuration import Configuration, parse
from tests.infra.conftest import OWN_DOMAIN, Synthesize, variant


def test_own_and_distributions_domain_are_clean(synthesize: Synthesize) -> None:
    for template in (synthesize(), synthesize(issuer=OWN_DOMAIN)):
        assert _findings(template.directory) == set()


def test_a_planted_violation_stops_the_synth(tmp_path: Path) -> None:
    app, stack, configuration = _unchecked(tmp_path, variant())
    s3.Bucket(stack, "Planted")
    nag.check(app, stack, configuration)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert _findings(tmp_path) == {("Planted/Resource", "S1"), ("Planted/Resource", "S10")}


@pytest.mark.parametrize("issuer", [None, OWN_DOMAIN], ids=["late-bound", "own-domain"])
def test_every_accepted_finding_is_found_where_it_is_accepted(tmp_path: Path, issuer: dict[str, object] | None) -> None:
    app, stack, configuration = _unchecked(tmp_path, variant(issuer=issuer) if issuer else variant())
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    accepted = {(each.path, each.finding) for each in nag.accepted_findings(stack, configuration)}
    assert accepted == _findings(tmp_path)


def test_every_accepted_finding_has_its_reason() -> None:
    app, stack, configuration = _unchecked(None, variant())
    for accepted in nag.accepted_findings(stack, configuration):
        assert accepted.path
        assert accepted.reason.endswith(".")
    assert app.node.children == [stack]


def _unchecked(directory: Path | None, text: str) -> tuple[App, Stack, Configuration]:
    configuration = parse(text)
    app = App(outdir=str(directory) if directory else None, analytics_reporting=False)
    return app, IssuerStack(app, configuration), configuration


def _findings(directory: Path) -> set[tuple[str, str]]:
    """Return what cdk-nag wrote down: the construct's path within the stack, and the finding."""
    report = json.loads((directory / "validation-report.json").read_text("utf-8"))
    return {
        (construct["constructPath"].partition("/")[2], violation["ruleName"].removeprefix("AwsSolutions-"))
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }
