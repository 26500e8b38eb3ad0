"""What there is in the issuer's account, by kind and name."""

from typing import Any

from local.deployment import Deployment

# The operation, the members that lead to its list, and the member that names each of it.
LISTS: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "stacks": ("cloudformation", "describe_stacks", ("Stacks",), "StackName"),
    "tables": ("dynamodb", "list_tables", ("TableNames",), ""),
    "buckets": ("s3", "list_buckets", ("Buckets",), "Name"),
    "roles": ("iam", "list_roles", ("Roles",), "RoleName"),
    "providers": ("iam", "list_open_id_connect_providers", ("OpenIDConnectProviderList",), "Arn"),
    "functions": ("lambda", "list_functions", ("Functions",), "FunctionName"),
    "apis": ("apigatewayv2", "get_apis", ("Items",), "Name"),
    "distributions": ("cloudfront", "list_distributions", ("DistributionList", "Items"), "DomainName"),
    "access controls": ("cloudfront", "list_origin_access_controls", ("OriginAccessControlList", "Items"), "Name"),
    "trails": ("cloudtrail", "describe_trails", ("trailList",), "Name"),
    "topics": ("sns", "list_topics", ("Topics",), "TopicArn"),
    "alarms": ("cloudwatch", "describe_alarms", ("MetricAlarms",), "AlarmName"),
    "dashboards": ("cloudwatch", "list_dashboards", ("DashboardEntries",), "DashboardName"),
    "rules": ("events", "list_rules", ("Rules",), "Name"),
    "log groups": ("logs", "describe_log_groups", ("logGroups",), "logGroupName"),
}


def inventory(deployment: Deployment) -> dict[str, set[str]]:
    """Everything of these kinds; few enough that each list is one page."""
    return {kind: set(_names(deployment, *where)) for kind, where in LISTS.items()}


def _names(deployment: Deployment, service: str, operation: str, members: tuple[str, ...], name: str) -> list[str]:
    answer: Any = getattr(deployment.aws.client(service), operation)()
    for member in members:
        answer = answer.get(member, [])
    return [str(item[name] if name else item) for item in answer]
