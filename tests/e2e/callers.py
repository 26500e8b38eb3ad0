"""Who calls AWS in these tests: platforms, functions, administrators and people with no business here."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from local.clients import Credentials, account, assume_role
from local.deployment import Deployment
from local.emulator import ISSUER_ACCOUNT
from local.registration import PLATFORM_ACCOUNT, Platform

ADMINISTRATION = {"Effect": "Allow", "Action": "*", "Resource": "*"}
INVOCATION = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}


@contextmanager
def role(
    deployment: Deployment, name: str, permission: Mapping[str, object], *, account_id: str = ISSUER_ACCOUNT
) -> Iterator[Credentials]:
    """Credentials of a role that is there for as long as the block runs, and may do what one statement says."""
    owner = Credentials() if account_id == ISSUER_ACCOUNT else account(account_id)
    iam = deployment.aws.client("iam", owner)
    root = f"arn:aws:iam::{account_id}:root"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": root}}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
    try:
        iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=policy(permission))
        # A session's name is its caller's choice: one that says `ci-server` must be worth nothing.
        yield assume_role(deployment.aws, f"arn:aws:iam::{account_id}:role/{name}", "jobpass-platform-ci-server", owner)
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="only")
        iam.delete_role(RoleName=name)


def function_role(deployment: Deployment, output: str) -> Credentials:
    """Credentials of a deployed function's own role.

    On AWS nobody but Lambda may assume it; the embedded AWS lets the account's root pass any trust policy.
    """
    name = deployment.output(output)
    arn = deployment.aws.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    return assume_role(deployment.aws, arn, name, Credentials())


def caller(deployment: Deployment, credentials: Credentials) -> Platform:
    """Somebody who signs calls of the API with these credentials, a platform or not."""
    return Platform(deployment.web, deployment.output("ApiUrl"), deployment.aws.region, credentials)


def scheduler(deployment: Deployment) -> Platform:
    """The example's second platform, which comes to its invocation role from a role of its own account."""
    invocation = deployment.output("PlatformSchedulerInvocationRoleArn")
    root = account(PLATFORM_ACCOUNT)
    iam = deployment.aws.client("iam", root)
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{PLATFORM_ACCOUNT}:root"},
    }
    # Whoever else acts as the scheduler on this deployment may have made it.
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="scheduler", AssumeRolePolicyDocument=policy(trust))
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": invocation}
    iam.put_role_policy(RoleName="scheduler", PolicyName="register-jobs", PolicyDocument=policy(assume))
    own = assume_role(deployment.aws, f"arn:aws:iam::{PLATFORM_ACCOUNT}:role/scheduler", "scheduler-1", root)
    return caller(deployment, assume_role(deployment.aws, invocation, "scheduler-1", own))


def policy(statement: Mapping[str, object]) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
