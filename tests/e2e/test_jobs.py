"""A job's life as its platform sees it, through the gateway: registered, shown, ended, and what is kept of it."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from tests.e2e.asking import QUERY, ask_for_token, bearer, error_of, problems_of, token_of, unverified
from tests.e2e.registering import DEPLOY, body, described, instant, post

SUBJECT = "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main"


class TestRegistering:
    """What a platform gets for a registration."""

    def test_the_answer_has_all_that_platform_and_job_need(self, deployment: Deployment, platform: Platform) -> None:
        before = int(time.time())
        made = described(platform.call("POST", "/v1/jobs", body(roles=["web-deploy", "web-release"])), 201)

        url = f"{deployment.output('ApiUrl')}/v1/token?api-version=1"
        job_id, _, secret = made["request_token"].partition(".")
        assert made["job_id"] == job_id
        assert len(job_id) == 32
        assert len(base64.urlsafe_b64decode(secret + "=")) == 32
        assert made["request_url"] == url
        assert made["environment"] == {
            "github": {
                "ACTIONS_ID_TOKEN_REQUEST_URL": url,
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": made["request_token"],
            }
        }
        assert before <= instant(made["registered_at"]) <= time.time()
        assert instant(made["expires_at"]) - instant(made["registered_at"]) == 3600
        assert made["ended_at"] is None
        assert (made["platform"], made["profile"], made["aws_claims"]) == ("ci-server", "ci", "full")
        assert (made["subject"], made["fields"]) == (SUBJECT, {**MAIN_BRANCH, "org": "acme"})
        assert made["audiences"] == ["sts.amazonaws.com"]
        assert (made["default_audience"], made["pinned"]) == (None, False)
        assert made["roles"] == {
            "web-deploy": {"arn": DEPLOY, "allowed": True},
            "web-release": {
                "arn": DEPLOY.replace("deploy", "release"),
                "allowed": False,
                "obstacle": "`ref` is `refs/heads/main`; the role wants `refs/tags/v*`",
            },
        }

    def test_every_registration_has_an_identifier_and_a_secret_of_its_own(self, platform: Platform) -> None:
        made = [platform.register(Job(MAIN_BRANCH)) for _ in range(3)]
        assert len({job.job_id for job in made}) == 3
        assert len({job.request_token.partition(".")[2] for job in made}) == 3

    @pytest.mark.parametrize("seconds", [60, 86400])
    def test_a_registration_may_last_this_long(self, platform: Platform, seconds: int) -> None:
        made = described(platform.call("POST", "/v1/jobs", body(expires_in_seconds=seconds)), 201)
        assert instant(made["expires_at"]) - instant(made["registered_at"]) == seconds

    @pytest.mark.parametrize(
        "media_type", ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json ;x"]
    )
    def test_json_by_any_spelling_of_its_name_is_taken(self, platform: Platform, media_type: str) -> None:
        assert post(platform, body(), {"Content-Type": media_type}).status == 201

    def test_a_body_may_be_as_long_as_the_documented_most(self, platform: Platform) -> None:
        assert post(platform, body().ljust(65_536)).status == 201
        error = error_of(post(platform, body().ljust(65_537)), 400, "invalid_request")
        assert error["error_description"] == "the body is longer than 65536 bytes"


class TestShowingAndEnding:
    """A job's life, as its platform sees it."""

    def test_a_job_is_shown_without_its_secret(self, platform: Platform) -> None:
        made = described(platform.call("POST", "/v1/jobs", body()), 201)
        shown = platform.look_at(made["job_id"])
        secret = made["request_token"].partition(".")[2]
        assert secret.encode() not in shown.body
        assert hashlib.sha256(secret.encode()).hexdigest().encode() not in shown.body
        kept = {
            name: value for name, value in made.items() if name not in ("request_url", "request_token", "environment")
        }
        assert described(shown) == {**kept, "roles": [DEPLOY]}

    def test_what_a_job_is_handed_is_told_once(self, deployment: Deployment, platform: Platform) -> None:
        made = described(platform.call("POST", "/v1/jobs", body(environment=["aws-sdk", "github"])), 201)
        url = f"{deployment.output('ApiUrl')}/v1/credentials?role_arn="
        assert list(made["environment"]) == ["aws-sdk", "github"]
        assert made["environment"]["aws-sdk"] == {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": url + DEPLOY.replace(":", "%3A").replace("/", "%2F"),
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": made["request_token"],
        }
        secret = made["request_token"].partition(".")[2].encode()
        for answer in (
            platform.look_at(made["job_id"]),
            platform.end(made["job_id"]),
            platform.look_at(made["job_id"]),
        ):
            assert secret not in answer.body
            assert not {"environment", "request_url", "request_token"} & set(described(answer))

    def test_a_pinned_jobs_tokens_are_for_its_roles_alone(self, deployment: Deployment, platform: Platform) -> None:
        pinned, free = (platform.register(Job(MAIN_BRANCH, pinned=each)) for each in (True, False))
        assert described(platform.look_at(pinned.job_id))["pinned"] is True
        for job, roles in ((pinned, [DEPLOY]), (free, None)):
            _, claims = unverified(token_of(ask_for_token(deployment, QUERY, bearer(job))))
            assert claims.get("https://aws.amazon.com/roles") == roles

    def test_an_ended_job_gets_nothing(self, deployment: Deployment, platform: Platform) -> None:
        job = platform.register(Job(MAIN_BRANCH))
        token_of(ask_for_token(deployment, QUERY, bearer(job)))
        before = int(time.time())

        ended = described(platform.end(job.job_id))

        assert before <= instant(ended["ended_at"]) <= time.time()
        error = error_of(ask_for_token(deployment, QUERY, bearer(job)), 401, "invalid_token")
        assert "the job has ended" in error["error_description"]
        assert described(platform.look_at(job.job_id)) == ended

    def test_ending_twice_keeps_the_first_time(self, platform: Platform) -> None:
        job = platform.register(Job(MAIN_BRANCH))
        first = described(platform.end(job.job_id))
        while int(time.time()) <= instant(first["ended_at"]):
            time.sleep(0.05)
        assert described(platform.end(job.job_id)) == first

    def test_ending_one_job_leaves_another_alone(self, deployment: Deployment, platform: Platform) -> None:
        ended, other = (platform.register(Job(MAIN_BRANCH)) for _ in range(2))
        platform.end(ended.job_id)
        token_of(ask_for_token(deployment, QUERY, bearer(other)))

    def test_an_expired_registration_gets_nothing_though_it_is_still_there(
        self, deployment: Deployment, platform: Platform
    ) -> None:
        """A registration lasts a minute at least, so an administrator sets its end back instead of waiting."""
        job = platform.register(Job(MAIN_BRANCH))
        now = int(time.time())
        with registration_document(deployment, job) as document:
            document["expires_at"] = now + 3
        token_of(ask_for_token(deployment, QUERY, bearer(job)))
        with registration_document(deployment, job) as document:
            document["expires_at"] = now
        error = error_of(ask_for_token(deployment, QUERY, bearer(job)), 401, "invalid_token")
        assert "the registration has expired" in error["error_description"]
        assert described(platform.look_at(job.job_id))["ended_at"] is None

    def test_another_platforms_job_is_not_there(
        self, deployment: Deployment, platform: Platform, scheduler: Platform
    ) -> None:
        job = platform.register(Job(MAIN_BRANCH))
        nobodys = error_of(scheduler.look_at("0" * 32), 404, "not_found")
        for answer in (scheduler.look_at(job.job_id), scheduler.end(job.job_id)):
            assert error_of(answer, 404, "not_found") | {"request_id": ""} == nobodys | {"request_id": ""}
        assert described(platform.look_at(job.job_id))["ended_at"] is None
        token_of(ask_for_token(deployment, QUERY, bearer(job)))

    def test_a_platform_registers_no_job_of_another_kind(self, scheduler: Platform) -> None:
        error = error_of(post(scheduler, body()), 400, "invalid_request")
        assert problems_of(error) == ["profile", "roles[0]"]


@contextmanager
def registration_document(deployment: Deployment, job: Registration) -> Iterator[dict[str, Any]]:
    """The stored registration, written back as it is left."""
    dynamodb = deployment.aws.client("dynamodb")
    where = {"TableName": deployment.output("TableName"), "Key": {"pk": {"S": f"job#{job.job_id}"}}}
    document = json.loads(dynamodb.get_item(**where, ConsistentRead=True)["Item"]["document"]["S"])
    yield document
    dynamodb.update_item(
        **where,
        UpdateExpression="SET document = :document",
        ExpressionAttributeValues={":document": {"S": json.dumps(document)}},
    )


class TestTheTable:
    """What is kept of a job."""

    def test_keeps_the_secrets_hash_and_no_token(self, deployment: Deployment, platform: Platform) -> None:
        job = platform.register(Job(MAIN_BRANCH))
        secret = job.request_token.partition(".")[2]
        items = deployment.aws.client("dynamodb").scan(TableName=deployment.output("TableName"))["Items"]
        text = json.dumps(items)
        assert secret not in text
        assert job.request_token not in text
        (item,) = [item for item in items if item["pk"]["S"] == f"job#{job.job_id}"]
        document = json.loads(item["document"]["S"])
        assert document["secret_sha256"] == hashlib.sha256(secret.encode()).hexdigest()
        assert item["platform"] == {"S": "ci-server"}
        assert int(item["delete_after"]["N"]) == document["expires_at"] + 7 * 86400

    def test_forgets_what_is_past_its_time(self, deployment: Deployment) -> None:
        described_ttl = deployment.aws.client("dynamodb").describe_time_to_live(
            TableName=deployment.output("TableName")
        )
        ttl = described_ttl["TimeToLiveDescription"]
        assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "delete_after"}

    def test_can_be_restored_to_any_moment(self, deployment: Deployment) -> None:
        dynamodb, name = deployment.aws.client("dynamodb"), deployment.output("TableName")
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert (
            dynamodb.describe_table(TableName=name)["Table"]["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        )
