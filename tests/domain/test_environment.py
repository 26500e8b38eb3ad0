"""Environment blocks: each says what its client reads, and nothing in them needs editing."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from jobpass_issuer.domain.audience import google_provider
from jobpass_issuer.domain.environment import BLOCKS, Handover, blocks, mistake
from jobpass_issuer.domain.registration import Registration
from tests.domain.examples import AZURE, DEPLOY_ARN, GOOGLE, GOOGLE_PROVIDER, RELEASE_ARN, STS, TOKEN, registration

API = "https://api.example.com"
JOB = registration(
    fields={"workspace": "acme", "path": "u/ada/sync"},
    audiences=(STS, GOOGLE, AZURE),
    roles=(RELEASE_ARN, DEPLOY_ARN),
)


def _handover(job: Registration = JOB) -> Handover:
    return Handover(API, job, str(TOKEN))


def test_github_has_a_url_that_its_clients_append_an_audience_to() -> None:
    block = blocks(["github"], _handover())["github"]

    assert block == {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{API}/v1/token?api-version=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": str(TOKEN),
    }
    appended = urlsplit(block["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=x")
    assert parse_qs(appended.query) == {"api-version": ["1"], "audience": ["x"]}


def test_jobpass_has_the_same_under_names_that_nobody_else_sets() -> None:
    assert blocks(["jobpass"], _handover())["jobpass"] == {
        "JOBPASS_REQUEST_URL": f"{API}/v1/token?api-version=1",
        "JOBPASS_REQUEST_TOKEN": str(TOKEN),
    }


def test_windmill_has_base_url_token_and_workspace() -> None:
    assert blocks(["windmill"], _handover()) == {
        "windmill": {"BASE_INTERNAL_URL": API, "WM_TOKEN": str(TOKEN), "WM_WORKSPACE": "acme"}
    }


def test_aws_sdks_draw_credentials_of_the_first_role() -> None:
    block = blocks(["aws-sdk"], _handover())["aws-sdk"]

    assert block == {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{API}/v1/credentials?role_arn="
        "arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fjobpass-release",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": str(TOKEN),
    }
    asked = urlsplit(block["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    assert parse_qs(asked.query) == {"role_arn": [RELEASE_ARN]}


@pytest.mark.parametrize("audience", [GOOGLE, GOOGLE_PROVIDER])
def test_google_has_a_configuration_that_fetches_a_token_for_the_registered_audience(audience: str) -> None:
    block = blocks(["google"], _handover(registration(audiences=(STS, audience, GOOGLE + "2"))))["google"]

    assert (block["type"], block["universe_domain"]) == ("external_account", "googleapis.com")
    assert block["audience"] == GOOGLE_PROVIDER
    assert block["subject_token_type"] == "urn:ietf:params:oauth:token-type:jwt"
    assert block["token_url"] == "https://sts.googleapis.com/v1/token"
    source = block["credential_source"]
    assert parse_qs(urlsplit(source["url"]).query) == {"api-version": ["1"], "audience": [audience]}
    assert source["url"].startswith(f"{API}/v1/token?")
    assert source["headers"] == {"Authorization": f"Bearer {TOKEN}"}
    assert source["format"] == {"type": "json", "subject_token_field_name": "value"}


def test_azure_has_what_the_terraform_providers_read() -> None:
    assert blocks(["azure"], _handover())["azure"] == {
        "ARM_USE_OIDC": "true",
        "ARM_OIDC_REQUEST_URL": f"{API}/v1/token?api-version=1",
        "ARM_OIDC_REQUEST_TOKEN": str(TOKEN),
    }


def test_every_block_can_be_had_at_once_in_the_order_asked_for_as_json() -> None:
    assert [mistake(block, JOB.fields, JOB.audiences, list(JOB.roles)) for block in BLOCKS] == [None] * len(BLOCKS)
    made = blocks(["azure", "github", "google", "windmill", "jobpass", "aws-sdk"], _handover())

    assert list(made) == ["azure", "github", "google", "windmill", "jobpass", "aws-sdk"]
    assert set(made) == set(BLOCKS)
    assert json.loads(json.dumps(made)) == made
    assert blocks([], _handover()) == {}


def test_of_what_is_not_known_nothing_is_said() -> None:
    assert [mistake(block, None, None, None) for block in BLOCKS] == [None] * len(BLOCKS)
    assert mistake("nope", None, None, None) is not None


def test_the_handover_shows_no_secret() -> None:
    assert TOKEN.secret not in repr(_handover())


@pytest.mark.parametrize(
    "audience",
    [
        STS,
        AZURE,
        "iam.googleapis.com/projects/1",
        "http://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/j",
        "https:https://iam.googleapis.com/projects/1",
        "https://iam.googleapis.com.evil.example/projects/1",
        "https://evil.example//iam.googleapis.com/projects/1",
        "HTTPS://iam.googleapis.com/projects/1",
        "//iam.googleapis.com/organizations/1",
    ],
)
def test_what_names_no_provider_of_google_is_none(audience: str) -> None:
    assert google_provider(audience) is None
    assert google_provider(GOOGLE) == google_provider(GOOGLE_PROVIDER) == GOOGLE_PROVIDER
