"""GET /v1/token through the gateway: what a job may not ask, and who gets nothing at all."""

from typing import Any
from urllib.parse import quote

import pytest

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from local.web import Answer
from tests.e2e.asking import QUERY, ask_for_token, bearer, error_of, problems_of, token_of

AUDIENCES = ("sts.amazonaws.com", "vault.example.com")
DEPLOY = "arn:aws:iam::000000000000:role/jobpass-web-deploy"
REPORT = "arn:aws:iam::000000000000:role/jobpass-nightly-report"
LOOKALIKE = "\N{CYRILLIC SMALL LETTER DZE}ts.amazonaws.com"
FULL_WIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in "sts") + ".amazonaws.com"


@pytest.fixture(scope="module")
def job(platform: Platform) -> Registration:
    """A job on the main branch that may ask for two audiences and be pinned to two roles."""
    return platform.register(Job(MAIN_BRANCH, audiences=AUDIENCES, roles=("web-deploy", "web-release")))


def refused(answer: Answer, job: Registration, status: int, code: str) -> dict[str, Any]:
    """The error, which must not hold the job's secret."""
    assert job.request_token.partition(".")[2].encode() not in answer.body
    return error_of(answer, status, code)


class TestQueries:
    """What a job may not ask."""

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("", "audience"),
            ("audience", "audience"),
            ("audience=", "audience"),
            ("api-version=1", "audience"),
            (f"{QUERY}&audience=vault.example.com", "audience"),
            (f"{QUERY}&{QUERY}", "audience"),
            (f"{QUERY}&audience=", "audience"),
            (f"{QUERY}&%61udience=vault.example.com", "audience"),
            (f"{QUERY}&expires_in=60&expires_in=61", "expires_in"),
            (f"{QUERY}&unknown=1", "unknown"),
            ("Audience=sts.amazonaws.com", "Audience"),
            ("audience%00=sts.amazonaws.com", "(a name that is not shown)"),
            ("audience[]=sts.amazonaws.com", "(a name that is not shown)"),
            (f"{QUERY}&sub=org:acme", "sub"),
            (f"{QUERY}&api-version=2", "api-version"),
            (f"{QUERY}&api-version=", "api-version"),
            (f"{QUERY}&expires_in=", "expires_in"),
            (f"{QUERY}&expires_in=0", "expires_in"),
            (f"{QUERY}&expires_in=-1", "expires_in"),
            (f"{QUERY}&expires_in=%2B60", "expires_in"),
            (f"{QUERY}&expires_in=1.5", "expires_in"),
            (f"{QUERY}&expires_in=1e3", "expires_in"),
            (f"{QUERY}&expires_in=0x10", "expires_in"),
            (f"{QUERY}&expires_in=%2060", "expires_in"),
            (f"{QUERY}&expires_in=%D9%A6%D9%A0", "expires_in"),
            (f"{QUERY}&expires_in=9999999999", "expires_in"),
            (f"{QUERY}&expires_in={'9' * 3000}", "expires_in"),
            (f"audience=vault.example.com&role_arn={DEPLOY}", "role_arn"),
        ],
    )
    def test_a_malformed_query_is_refused_by_its_parameter(
        self, deployment: Deployment, job: Registration, query: str, field: str
    ) -> None:
        error = refused(ask_for_token(deployment, query, bearer(job)), job, 400, "invalid_request")
        assert problems_of(error) == [field]

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("audience=%ff", "not UTF-8"),
            ("audience=sts%C0%AEamazonaws.com", "not UTF-8"),
            ("audience=%ED%A0%80", "not UTF-8"),
            (f"audience={'a' * 4096}", "longer than 4096 characters"),
            (f"audience={'a' * 30000}", "longer than 4096 characters"),
            ("&".join(f"p{number}=1" for number in range(17)), "more than 16 parameters"),
        ],
    )
    def test_a_query_that_cannot_be_read_is_refused(
        self, deployment: Deployment, job: Registration, query: str, said: str
    ) -> None:
        error = refused(ask_for_token(deployment, query, bearer(job)), job, 400, "invalid_request")
        assert said in error["error_description"]

    def test_every_mistake_of_a_query_is_told_at_once(self, deployment: Deployment, job: Registration) -> None:
        query = "api-version=0&audience=&expires_in=x"
        error = refused(ask_for_token(deployment, query, bearer(job)), job, 400, "invalid_request")
        assert problems_of(error) == ["api-version", "audience", "expires_in"]

    @pytest.mark.parametrize(
        "audience",
        [
            "evil.example.com",
            "sts.amazonaws.com,vault.example.com",
            "sts.amazonaws.com vault.example.com",
            "STS.amazonaws.com",
            "sts.amazonaws.com.",
            "sts.amazonaws.com/",
            "sts.amazonaws.co",
            "sts.amazonaws.comm",
            "sts.amazonaws.com\0",
            "sts.amazonaws.com\n",
            "\u200bsts.amazonaws.com",
            " sts.amazonaws.com",
            "sts.amazonaws.com;x=1",
            "sts.amazonaws.com&expires_in=1",
            "sts*",
            "*",
            '["sts.amazonaws.com"]',
            LOOKALIKE,
            FULL_WIDTH,
            "a" * 255,
            "a" * 4000,
        ],
    )
    def test_an_audience_that_was_not_registered_is_refused(
        self, deployment: Deployment, job: Registration, audience: str
    ) -> None:
        answer = ask_for_token(deployment, f"audience={quote(audience, safe='')}", bearer(job))
        assert problems_of(refused(answer, job, 400, "invalid_target")) == ["audience"]

    @pytest.mark.parametrize(
        "query",
        ["audience=sts%252Eamazonaws.com", "audience=sts+amazonaws.com", "audience=sts.amazonaws.com+"],
        ids=["encoded twice", "plus", "plus at the end"],
    )
    def test_nothing_is_decoded_twice_and_a_plus_is_a_blank(
        self, deployment: Deployment, job: Registration, query: str
    ) -> None:
        refused(ask_for_token(deployment, query, bearer(job)), job, 400, "invalid_target")

    @pytest.mark.parametrize(
        "arn",
        ["", "x", "*", DEPLOY[:-1], DEPLOY + "-evil", DEPLOY.upper(), REPORT, DEPLOY.replace("000000000000", "1" * 12)],
    )
    def test_a_pin_to_another_role_is_refused(self, deployment: Deployment, job: Registration, arn: str) -> None:
        answer = ask_for_token(deployment, f"{QUERY}&role_arn={quote(arn, safe='')}", bearer(job))
        assert problems_of(refused(answer, job, 400, "invalid_target")) == ["role_arn"]


class TestAuthorization:
    """Who gets nothing at all."""

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "Bearer",
            "Bearer ",
            "{token}",
            "Bearer{token}",
            "Bearer\t{token}",
            "Basic {token}",
            "Digest {token}",
            "token {token}",
            "Bearer: {token}",
            "Bearer Bearer {token}",
            'Bearer "{token}"',
            "Bearer {token}x",
            "Bearer {token} x",
            "Bearer {token},x",
            "Bearer {token}, Bearer {token}",
            "Bearer x{token}",
            "Bearer {upper}",
            "Bearer {encoded}",
            "Bearer {job_id}",
            "Bearer {job_id}.",
            "Bearer .{secret}",
            "Bearer {secret}.{job_id}",
            "Bearer {token}\xa0",
            "Bearer caf\xe9",
            "Bearer {long}",
            "Bearer null",
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/execute-api/aws4_request,Headers=host,Signature=0",
        ],
    )
    def test_what_is_no_request_token_in_its_own_header_is_refused(
        self, deployment: Deployment, job: Registration, value: str
    ) -> None:
        job_id, _, secret = job.request_token.partition(".")
        parts = {"token": job.request_token, "upper": job.request_token.upper(), "job_id": job_id, "secret": secret}
        parts |= {"encoded": job.request_token.replace(".", "%2E"), "long": "a" * 10240}
        answer = ask_for_token(deployment, QUERY, [("Authorization", value.format(**parts))])
        refused(answer, job, 401, "invalid_token")

    @pytest.mark.parametrize("name", ["", "X-Authorization", "Proxy-Authorization", "Authorization-", "Cookie"])
    def test_no_other_header_stands_for_it(self, deployment: Deployment, job: Registration, name: str) -> None:
        headers = [(name, f"Bearer {job.request_token}")] if name else []
        refused(ask_for_token(deployment, QUERY, headers), job, 401, "invalid_token")

    @pytest.mark.parametrize("second", ["{first}", "Bearer x", "Basic eDp4"])
    @pytest.mark.parametrize("order", [1, -1])
    def test_two_headers_are_refused_whatever_they_say(
        self, deployment: Deployment, job: Registration, second: str, order: int
    ) -> None:
        values = [f"Bearer {job.request_token}", second.format(first=f"Bearer {job.request_token}")][::order]
        answer = ask_for_token(deployment, QUERY, [("Authorization", value) for value in values])
        refused(answer, job, 401, "invalid_token")

    @pytest.mark.parametrize("query", ["access_token", "token", "authorization"])
    def test_a_token_in_the_query_is_refused(self, deployment: Deployment, job: Registration, query: str) -> None:
        answer = ask_for_token(deployment, f"{QUERY}&{query}={job.request_token}", [])
        refused(answer, job, 401, "invalid_token")

    def test_no_job_and_a_wrong_secret_get_one_answer(self, deployment: Deployment, job: Registration) -> None:
        job_id, _, secret = job.request_token.partition(".")
        wrong = secret[:-1] + ("A" if secret[-1] != "A" else "Q")
        answers = [
            refused(ask_for_token(deployment, QUERY, [("Authorization", f"Bearer {token}")]), job, 401, "invalid_token")
            for token in (f"{job_id}.{wrong}", f"{'0' * 32}.{secret}", f"{'0' * 32}.{wrong}")
        ]
        said = [{name: value for name, value in answer.items() if name != "request_id"} for answer in answers]
        assert said[0] == said[1] == said[2]
        assert len({answer["request_id"] for answer in answers}) == 3

    def test_a_job_does_not_learn_of_its_query_before_it_has_shown_its_token(
        self, deployment: Deployment, job: Registration
    ) -> None:
        refused(ask_for_token(deployment, "", [("Authorization", "Bearer x")]), job, 401, "invalid_token")

    def test_one_jobs_secret_is_not_anothers(
        self, deployment: Deployment, job: Registration, nightly: Registration
    ) -> None:
        mixed = f"{nightly.job_id}.{job.request_token.partition('.')[2]}"
        refused(ask_for_token(deployment, QUERY, [("Authorization", f"Bearer {mixed}")]), job, 401, "invalid_token")


class TestRoutes:
    """What the gateway does not lead to the function."""

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
    def test_a_token_is_had_by_get_alone(self, deployment: Deployment, job: Registration, method: str) -> None:
        url = f"{deployment.output('ApiUrl')}/v1/token?{QUERY}"
        assert deployment.web.request(method, url, dict(bearer(job))).status in (403, 404, 405)

    @pytest.mark.parametrize(
        "path", ["/v1/token/", "/v1//token", "/V1/token", "/v2/token", "/token", "/v1/token/x", "/"]
    )
    def test_a_token_is_had_at_one_path_alone(self, deployment: Deployment, job: Registration, path: str) -> None:
        answer = deployment.web.request("GET", f"{deployment.output('ApiUrl')}{path}?{QUERY}", dict(bearer(job)))
        assert answer.status == 404

    def test_no_browser_of_another_site_may_read_it(self, deployment: Deployment, job: Registration) -> None:
        headers = [*bearer(job), ("Origin", "https://evil.example.com")]
        answer = ask_for_token(deployment, QUERY, headers)
        token_of(answer)
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
