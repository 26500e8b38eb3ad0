"""What a platform may not send to POST /v1/jobs, each by its name; and identifiers that are none."""

import base64
import gzip
import json
from typing import Any

import pytest

from local.registration import MAIN_BRANCH, Platform
from tests.e2e.asking import error_of, problems_of
from tests.e2e.registering import BODY, DEPLOY, body, fields, post


class TestBadInput:
    """What a platform may not send."""

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b" ",
            b"{",
            b"null",
            b"true",
            b"1",
            b'"x"',
            b"[]",
            b"{'profile': 'ci'}",
            b"profile=ci",
            body() + b"x",
            body() + body(),
            body().replace(b"3600", b"NaN"),
            body().replace(b"3600", b"Infinity"),
            body().replace(b'"profile"', b'"profile": "nightly", "profile"'),
            body().replace(b'"ref":', b'"ref": "refs/heads/dev", "ref":'),
            body().replace(b"refs/heads/main", b"refs/heads/\xff"),
            body().decode().encode("utf-16"),
            b"\xef\xbb\xbf" + body(),
            base64.b64encode(body()),
            gzip.compress(body(), mtime=0),
            b"\0" * 100,
            b"[" * 30_000 + b"]" * 30_000,
            b'{"fields":' * 9_000 + b"1" + b"}" * 9_000,
            body(fields={**MAIN_BRANCH, "repo_slug": "a" * 70_000}),
        ],
        ids=lambda content: repr(content[:24]) + f"-{len(content)}",
    )
    def test_what_is_no_json_object_in_utf_8_is_refused(self, platform: Platform, content: bytes) -> None:
        error_of(post(platform, content), 400, "invalid_request")

    @pytest.mark.parametrize(
        "media_type",
        [
            None,
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "application/jsonp",
            "application/vnd.api+json",
            "text/plain, application/json",
            "multipart/form-data; boundary=application/json",
        ],
    )
    def test_another_content_type_is_refused(self, platform: Platform, media_type: str | None) -> None:
        error = error_of(
            post(platform, body(), {} if media_type is None else {"Content-Type": media_type}), 400, "invalid_request"
        )
        assert "Content-Type: application/json" in error["error_description"]

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"unknown": 1}, "unknown"),
            ({"job_id": "0" * 32}, "job_id"),
            ({"platform": "scheduler"}, "platform"),
            ({"subject": "x"}, "subject"),
            ({"Profile": "ci"}, "Profile"),
            ({"profile": 1}, "profile"),
            ({"profile": None}, "profile"),
            ({"profile": ""}, "profile"),
            ({"profile": ["ci"]}, "profile"),
            ({"profile": "CI"}, "profile"),
            ({"profile": "c\u0456"}, "profile"),
            ({"profile": "nightly"}, "profile"),
            ({"fields": []}, "fields"),
            ({"fields": None}, "fields"),
            ({"fields": "x"}, "fields"),
            (fields(ref=1), "fields.ref"),
            (fields(ref=None), "fields.ref"),
            (fields(ref=["refs/heads/main"]), "fields.ref"),
            (fields(ref=""), "fields.ref"),
            (fields(ref="refs/heads/*"), "fields.ref"),
            (fields(ref="refs/heads/mai?"), "fields.ref"),
            (fields(ref="refs/heads/main\n"), "fields.ref"),
            (fields(ref="refs/heads/main\0"), "fields.ref"),
            (fields(ref="refs/heads/m\u0430in"), "fields.ref"),
            (fields(ref="refs/heads/\ud800"), "fields.ref"),
            (fields(ref="main"), "fields.ref"),
            (fields(ref="refs/heads/" + "a" * 300), "fields.ref"),
            (fields(repo="web:ref_type:tag"), "fields.repo"),
            (fields(ref_type="BRANCH"), "fields.ref_type"),
            (fields(project_id="x"), "fields.project_id"),
            (fields(org="evil"), "fields.org"),
            (fields(unknown="x"), "fields.unknown"),
            ({"audiences": "sts.amazonaws.com"}, "audiences"),
            ({"audiences": None}, "audiences"),
            ({"audiences": []}, "audiences"),
            ({"audiences": [1]}, "audiences"),
            ({"audiences": ["sts.amazonaws.com"] * 2}, "audiences"),
            ({"audiences": [f"a{number}" for number in range(11)]}, "audiences"),
            ({"audiences": [""]}, "audiences[0]"),
            ({"audiences": ["evil.example.com"]}, "audiences[0]"),
            ({"audiences": ["sts.amazonaws.com", "*"]}, "audiences[1]"),
            ({"audiences": ["sts.amazonaws.com "]}, "audiences[0]"),
            ({"audiences": ["\u0455ts.amazonaws.com"]}, "audiences[0]"),
            ({"audiences": ["STS.AMAZONAWS.COM"]}, "audiences[0]"),
            ({"audiences": ["a" * 256]}, "audiences[0]"),
            ({"roles": "web-deploy"}, "roles"),
            ({"roles": None}, "roles"),
            ({"roles": [None]}, "roles"),
            ({"roles": ["web-deploy"] * 2}, "roles"),
            ({"roles": [f"r{number}" for number in range(11)]}, "roles"),
            ({"roles": ["nightly-report"]}, "roles[0]"),
            ({"roles": ["web-deploy", "web-deploy-evil"]}, "roles[1]"),
            ({"roles": [DEPLOY]}, "roles[0]"),
            ({"expires_in_seconds": "60"}, "expires_in_seconds"),
            ({"expires_in_seconds": None}, "expires_in_seconds"),
            ({"expires_in_seconds": True}, "expires_in_seconds"),
            ({"expires_in_seconds": 60.0}, "expires_in_seconds"),
            ({"expires_in_seconds": -1}, "expires_in_seconds"),
            ({"expires_in_seconds": 0}, "expires_in_seconds"),
            ({"expires_in_seconds": 59}, "expires_in_seconds"),
            ({"expires_in_seconds": 86401}, "expires_in_seconds"),
            ({"expires_in_seconds": 10**400}, "expires_in_seconds"),
            ({"aws_claims": "some"}, "aws_claims"),
            ({"aws_claims": None}, "aws_claims"),
            ({"aws_claims": False}, "aws_claims"),
            ({"pinned": "true"}, "pinned"),
            ({"pinned": None}, "pinned"),
            ({"pinned": 1}, "pinned"),
            ({"pinned": True, "roles": []}, "pinned"),
            ({"environment": "github"}, "environment"),
            ({"environment": None}, "environment"),
            ({"environment": [1]}, "environment"),
            ({"environment": ["github"] * 2}, "environment"),
            ({"environment": ["github", "GITHUB"]}, "environment[1]"),
            ({"environment": ["gitlab"]}, "environment[0]"),
            ({"environment": ["windmill"]}, "environment[0]"),
            ({"environment": ["google"]}, "environment[0]"),
            ({"environment": ["azure"]}, "environment[0]"),
            ({"environment": ["aws-sdk"], "roles": []}, "environment[0]"),
        ],
        ids=lambda value: ascii(value)[:60],
    )
    def test_a_member_that_is_not_as_it_should_be_is_refused_by_its_name(
        self, platform: Platform, changed: dict[str, Any], field: str
    ) -> None:
        error = error_of(post(platform, body(**changed)), 400, "invalid_request")
        assert problems_of(error) == [field]

    @pytest.mark.parametrize("member", ["profile", "audiences"])
    def test_a_member_that_is_needed_is_refused_where_absent(self, platform: Platform, member: str) -> None:
        left = {name: value for name, value in BODY.items() if name != member}
        assert problems_of(error_of(post(platform, json.dumps(left).encode()), 400, "invalid_request")) == [member]

    def test_every_mistake_is_told_at_once_of_form_and_of_content(self, platform: Platform) -> None:
        content = body(fields={"repo": "a b", "ref": 1}, audiences=["x"], roles="x", expires_in_seconds=1, pinned="no")
        told = problems_of(error_of(post(platform, content), 400, "invalid_request"))
        assert sorted(told) == sorted(
            [
                *("fields.repo", "fields.project_id", "fields.ref_type", "fields.ref"),
                *("audiences[0]", "roles", "expires_in_seconds", "pinned"),
            ]
        )

    @pytest.mark.parametrize("query", ["x=1", "job_id=1", "audience=sts.amazonaws.com"])
    def test_a_query_is_refused(self, platform: Platform, query: str) -> None:
        error = error_of(post(platform, body(), path=f"/v1/jobs?{query}"), 400, "invalid_request")
        assert error["error_description"].endswith("it takes none")

    @pytest.mark.parametrize(
        "job_id", ["x", "0" * 31, "0" * 33, "A" * 32, "g" * 32, "ring", "job%23" + "0" * 32, "%00", "0" * 2000]
    )
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_what_is_no_identifier_is_not_found(self, platform: Platform, method: str, job_id: str) -> None:
        error_of(platform.call(method, f"/v1/jobs/{job_id}"), 404, "not_found")
