"""What CloudTrail has of a token and of the session that is drawn with it: the chain that an audit follows."""

import json
from typing import Any

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of

TOKEN_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:jobpass-token"


def found(deployment: Deployment, key: str, value: str) -> list[dict[str, Any]]:
    """All events that an attribute finds, newest first."""
    pages = deployment.aws.client("cloudtrail").get_paginator("lookup_events")
    attributes = [{"AttributeKey": key, "AttributeValue": value}]
    return [
        json.loads(event["CloudTrailEvent"])
        for page in pages.paginate(LookupAttributes=attributes)
        for event in page["Events"]
    ]


def test_a_token_leaves_one_signature_by_the_token_functions_role(deployment: Deployment, platform: Platform) -> None:
    job = platform.register(Job(MAIN_BRANCH))
    before = {event["eventID"] for event in found(deployment, "EventName", "Sign")}
    token_of(ask_for_token(deployment, QUERY, bearer(job)))

    (signature,) = [event for event in found(deployment, "EventName", "Sign") if event["eventID"] not in before]

    identity = signature["userIdentity"]
    roles = deployment.aws.client("lambda").get_function(FunctionName="jobpass-token")["Configuration"]["Role"]
    assert identity["type"] == "AssumedRole"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == roles
    assert identity["inScopeOf"] == {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": TOKEN_FUNCTION}
    assert signature["userAgent"].startswith("jobpass-issuer/")
    assert signature["readOnly"] is True


def test_the_functions_session_began_with_lambda(deployment: Deployment, platform: Platform) -> None:
    job = platform.register(Job(MAIN_BRANCH))
    token_of(ask_for_token(deployment, QUERY, bearer(job)))
    access_key = found(deployment, "EventName", "Sign")[0]["userIdentity"]["accessKeyId"]

    (beginning,) = found(deployment, "ResourceName", access_key)

    assert beginning["userIdentity"] == {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    assert beginning["eventName"] == "AssumeRole"
    assert beginning["requestParameters"]["roleSessionName"] == "jobpass-token"
