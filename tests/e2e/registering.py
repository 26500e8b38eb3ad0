"""Registrations as these tests send them, and how a good answer must look."""

import json
from datetime import datetime
from typing import Any

from local.registration import MAIN_BRANCH, Job, Platform
from local.web import Answer

BODY: dict[str, Any] = json.loads(Job(MAIN_BRANCH).body())
NIGHTLY = {"team": "data", "job": "report", "run_id": "run-1"}
DEPLOY = "arn:aws:iam::000000000000:role/jobpass-web-deploy"


def body(**changed: object) -> bytes:
    """A good registration with some members changed."""
    return json.dumps({**BODY, **changed}).encode()


def fields(**changed: object) -> dict[str, object]:
    """The member `fields` of a good registration with some fields changed."""
    return {"fields": {**MAIN_BRANCH, **changed}}


def post(platform: Platform, content: bytes, headers: dict[str, str] | None = None, path: str = "/v1/jobs") -> Answer:
    """A signed POST; the headers are signed too."""
    chosen = {"Content-Type": "application/json"} if headers is None else headers
    return platform.web.request("POST", platform.api_url + path, platform.sign("POST", path, chosen, content), content)


def described(answer: Answer, status: int = 200) -> dict[str, Any]:
    """The description of a job in an answer that nobody may keep."""
    assert answer.status == status, answer.body
    assert answer.headers.get_all("Cache-Control") == ["no-store"]
    assert answer.headers.get_all("Content-Type") == ["application/json"]
    document: dict[str, Any] = json.loads(answer.body)
    return document


def instant(text: str) -> float:
    """RFC 3339 in UTC, as Unix seconds."""
    assert text.endswith("Z")
    return datetime.fromisoformat(text).timestamp()
