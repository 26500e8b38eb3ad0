"""Windmill's guide to AWS, followed to the letter: its scripts run, its trust policies grant and refuse as it says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import Credentials, account
from local.deployment import Deployment
from local.registration import Platform, Registration
from tests.e2e import windmill_guide
from tests.e2e.asking import request, unverified
from tests.e2e.npm_packages import NpmPackages
from tests.e2e.programs import machine
from tests.e2e.windmill import SCRIPT, Worker, job
from tests.e2e.windmill_guide import needs_guide

pytestmark = needs_guide

BASE_URL = "jobs.example.com"
NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
OTHER_SCRIPT = {**SCRIPT, "path": "f/backup/weekly"}
STEP = {**SCRIPT, "flow_path": "f/flows/close"}


@pytest.fixture(scope="module")
def platform(clients: Deployment) -> Platform:
    """The Windmill instance."""
    return clients.platform("PlatformWindmillInvocationRoleArn")


@pytest.fixture(scope="module")
def followed(clients: Deployment) -> Iterator[str]:
    """The guide's account, with the provider of the guide's first steps in it."""
    account_id = windmill_guide.account_of_provider(BASE_URL)
    iam = clients.aws.client("iam", account(account_id))
    url, audience = windmill_guide.provider_url(BASE_URL)
    arn = iam.create_open_id_connect_provider(Url=url, ClientIDList=[audience])["OpenIDConnectProviderArn"]
    (statement,) = windmill_guide.trust_policy(BASE_URL)["Statement"]
    assert arn == statement["Principal"]["Federated"]
    yield account_id
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def token(clients: Deployment, registered: Registration) -> str:
    """The job's ID token for STS, by the route of Windmill's clients."""
    workspace = registered.environment["windmill"]["WM_WORKSPACE"]
    url = f"{clients.output('ApiUrl')}/api/w/{workspace}/oidc/token/sts.amazonaws.com"
    return said(clients, url, registered)


def said(clients: Deployment, url: str, registered: Registration) -> str:
    answer = request(clients.web, "POST", url, [("Authorization", f"Bearer {registered.request_token}")])
    assert answer.status == 200, answer.body
    return answer.body.decode()


def assume(clients: Deployment, role_arn: str, id_token: str) -> dict[str, Any]:
    """What STS answers; raises what the SDK raises when it refuses."""
    answer: dict[str, Any] = clients.aws.client("sts").assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="my_session", WebIdentityToken=id_token
    )
    return answer


def is_granted(clients: Deployment, role_arn: str, id_token: str) -> bool:
    """Whether the role takes the token; a refusal must be the trust policy's."""
    try:
        return bool(assume(clients, role_arn, id_token)["Credentials"])
    except ClientError as refused:
        error = refused.response["Error"]
        assert (error["Code"], error["Message"]) == ("AccessDenied", NOT_AUTHORIZED)
        return False


def printed_credentials(stdout: str) -> Credentials:
    """The credentials in what a script prints, JavaScript's or Python's way."""
    found = {
        name: re.findall(rf"""['"]?{name}['"]?: ['"]([^'"]+)['"]""", stdout)
        for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    }
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys(found, 1), stdout
    return Credentials(*(values[0] for values in found.values()))


class TestTheScripts:
    """As printed, the role's ARN alone replaced."""

    @pytest.mark.parametrize("runtime", ["deno", "bun", "python"])
    def test_a_script_gets_credentials_of_a_role_from_jobpass_yaml(
        self, clients: Deployment, platform: Platform, npm: NpmPackages, tmp_path: Path, runtime: str
    ) -> None:
        worker = Worker(npm, tmp_path, machine(clients, platform.register(job()).environment["windmill"]))
        ran = worker.main(runtime, windmill_guide.script(runtime, clients.output("RoleBackupArn")))
        assert (ran.returncode, ran.stderr) == (0, "")
        identity = clients.aws.client("sts", printed_credentials(ran.stdout)).get_caller_identity()
        assert identity["Arn"] == "arn:aws:sts::000000000000:assumed-role/jobpass-clients-backup/my_session"

    @pytest.mark.parametrize("runtime", ["deno", "bun", "python"])
    def test_a_script_gets_credentials_of_a_role_made_by_the_guide(
        self, clients: Deployment, platform: Platform, npm: NpmPackages, tmp_path: Path, runtime: str, followed: str
    ) -> None:
        registered = platform.register(job(aws_claims="none"))
        worker = Worker(npm, tmp_path, machine(clients, registered.environment["windmill"]))
        with windmill_guide.role(clients, followed, windmill_guide.trust_policy(BASE_URL)) as arn:
            ran = worker.main(runtime, windmill_guide.script(runtime, arn))
            assert (ran.returncode, ran.stderr) == (0, "")
            identity = clients.aws.client("sts", printed_credentials(ran.stdout)).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:sts::{followed}:assumed-role/my_aws_role/my_session"

    @pytest.mark.parametrize("runtime", ["deno", "bun", "python"])
    def test_another_script_gets_none(
        self, clients: Deployment, platform: Platform, npm: NpmPackages, tmp_path: Path, runtime: str
    ) -> None:
        worker = Worker(npm, tmp_path, machine(clients, platform.register(job(OTHER_SCRIPT)).environment["windmill"]))
        ran = worker.main(runtime, windmill_guide.script(runtime, clients.output("RoleBackupArn")))
        assert (ran.returncode, ran.stdout) == (1, "")
        assert NOT_AUTHORIZED in ran.stderr


class TestTheTrustPolicies:
    """Written by hand through IAM, in an account of its own that has only the provider."""

    def test_the_condition_on_email(self, clients: Deployment, platform: Platform, followed: str) -> None:
        with windmill_guide.role(clients, followed, windmill_guide.trust_policy(BASE_URL)) as arn:
            granted = platform.register(job(aws_claims="none"))
            refused = platform.register(job({**SCRIPT, "email": "other@example.com"}, aws_claims="none"))
            assert is_granted(clients, arn, token(clients, granted))
            assert not is_granted(clients, arn, token(clients, refused))

    def test_a_token_of_the_workspace_has_no_email(
        self, clients: Deployment, platform: Platform, followed: str
    ) -> None:
        workspace = platform.register(job({"workspace": "acme"}, profile="storage", aws_claims="none"))
        with windmill_guide.role(clients, followed, windmill_guide.trust_policy(BASE_URL)) as arn:
            assert not is_granted(clients, arn, token(clients, workspace))

    @pytest.mark.parametrize(
        ("placeholder", "value", "granted", "refused"),
        [
            (
                "<workspace>",
                "acme",
                [SCRIPT, OTHER_SCRIPT, STEP],
                [
                    {**SCRIPT, "workspace": "other"},
                    {**SCRIPT, "workspace": "not-acme"},
                    {**SCRIPT, "path": "acme", "workspace": "other"},
                ],
            ),
            (
                "<script_path>",
                "f/backup/nightly",
                [SCRIPT, STEP, {**SCRIPT, "workspace": "other"}],
                [
                    OTHER_SCRIPT,
                    {**OTHER_SCRIPT, "flow_path": "f/backup/nightly"},
                    {**SCRIPT, "path": "x/f/backup/nightly"},
                ],
            ),
            (
                "<flow_path>",
                "f/flows/close",
                [STEP, {**STEP, "path": "f/backup/weekly"}],
                [SCRIPT, {**SCRIPT, "path": "f/flows/close"}, {**STEP, "flow_path": "f/flows/open"}],
            ),
        ],
        ids=["workspace", "script", "flow"],
    )
    def test_a_pattern_for_the_subject(
        self,
        clients: Deployment,
        platform: Platform,
        followed: str,
        placeholder: str,
        value: str,
        granted: list[dict[str, str]],
        refused: list[dict[str, str]],
    ) -> None:
        policy = windmill_guide.with_conditions(BASE_URL, windmill_guide.pattern(placeholder, value, BASE_URL))
        with windmill_guide.role(clients, followed, policy) as arn:
            for fields, expected in [*((each, True) for each in granted), *((each, False) for each in refused)]:
                id_token = token(clients, platform.register(job(fields, aws_claims="none")))
                assert is_granted(clients, arn, id_token) is expected, unverified(id_token)[1]["sub"]

    def test_the_workspaces_own_subject(self, clients: Deployment, platform: Platform, followed: str) -> None:
        policy = windmill_guide.with_conditions(BASE_URL, {"StringEquals": {f"{BASE_URL}/api/oidc/:sub": "acme"}})
        with windmill_guide.role(clients, followed, policy) as arn:
            for fields, profile, expected in (
                ({"workspace": "acme"}, "storage", True),
                ({"workspace": "other"}, "storage", False),
                (SCRIPT, "scripts", False),
            ):
                id_token = token(clients, platform.register(job(fields, profile=profile, aws_claims="none")))
                assert is_granted(clients, arn, id_token) is expected, unverified(id_token)[1]["sub"]

    def test_the_instances_own_subject(self, clients: Deployment, platform: Platform, followed: str) -> None:
        """Nothing but the instance has it: no workspace can be named so."""
        instance = platform.register(job({}, profile="instance", aws_claims="none", environment=["github"]))
        workspace = platform.register(job({"workspace": "acme"}, profile="storage", aws_claims="none"))
        refused = platform.call("POST", "/v1/jobs", job({"workspace": "instance"}, profile="storage").body())
        assert refused.status == 400
        assert b"must not be `instance`" in refused.body
        policy = windmill_guide.with_conditions(BASE_URL, {"StringEquals": {f"{BASE_URL}/api/oidc/:sub": "instance"}})
        with windmill_guide.role(clients, followed, policy) as arn:
            assert is_granted(clients, arn, github_token(clients, instance))
            assert not is_granted(clients, arn, token(clients, workspace))

    def test_a_role_without_tag_session_refuses_tokens_with_tags(
        self, clients: Deployment, platform: Platform, followed: str
    ) -> None:
        """Nobody but the registration knows whose roles they are: `aws_claims: none` leaves the tags out."""
        tagged, bare = (token(clients, platform.register(job(aws_claims=which))) for which in ("full", "none"))
        assert "https://aws.amazon.com/tags" in unverified(tagged)[1]
        assert not [name for name in unverified(bare)[1] if name.startswith("https://aws.amazon.com/")]
        policy = windmill_guide.trust_policy(BASE_URL)
        with windmill_guide.role(clients, followed, policy) as arn:
            assert is_granted(clients, arn, bare)
            assert not is_granted(clients, arn, tagged)
        # What the token's tags and its source identity, the `jti`, need beside.
        asked = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]
        policy["Statement"][0]["Action"] = asked
        with windmill_guide.role(clients, followed, policy) as arn:
            assert is_granted(clients, arn, bare)
            assert is_granted(clients, arn, tagged)


def github_token(clients: Deployment, registered: Registration) -> str:
    """The ID token of a job that has no workspace to ask in."""
    answer = request(
        clients.web,
        "GET",
        f"{registered.request_url}&audience=sts.amazonaws.com",
        [("Authorization", f"Bearer {registered.request_token}")],
    )
    return str(json.loads(answer.body)["value"])
