"""Events as an HTTP API sends them (payload format 2.0), and answers taken apart."""

import json
from typing import Any

CALLER = "arn:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server/session"
OTHER_CALLER = "arn:aws:sts::000000000000:assumed-role/jobpass-platform-scheduler/session"
WINDMILL_CALLER = "arn:aws:sts::000000000000:assumed-role/jobpass-platform-windmill/session"
REQUEST_ID = "req-0123456789"
SOURCE_ADDRESS = "192.0.2.7"


def event(route_key: str = "GET /v1/token", **parts: Any) -> dict[str, Any]:
    """An event with a query, headers, a body, path parameters or a caller, each where given."""
    headers = {"content-length": "0", "user-agent": "curl/8", **parts.get("headers", {})}
    context: dict[str, Any] = {"requestId": REQUEST_ID, "routeKey": route_key, "stage": "$default"}
    context["http"] = {"method": route_key.partition(" ")[0], "sourceIp": SOURCE_ADDRESS}
    if "caller" in parts:
        context["authorizer"] = {"iam": {"userArn": parts["caller"], "accountId": "000000000000"}}
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": route_key.partition(" ")[2],
        "rawQueryString": parts.get("query", ""),
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": parts.get("base64", False),
    }
    if "body" in parts:
        made["body"] = parts["body"]
    if "job_id" in parts:
        made["pathParameters"] = {"job_id": parts["job_id"]}
    return made


def token_event(token: object, query: str = "api-version=1&audience=sts.amazonaws.com") -> dict[str, Any]:
    """A job's request for a token."""
    return event(query=query, headers={"authorization": f"Bearer {token}"})


def job_event(members: object, caller: str = CALLER, **parts: Any) -> dict[str, Any]:
    """A platform's registration of a job."""
    headers = {"content-type": "application/json"}
    return event("POST /v1/jobs", caller=caller, body=json.dumps(members), headers=headers, **parts)


def members(answer: dict[str, Any]) -> dict[str, Any]:
    """The body of an answer, whose headers are those of every answer."""
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
    answer["body"].encode("ascii")
    body: dict[str, Any] = json.loads(answer["body"])
    return body
