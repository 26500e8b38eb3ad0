"""The HTTP API: who passes its gate, how fast, and what it writes down."""

import pytest

from jobpass.configuration import Configuration
from tests.infra.conftest import Synthesize
from tests.infra.template import Template, text

ROUTES = {
    "POST /v1/jobs": ("AWS_IAM", "Jobs"),
    "GET /v1/jobs/{job_id}": ("AWS_IAM", "Jobs"),
    "DELETE /v1/jobs/{job_id}": ("AWS_IAM", "Jobs"),
    "GET /v1/token": ("NONE", "Token"),
    "POST /api/w/{workspace}/oidc/token/{audience+}": ("NONE", "Token"),
    "GET /v1/credentials": ("NONE", "Token"),
}


def test_platform_routes_want_a_signature_and_job_routes_have_their_own_check(example: Template) -> None:
    routes = [each["Properties"] for each in example.of_type("AWS::ApiGatewayV2::Route").values()]
    assert {each["RouteKey"]: each["AuthorizationType"] for each in routes} == {
        route: authorizer for route, (authorizer, _) in ROUTES.items()
    }


@pytest.mark.parametrize(("route", "function"), [(route, function) for route, (_, function) in ROUTES.items()])
def test_each_route_ends_at_its_function(example: Template, route: str, function: str) -> None:
    integrations = example.of_type("AWS::ApiGatewayV2::Integration")
    routes = [each["Properties"] for each in example.of_type("AWS::ApiGatewayV2::Route").values()]
    (target,) = [text(each["Target"]) for each in routes if each["RouteKey"] == route]
    integration = integrations[target.removeprefix("integrations/<").removesuffix(">")]["Properties"]
    assert text(integration["IntegrationUri"]).startswith(f"<{function}Function")
    assert integration["PayloadFormatVersion"] == "2.0"


def test_browsers_of_other_origins_are_not_invited(example: Template) -> None:
    assert "CorsConfiguration" not in example.only("AWS::ApiGatewayV2::Api")


def test_throttling_is_the_configurations_for_jobs_and_for_platforms_apart(synthesize: Synthesize) -> None:
    api = {"throttle_rate_per_second": 17, "throttle_burst": 34, "platform_rate_per_second": 5, "platform_burst": 6}
    stage = synthesize(api=api).only("AWS::ApiGatewayV2::Stage")
    settings = stage["DefaultRouteSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (5, 6)
    jobs = {route for route, (authorizer, _) in ROUTES.items() if authorizer == "NONE"}
    limits = {"DetailedMetricsEnabled": True, "ThrottlingRateLimit": 17, "ThrottlingBurstLimit": 34}
    assert stage["RouteSettings"] == dict.fromkeys(jobs, limits)


def test_the_stage_waits_for_the_routes_that_its_settings_name(example: Template) -> None:
    (stage,) = example.of_type("AWS::ApiGatewayV2::Stage").values()
    routes = example.of_type("AWS::ApiGatewayV2::Route")
    named = {
        name for name, each in routes.items() if each["Properties"]["RouteKey"] in stage["Properties"]["RouteSettings"]
    }
    assert named
    assert named <= set(stage["DependsOn"])


def test_kms_gives_out_before_the_gateway_does(example: Template) -> None:
    # So that it is the function that answers, 503 with Retry-After: clients in the field do not try a 429 again.
    alarms = Configuration.model_fields["alarms"].default
    for limits in example.only("AWS::ApiGatewayV2::Stage")["RouteSettings"].values():
        assert limits["ThrottlingRateLimit"] > alarms.kms_quota_per_second
        assert limits["ThrottlingBurstLimit"] >= limits["ThrottlingRateLimit"]


def test_stage_is_the_one_without_a_name_and_deploys_itself(example: Template) -> None:
    stage = example.only("AWS::ApiGatewayV2::Stage")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)


def test_access_log_tells_route_status_and_caller_and_nothing_that_can_hold_a_secret(example: Template) -> None:
    settings = example.only("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]
    assert settings["Format"].split() == [
        "$context.requestId",
        "$context.status",
        "$context.integrationStatus",
        "$context.responseLatency",
        "$context.identity.sourceIp",
        "$context.identity.userArn",
        "$context.routeKey",
    ]
    # The request token is in a header, the audience in the query string or the path, a job's ID in the path.
    for unwanted in ("header", "authorizer", "querystring", "path", "body", "error"):
        assert unwanted not in settings["Format"].lower()


def test_access_log_goes_to_a_group_that_forgets(synthesize: Synthesize) -> None:
    template = synthesize(api={"log_retention_days": 545})
    groups = template.of_type("AWS::Logs::LogGroup")
    assert {each["Properties"]["RetentionInDays"] for each in groups.values()} == {545}
    destination = text(template.only("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]["DestinationArn"])
    group = groups[destination.removeprefix("<").removesuffix(".Arn>")]["Properties"]
    assert group["LogGroupName"] == "/aws/vendedlogs/apis/jobpass"
