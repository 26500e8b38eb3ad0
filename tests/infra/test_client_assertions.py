"""What a platform with public keys adds to the stack, and what one without AWS credentials leaves out."""

import re
from pathlib import Path

import pytest

from infra.issuer_api import ASSERTION_ROUTES
from jobpass_issuer.aws.item import assertion_item, job_key
from jobpass_issuer.handlers import jobs
from tests.configuration.public_keys import ec_jwk
from tests.infra.conftest import Synthesize
from tests.infra.template import Template, text

_REST = {"profiles": ["ci"], "audiences": ["sts.amazonaws.com"], "where": {"org": "acme"}}
BUILDHOST = {**_REST, "public_keys": [ec_jwk()]}
CI_SERVER = {**_REST, "principals": ["arn:aws:iam::111122223333:role/ci-server"]}
ROUTES = {"POST /v1/assertion/jobs", "GET /v1/assertion/jobs/{job_id}", "DELETE /v1/assertion/jobs/{job_id}"}
FUNCTIONS = Path(jobs.__file__).parents[1]


@pytest.fixture(scope="module")
def both(synthesize: Synthesize) -> Template:
    """The template with a platform of each kind, and one that is both."""
    mixed = {**BUILDHOST, "principals": CI_SERVER["principals"]}
    return synthesize(platforms={"buildhost": BUILDHOST, "ci-server": CI_SERVER, "mixed": mixed}, roles={})


def routes(template: Template) -> dict[str, str]:
    """Each route with its authorization."""
    found = [each["Properties"] for each in template.of_type("AWS::ApiGatewayV2::Route").values()]
    return {each["RouteKey"]: each["AuthorizationType"] for each in found}


def test_assertion_routes_have_no_authorizer_and_the_others_keep_theirs(both: Template, example: Template) -> None:
    assert {f"{method} {path}" for method, path in ASSERTION_ROUTES} == ROUTES
    assert routes(both) == {**routes(example), **dict.fromkeys(ROUTES, "NONE")}


def test_assertion_routes_end_at_the_jobs_function(both: Template) -> None:
    integrations = both.of_type("AWS::ApiGatewayV2::Integration")
    for route in both.of_type("AWS::ApiGatewayV2::Route").values():
        if route["Properties"]["RouteKey"] in ROUTES:
            name = text(route["Properties"]["Target"]).removeprefix("integrations/<").removesuffix(">")
            assert text(integrations[name]["Properties"]["IntegrationUri"]).startswith("<JobsFunction")


def test_the_gateway_invokes_the_jobs_function_for_its_routes_and_no_other(both: Template) -> None:
    paths = set()
    for permission in both.of_type("AWS::Lambda::Permission").values():
        if "Jobs" in text(permission["Properties"]["FunctionName"]):
            paths.add(text(permission["Properties"]["SourceArn"]).partition("/*/*")[2])
    assert paths == {"/v1/jobs", "/v1/jobs/{job_id}", "/v1/assertion/jobs", "/v1/assertion/jobs/{job_id}"}


def test_the_jobs_function_tells_the_routes_apart_as_the_gateway_does() -> None:
    paths = {route.partition(" ")[2] for route in ROUTES}
    assert all(path.startswith(jobs.ASSERTION_ROUTES) for path in paths)


def test_the_jobs_function_writes_used_assertions_and_cannot_look_at_or_change_them(both: Template) -> None:
    (role,) = [
        name
        for name, each in both.of_type("AWS::IAM::Role").items()
        if each["Properties"].get("RoleName") == "jobpass-jobs"
    ]
    access = [
        (each.actions, each.document["Condition"])
        for each in both.statements()
        if each.owner == role and each.kind == "identity" and "dynamodb:PutItem" in each.actions
    ]

    assert access == [
        (
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["job#*"]}},
        ),
        (["dynamodb:PutItem"], {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["assertion#*"]}}),
    ]
    assert job_key("x")["pk"]["S"].startswith("job#")
    assert assertion_item("buildhost", "x", 1)["pk"]["S"].startswith("assertion#")


def test_no_other_function_reaches_used_assertions(both: Template) -> None:
    keys = [
        (each.owner, keys)
        for each in both.statements()
        for condition in each.document.get("Condition", {}).values()
        for name, keys in condition.items()
        if name == "dynamodb:LeadingKeys" and "assertion#*" in keys
    ]
    assert len(keys) == 1
    assert keys[0][0].startswith("Jobs")


def test_a_platform_without_principals_has_no_role_and_no_output(both: Template) -> None:
    roles = {each["Properties"]["RoleName"] for each in both.of_type("AWS::IAM::Role").values()}
    assert {name for name in roles if name.startswith("jobpass-platform-")} == {
        "jobpass-platform-ci-server",
        "jobpass-platform-mixed",
    }
    named = [name for name in both.document["Outputs"] if re.fullmatch(r"Platform\w+InvocationRoleArn", name)]
    assert sorted(named) == ["PlatformCiServerInvocationRoleArn", "PlatformMixedInvocationRoleArn"]


def test_no_invocation_role_may_call_an_assertion_route(both: Template) -> None:
    invoking = [each for each in both.statements() if "execute-api:Invoke" in each.actions]
    assert len(invoking) == 3
    assert not [arn for each in invoking for arn in each.resources if "assertion" in arn]


def test_a_deployment_whose_platforms_have_aws_credentials_has_nothing_of_assertions(example: Template) -> None:
    assert not ROUTES & set(routes(example))
    assert "assertion" not in str(example.document)


def test_the_jobs_function_knows_the_audience_of_assertions(both: Template, example: Template) -> None:
    for template in (both, example):
        environments = {
            text(each["Properties"]["FunctionName"]): each["Properties"]["Environment"]["Variables"]
            for each in template.of_type("AWS::Lambda::Function").values()
        }
        issuer = text(environments["jobpass-jobs"]["ISSUER_URL"])
        assert issuer == text(environments["jobpass-token"]["ISSUER_URL"])
        assert issuer == text(template.document["Outputs"]["IssuerUrl"]["Value"])
