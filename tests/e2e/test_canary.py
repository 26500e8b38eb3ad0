"""The canary on the deployed stack: it grants and refuses as it must, and sees which step does not."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jobpass_issuer.domain import canary
from jobpass_issuer.handlers.canary_round import REFUSALS
from local.deployment import Deployment
from tests.e2e.test_metrics import counted

JWK_SET, DISCOVERY = ".well-known/jwks.json", ".well-known/openid-configuration"
ROLE = "jobpass-canary-platform"
SERVICE = ("service", "jobpass-canary")
Change = Callable[[dict[str, Any]], object]


def invoked(deployment: Deployment) -> dict[str, Any]:
    """What the function answers to an operator who invokes it."""
    answer = deployment.aws.client("lambda").invoke(FunctionName=deployment.output("CanaryFunctionName"))
    outcome: dict[str, Any] = json.loads(answer["Payload"].read())
    return outcome


def canary_jobs(deployment: Deployment) -> list[dict[str, Any]]:
    """Its registrations, as they are in the table."""
    pages = deployment.aws.client("dynamodb").get_paginator("scan").paginate(TableName=deployment.output("TableName"))
    items = [item for page in pages for item in page["Items"]]
    return [item for item in items if item.get("platform") == {"S": canary.NAME}]


@contextmanager
def served(deployment: Deployment, key: str, change: Change) -> Iterator[None]:
    """While a document is another one: the account's root puts it there, whom the embedded AWS lets pass the policy."""
    s3, bucket = deployment.aws.client("s3"), deployment.output("DocumentsBucketName")
    right = s3.get_object(Bucket=bucket, Key=key)
    body = right["Body"].read()
    wrong = json.loads(body)
    change(wrong)
    form = {"Bucket": bucket, "Key": key, "ContentType": right["ContentType"], "CacheControl": right["CacheControl"]}
    s3.put_object(**form, Body=json.dumps(wrong).encode())
    try:
        yield
    finally:
        s3.put_object(**form, Body=body)


def test_a_round_grants_one_token_and_sees_five_refusals(deployment: Deployment) -> None:
    before = [counted(deployment, name).get((SERVICE,), 0) for name in ("CanaryGranted", "CanaryRefused")]

    assert invoked(deployment) == {"granted": True, "refused": list(REFUSALS), "failed": {}}

    after = [counted(deployment, name).get((SERVICE,), 0) for name in ("CanaryGranted", "CanaryRefused")]
    assert after == [before[0] + 1, before[1] + len(REFUSALS)]
    assert canary_jobs(deployment)
    assert all("ended_at" in job for job in canary_jobs(deployment))


@pytest.mark.parametrize(
    ("key", "change", "failed"),
    [
        (JWK_SET, lambda document: document.update(keys=[]), {"verify": "unknown_key"}),
        (
            JWK_SET,
            lambda document: [jwk.update(n=jwk["n"][:-8] + "AAAAAAAQ") for jwk in document["keys"]],
            {"verify": "signature"},
        ),
        (
            DISCOVERY,
            lambda document: document.update(issuer="https://oidc.example.com"),
            {"documents": "the discovery document names another issuer"},
        ),
        (DISCOVERY, lambda document: document.pop("jwks_uri"), {"documents": "NotHttps"}),
    ],
    ids=["no keys", "other keys", "other issuer", "no address of keys"],
)
def test_documents_that_do_not_prove_its_token_are_seen(
    deployment: Deployment, key: str, change: Change, failed: dict[str, str]
) -> None:
    (step,) = failed
    before = counted(deployment, "CanaryFailed")

    with served(deployment, key, change):
        outcome = invoked(deployment)

    assert outcome == {"granted": False, "refused": ["unknown_job", "wrong_audience", "ended_job"], "failed": failed}
    after, reason = counted(deployment, "CanaryFailed"), (("Reason", step), SERVICE)
    assert after[SERVICE,] == before.get((SERVICE,), 0) + 1
    assert after[reason] == before.get(reason, 0) + 1
    assert invoked(deployment)["granted"]


def test_a_platform_that_cannot_become_itself_is_seen(deployment: Deployment) -> None:
    iam = deployment.aws.client("iam")
    trusted = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    nobody = {**trusted, "Statement": [{**trusted["Statement"][0], "Effect": "Deny"}]}
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(nobody))
    try:
        outcome = invoked(deployment)
    finally:
        iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(trusted))

    assert outcome == {"granted": False, "refused": ["unknown_job"], "failed": {"session": "AccessDenied"}}
    assert invoked(deployment)["granted"]


def test_a_front_door_that_is_closed_to_platforms_is_seen(deployment: Deployment) -> None:
    iam = deployment.aws.client("iam")
    policy = iam.get_role_policy(RoleName=ROLE, PolicyName="invoke")["PolicyDocument"]
    iam.delete_role_policy(RoleName=ROLE, PolicyName="invoke")
    try:
        outcome = invoked(deployment)
    finally:
        iam.put_role_policy(RoleName=ROLE, PolicyName="invoke", PolicyDocument=json.dumps(policy))

    assert outcome == {"granted": False, "refused": ["unknown_job"], "failed": {"register": "answered 403"}}
    assert invoked(deployment)["granted"]
