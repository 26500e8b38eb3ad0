"""The HTTP API that platforms and jobs call."""

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.log_group import log_group
from jobpass.configuration import Configuration

STAGE = "$default"
PLATFORM_ROUTES = (("POST", "/v1/jobs"), ("GET", "/v1/jobs/{job_id}"), ("DELETE", "/v1/jobs/{job_id}"))
# The same for platforms without AWS credentials: a route has one kind of authorizer, so these are others, with none.
ASSERTION_ROUTES = tuple((method, path.replace("/v1/", "/v1/assertion/")) for method, path in PLATFORM_ROUTES)
# Of GitHub Actions' clients, of Windmill's, and of the AWS SDKs.
JOB_ROUTES = (
    ("GET", "/v1/token"),
    ("POST", "/api/w/{workspace}/oidc/token/{audience+}"),
    ("GET", "/v1/credentials"),
)

# Who called which route with what result, for requests that never reached a function as well: those that did are told
# by the functions' logs, which name them by the same identifier. It is paid for by the byte, so values alone, the route
# last since it has a blank in it. Never headers, path or query string: the headers of a job's request carry the request
# token, and its query, or Windmill's path, says for whom the job wants to be known.
ACCESS_LOG = (
    "$context.requestId",
    "$context.status",
    "$context.integrationStatus",
    "$context.responseLatency",
    "$context.identity.sourceIp",
    "$context.identity.userArn",
    "$context.routeKey",
)


class IssuerApi(Construct):
    """One HTTP API with one stage, throttled as a whole and logged; CORS stays off, since no browser calls it."""

    def __init__(self, scope: Construct, construct_id: str, configuration: Configuration) -> None:
        super().__init__(scope, construct_id)
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name=configuration.name,
            description=f"Jobpass issuer {configuration.name}: registrations and ID tokens",
            create_default_stage=False,
        )
        # Under /aws/vendedlogs/ one resource policy of the account serves every log group; elsewhere each adds to a
        # policy whose length is limited (API Gateway developer guide, "Configure logging for HTTP APIs").
        access_log = log_group(
            self, "AccessLog", f"/aws/vendedlogs/apis/{configuration.name}", configuration.api.log_retention_days
        )
        self.stage = apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name=STAGE,
            auto_deploy=True,
            # Routes for jobs have a throttle of their own, so that a flood of strangers, who reach these alone, leaves
            # platforms theirs. Why these numbers: docs/adr/0016-throttles.md.
            default_route_settings=apigatewayv2.CfnStage.RouteSettingsProperty(
                detailed_metrics_enabled=True,
                throttling_rate_limit=configuration.api.platform_rate_per_second,
                throttling_burst_limit=configuration.api.platform_burst,
            ),
            route_settings={
                f"{method} {path}": {
                    "DetailedMetricsEnabled": True,
                    "ThrottlingRateLimit": configuration.api.throttle_rate_per_second,
                    "ThrottlingBurstLimit": configuration.api.throttle_burst,
                }
                for method, path in JOB_ROUTES
            },
            access_log_settings=apigatewayv2.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_log.log_group_arn, format=" ".join(ACCESS_LOG)
            ),
        )

    @property
    def url(self) -> str:
        """The API's address, without a slash at its end."""
        return self.api.api_endpoint

    def route_platforms(self, function: lambda_.IFunction, *, by_assertion: bool) -> None:
        """Send what platforms ask to a function: signed requests (SigV4) of this account's roles only.

        With `by_assertion` also, on routes of their own, requests whose client assertions the function checks itself.
        """
        integration = integrations.HttpLambdaIntegration("Jobs", function)
        for method, path in PLATFORM_ROUTES:
            self._route(method, path, integration, authorizers.HttpIamAuthorizer())
        for method, path in ASSERTION_ROUTES if by_assertion else ():
            self._route(method, path, integration, None)

    def route_jobs(self, function: lambda_.IFunction) -> None:
        """Send what jobs ask to a function, which checks their request tokens itself."""
        integration = integrations.HttpLambdaIntegration("Token", function)
        for method, path in JOB_ROUTES:
            # The stage's settings name these routes, and API Gateway refuses a route that is not there yet.
            self.stage.node.add_dependency(*self._route(method, path, integration, None))

    def platform_route_arns(self) -> list[str]:
        """Return the ARNs by which execute-api:Invoke permits the platform routes, and no other route."""
        paths = [f"{method}{path.replace('{job_id}', '*')}" for method, path in PLATFORM_ROUTES]
        return [
            Stack.of(self).format_arn(service="execute-api", resource=self.api.api_id, resource_name=f"{STAGE}/{path}")
            for path in paths
        ]

    def _route(
        self,
        method: str,
        path: str,
        integration: apigatewayv2.HttpRouteIntegration,
        authorizer: apigatewayv2.IHttpRouteAuthorizer | None,
    ) -> list[apigatewayv2.HttpRoute]:
        return self.api.add_routes(
            path=path,
            methods=[apigatewayv2.HttpMethod[method]],
            integration=integration,
            authorizer=authorizer,
        )
