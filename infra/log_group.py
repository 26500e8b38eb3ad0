"""A log group whose lines end when the configuration says so."""

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct


def log_group(scope: Construct, construct_id: str, name: str, retention_days: int) -> logs.LogGroup:
    """Return a log group that goes with its stack; `retention_days` is a period that CloudWatch Logs takes."""
    group = logs.LogGroup(scope, construct_id, log_group_name=name, removal_policy=RemovalPolicy.DESTROY)
    # The construct's own enumeration has names for the periods; the configuration has days, as CloudFormation does.
    cast("logs.CfnLogGroup", group.node.default_child).retention_in_days = retention_days
    return group
