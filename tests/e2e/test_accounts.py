"""An issuer in one account, roles that trust it in others: the how-to deploys what lets its jobs in, and no others."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from local.cdk import embedded_environment
from local.clients import Credentials, account
from local.deployment import Deployment
from local.folder import REPOSITORY
from local.registration import Registration
from tests.e2e.asking import QUERY, ask_for_token, bearer, request, token_of
from tests.e2e.pages import Page
from tests.e2e.programs import Ran, run
from tests.e2e.two_issuers import ISSUER, PRODUCTION, STAGING, Issuers, assume, register

HOW_TO = Page((REPOSITORY / "docs/how-to/other-accounts.md").read_text())
NOT_VALIDATED = (
    "The web identity token provided could not be validated. "
    "See the AssumeRoleWithWebIdentity documentation for requirements."
)
STRANGER = "444455556666"
NAME = ISSUER.removeprefix("https://")
NOT_AUTHORIZED = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
PRODUCTION_ROLE = f"arn:aws:iam::{PRODUCTION}:role/jobpass-own-report-production"
STAGING_ROLE = f"arn:aws:iam::{STAGING}:role/jobs/jobpass-own-report-staging"
STRANGERS_ROLE = f"arn:aws:iam::{STRANGER}:role/jobpass-own-report-production"


@pytest.fixture(scope="module")
def own(issuers: Issuers) -> Deployment:
    """The issuer whose name is literal, in an account of its own."""
    return issuers.own


@pytest.fixture(scope="module")
def shell(own: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An operator's shell with a profile for each account, and no terminal on which to be asked."""
    path = tmp_path_factory.mktemp("operator")
    profiles = {"default": "test", "production": PRODUCTION, "staging": STAGING}
    (path / "credentials").write_text(
        "".join(
            f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = test\n" for name, key in profiles.items()
        )
    )
    embedded = own.embedded
    environment = embedded_environment(embedded.folder, own.cdk.node, embedded.certificates, embedded.port)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE"):
        del environment[name]
    configuration = embedded.folder.path.parent / "own.yaml"
    return environment | {
        "AWS_SHARED_CREDENTIALS_FILE": str(path / "credentials"),
        "CONFIGURATION": str(configuration),
        "HOME": str(path),
    }


def make(shell: Mapping[str, str], script: str, arguments: str = "") -> Ran:
    """Run commands of the how-to in the checkout, with arguments for the CDK command line."""
    return run(["bash", "--noprofile", "--norc", "-ec", script], {**shell, "ARGS": arguments}, directory=REPOSITORY)


@pytest.fixture(scope="module")
def production(own: Deployment, shell: Mapping[str, str]) -> Ran:
    """The other account, deployed by the commands of the how-to; how the last of them ended.

    What was synthesized for the issuer's own account is taken as it is, and nobody is asked.
    """
    bootstrap, deploy = HOW_TO.block("sh", "make bootstrap").splitlines()
    ran = make(shell, bootstrap)
    assert ran.returncode == 0, ran.stderr
    return make(shell, deploy, f"--require-approval never --app {own.assembly}")


@pytest.fixture(scope="module")
def staging(own: Deployment, shell: Mapping[str, str]) -> dict[str, str]:
    """The account with a provider of its own making, deployed as it was synthesized; the outputs of its stack."""
    root = account(STAGING)
    iam = own.aws.client("iam", root)
    iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["vault.example.com"])
    environment = {**shell, "AWS_PROFILE": "staging"}
    ran = make(environment, "make bootstrap")
    assert ran.returncode == 0, ran.stderr
    own.cdk.deploy(environment, own.assembly, stacks=["jobpass-own-trust-staging"])
    return outputs(own, root, "jobpass-own-trust-staging")


@pytest.fixture(scope="module")
def job(production: Ran, own: Deployment) -> Registration:
    """A job with a role in each account."""
    assert production.returncode == 0, production.stderr
    return register(own, "report", "report-production", "report-staging")


@pytest.fixture(scope="module")
def token(own: Deployment, job: Registration) -> str:
    """Its ID token."""
    return token_of(ask_for_token(own, QUERY, bearer(job)))


def outputs(own: Deployment, root: Credentials, stack: str) -> dict[str, str]:
    (described,) = own.aws.client("cloudformation", root).describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def refusal(own: Deployment, role_arn: str, token: str) -> tuple[str, str]:
    """Code and text by which STS refuses."""
    with pytest.raises(ClientError) as refused:
        assume(own, role_arn, token)
    error = refused.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


def test_the_how_tos_commands_deploy_that_account_and_nothing_in_the_issuers(own: Deployment, production: Ran) -> None:
    assert production.returncode == 0, production.stderr
    made = outputs(own, account(PRODUCTION), "jobpass-own-trust-production")
    assert made == {
        "OidcProviderArn": f"arn:aws:iam::{PRODUCTION}:oidc-provider/{NAME}",
        "RoleReportProductionArn": PRODUCTION_ROLE,
    }
    stacks = own.aws.client("cloudformation").list_stacks()["StackSummaries"]
    assert not [stack["StackName"] for stack in stacks if "trust" in stack["StackName"]]
    names = [role["RoleName"] for role in own.aws.client("iam").list_roles()["Roles"]]
    assert "jobpass-own-report" in names
    assert "jobpass-own-report-production" not in names


def test_the_registration_answers_for_each_role_by_its_account(job: Registration) -> None:
    arns = {name: role["arn"] for name, role in job.roles.items()}
    assert arns == {
        "report": "arn:aws:iam::000000000000:role/jobpass-own-report",
        "report-production": PRODUCTION_ROLE,
        "report-staging": STAGING_ROLE,
    }
    assert all(role["allowed"] for role in job.roles.values())


def test_a_job_of_one_account_assumes_a_role_of_another(own: Deployment, token: str) -> None:
    taken = assume(own, PRODUCTION_ROLE, token)
    assert taken["Provider"] == f"arn:aws:iam::{PRODUCTION}:oidc-provider/{NAME}"
    given = taken["Credentials"]
    credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    caller = own.aws.client("sts", credentials).get_caller_identity()
    assert caller["Account"] == PRODUCTION
    assert caller["Arn"] == f"arn:aws:sts::{PRODUCTION}:assumed-role/jobpass-own-report-production/report-1"


def test_a_job_draws_credentials_of_another_account(own: Deployment, job: Registration) -> None:
    answer = draw(own, job, PRODUCTION_ROLE)
    assert answer.status == 200, answer.body
    drawn = json.loads(answer.body)
    assert (drawn["AccountId"], drawn["RoleArn"]) == (PRODUCTION, PRODUCTION_ROLE)
    credentials = Credentials(drawn["AccessKeyId"], drawn["SecretAccessKey"], drawn["Token"])
    assert own.aws.client("sts", credentials).get_caller_identity()["Account"] == PRODUCTION


def test_a_third_accounts_role_is_drawn_by_no_job(own: Deployment, job: Registration) -> None:
    """Not even one that is named alike."""
    answer = draw(own, job, STRANGERS_ROLE)
    assert answer.status == 400, answer.body
    assert json.loads(answer.body)["Code"] == "invalid_target"


def test_an_account_without_a_provider_refuses_whatever_its_roles_say(own: Deployment, token: str) -> None:
    """A role whose policy is that of production, word for word, and one that names a provider of its own."""
    (statement,) = policy(own, PRODUCTION, "jobpass-own-report-production")
    strangers_own = {**statement, "Principal": {"Federated": f"arn:aws:iam::{STRANGER}:oidc-provider/{NAME}"}}
    for document in (statement, strangers_own):
        with_role(own, document, token, f"No OpenIDConnect provider found in your account for {ISSUER}")


def test_another_accounts_provider_opens_no_role(own: Deployment, token: str) -> None:
    """With a provider in the account of the role, it is the policy that refuses: it trusts production's."""
    iam = own.aws.client("iam", account(STRANGER))
    made = iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
    try:
        (statement,) = policy(own, PRODUCTION, "jobpass-own-report-production")
        with_role(own, statement, token, NOT_AUTHORIZED[1])
        own_provider = {**statement, "Principal": {"Federated": made["OpenIDConnectProviderArn"]}}
        with_role(own, own_provider, token, None)
    finally:
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=made["OpenIDConnectProviderArn"])


def test_an_adopted_provider_needs_the_client_ids_that_the_output_names(
    own: Deployment, staging: dict[str, str], token: str, shell: Mapping[str, str]
) -> None:
    """Until they are added, by the command of the how-to, STS refuses; the stack changes nothing about the provider."""
    provider = f"arn:aws:iam::{STAGING}:oidc-provider/{NAME}"
    assert staging == {
        "OidcProviderArn": provider,
        "OidcProviderClientIds": "sts.amazonaws.com",
        "RoleReportStagingArn": STAGING_ROLE,
    }
    iam = own.aws.client("iam", account(STAGING))
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    assert found["ClientIDList"] == ["vault.example.com"]
    assert refusal(own, STAGING_ROLE, token) == ("InvalidIdentityToken", NOT_VALIDATED)
    command = HOW_TO.block("sh", "add-client-id").replace("oidc.example.com/api/oidc", NAME)
    ran = make({**shell, "AWS_PROFILE": "staging"}, command)
    assert ran.returncode == 0, ran.stderr
    assert assume(own, STAGING_ROLE, token)["Provider"] == provider


@pytest.mark.parametrize("arguments", ["", " ARGS=jobpass-own", " ARGS=--all"])
def test_credentials_of_another_account_deploy_no_second_issuer(
    own: Deployment, production: Ran, shell: Mapping[str, str], arguments: str
) -> None:
    before = stacks(own)
    ran = make(shell, f"AWS_PROFILE=production make deploy{arguments}")
    assert ran.returncode != 0
    assert "these credentials are for the account `production`, and no issuer belongs there" in ran.stderr
    assert stacks(own) == before


def stacks(own: Deployment) -> set[tuple[str, str]]:
    """Every stack of both accounts with when it last changed."""
    found: list[dict[str, Any]] = []
    for root in (None, account(PRODUCTION)):
        found += own.aws.client("cloudformation", root).describe_stacks()["Stacks"]
    return {(stack["StackId"], str(stack.get("LastUpdatedTime", stack["CreationTime"]))) for stack in found}


def draw(own: Deployment, job: Registration, role_arn: str) -> Any:
    """Ask for credentials of a role, as an SDK does."""
    url = f"{own.output('ApiUrl')}/v1/credentials?role_arn={quote(role_arn, safe='')}"
    return request(own.web, "GET", url, [("Authorization", job.request_token)])


def policy(own: Deployment, account_id: str, name: str) -> list[dict[str, Any]]:
    """The statements of a deployed role's trust policy."""
    role = own.aws.client("iam", account(account_id)).get_role(RoleName=name)["Role"]
    statements: list[dict[str, Any]] = role["AssumeRolePolicyDocument"]["Statement"]
    return statements


def with_role(own: Deployment, statement: dict[str, Any], token: str, message: str | None) -> None:
    """Make a role of the stranger's with this statement; see it refuse with this message, or for None take it."""
    iam = own.aws.client("iam", account(STRANGER))
    name = STRANGERS_ROLE.rpartition("/")[2]
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    try:
        if message is None:
            assert assume(own, STRANGERS_ROLE, token)["AssumedRoleUser"]["Arn"].split(":")[4] == STRANGER
        else:
            assert refusal(own, STRANGERS_ROLE, token)[1] == message
    finally:
        iam.delete_role(RoleName=name)
