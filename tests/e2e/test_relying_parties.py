"""Relying parties that are not ours accept every good token of an issuer, and refuse every bad one."""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote

import pytest

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform, Registration
from tests.e2e import known_answers, relying_parties, two_issuers, windmill
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of, unverified
from tests.e2e.forged_tokens import AUDIENCE as AUDIENCE_REFUSED
from tests.e2e.forged_tokens import BAD, BAD_ON_CURVES, Bad, Forge, Stranger, kms_signer
from tests.e2e.npm_packages import NpmPackages
from tests.e2e.pages import how_to
from tests.e2e.relying_parties import Verdicts
from tests.e2e.two_issuers import Issuers

AUDIENCE = "sts.amazonaws.com"
OWNER = "https://github.com/acme"
DEPLOY = "arn:aws:iam::000000000000:role/jobpass-web-deploy"
GOOD = ("a job's", "pinned to a role", "the longest", "with tags and a source identity", "signed once more")
PRESETS = ("Semaphore's", "Windmill's", "GitHub's", "GitLab's", "Buildkite's", "GitHub's by default")
GOOD_ON_CURVES = ("a job's", "signed once more")

each_verifier = pytest.mark.parametrize("verifier", relying_parties.NAMES)


def fetch(deployment: Deployment, job: Registration, query: str = QUERY) -> str:
    return token_of(ask_for_token(deployment, query, bearer(job)))


def forge(deployment: Deployment, name: str, good: str) -> Forge:
    """What it takes to make bad tokens of a good one; the stranger's JWK Set can be fetched by its URL."""
    kms, s3 = deployment.aws.client("kms"), deployment.aws.client("s3")
    header, _ = unverified(good)
    public = {arn: kms.get_public_key(KeyId=arn)["PublicKey"] for arn in known_answers.issuer_keys(kms, name)}
    ((arn, der),) = (
        (arn, der) for arn, der in public.items() if known_answers.jwk_of(der, header["alg"])["kid"] == header["kid"]
    )
    stranger = Stranger(header["alg"])
    document = stranger_set(name)
    s3.create_bucket(Bucket=document["Bucket"])
    s3.put_object(**document, Body=json.dumps({"keys": [stranger.jwk]}).encode())
    url = s3.generate_presigned_url("get_object", Params=document)
    assert json.loads(deployment.web.request("GET", url).body) == {"keys": [stranger.jwk]}
    return Forge(good, der, kms_signer(kms, arn, header["alg"]), stranger, url)


def judged(
    deployment: Deployment, npm: NpmPackages, name: str, good: Mapping[str, str], bad: Mapping[str, Bad]
) -> Verdicts:
    """What every relying party makes of good tokens and of bad ones made from the first of them."""
    made = forge(deployment, name, good["a job's"])
    tokens = {**good, "signed once more": made.reissued()}
    tokens |= {each: wrong.make(made) for each, wrong in bad.items()}
    try:
        return relying_parties.verdicts(deployment, npm, AUDIENCE, tokens)
    finally:
        # Other tests look at all that there is in the account.
        s3 = deployment.aws.client("s3")
        s3.delete_object(**stranger_set(name))
        s3.delete_bucket(Bucket=stranger_set(name)["Bucket"])


def stranger_set(name: str) -> dict[str, str]:
    """Where the JWK Set of a stranger to one issuer lies."""
    return {"Bucket": f"strangers-of-{name}", "Key": "jwks.json"}


@pytest.fixture(scope="module")
def with_rsa(deployment: Deployment, platform: Platform, nightly: Registration, npm: NpmPackages) -> Verdicts:
    """Of RS256, by an issuer with CloudFront's own name."""
    job = platform.register(Job(MAIN_BRANCH))
    good = {
        "a job's": fetch(deployment, job),
        "pinned to a role": fetch(deployment, job, f"{QUERY}&role_arn={quote(DEPLOY, safe='')}"),
        "the longest": fetch(deployment, job, f"{QUERY}&expires_in=3600"),
        "with tags and a source identity": fetch(deployment, nightly),
    }
    return judged(deployment, npm, "jobpass", good, BAD)


@pytest.fixture(scope="module")
def of_presets(clients: Deployment, npm: NpmPackages) -> tuple[Verdicts, Verdicts]:
    """Of jobs of each preset, for AWS and for GitHub's default audience, by an issuer with a slash at its end."""
    actions = clients.platform("PlatformActionsInvocationRoleArn").register(how_to("github-actions").job())
    others = clients.platform("PlatformOthersInvocationRoleArn")
    windmills = clients.platform("PlatformWindmillInvocationRoleArn")
    jobs = {
        "Semaphore's": clients.platform().register(Job(MAIN_BRANCH)),
        "Windmill's": windmills.register(windmill.job()),
        "GitHub's": actions,
        "GitLab's": others.register(how_to("gitlab").job()),
        "Buildkite's": others.register(how_to("buildkite").job()),
    }
    tokens = {name: fetch(clients, job) for name, job in jobs.items()}
    tokens["GitHub's by default"] = fetch(clients, actions, "api-version=1")
    for_aws = relying_parties.verdicts(clients, npm, AUDIENCE, tokens)
    return for_aws, relying_parties.verdicts(clients, npm, OWNER, tokens)


@pytest.fixture(scope="module")
def with_es256(issuers: Issuers, npm: NpmPackages) -> Verdicts:
    """Of ES256, by an issuer with a domain of its own, a path and a slash at its end."""
    return judged(issuers.own, npm, "jobpass-own", {"a job's": two_issuers.fetch(issuers.own)}, BAD_ON_CURVES)


@pytest.fixture(scope="module")
def with_es512(issuers: Issuers, npm: NpmPackages) -> Verdicts:
    """Of ES512, by an issuer with CloudFront's own name."""
    return judged(
        issuers.lasting, npm, "jobpass-lasting", {"a job's": two_issuers.fetch(issuers.lasting)}, BAD_ON_CURVES
    )


@pytest.fixture(params=["ES256", "ES512"])
def with_curves(request: pytest.FixtureRequest, with_es256: Verdicts, with_es512: Verdicts) -> Verdicts:
    """Of each curve in turn."""
    return {"ES256": with_es256, "ES512": with_es512}[request.param]


@each_verifier
@pytest.mark.parametrize("token", GOOD)
def test_a_good_token_is_accepted(with_rsa: Verdicts, verifier: str, token: str) -> None:
    assert with_rsa[verifier][token] is None


@each_verifier
@pytest.mark.parametrize("token", BAD)
def test_a_bad_token_is_refused_for_what_is_wrong_with_it(with_rsa: Verdicts, verifier: str, token: str) -> None:
    assert re.search(BAD[token].because, str(with_rsa[verifier][token]), re.IGNORECASE)


@each_verifier
@pytest.mark.parametrize("token", PRESETS)
def test_a_presets_token_is_accepted_by_whom_it_is_for_alone(
    of_presets: tuple[Verdicts, Verdicts], verifier: str, token: str
) -> None:
    for_aws, for_owner = (verdicts[verifier][token] for verdicts in of_presets)
    theirs, others = (for_owner, for_aws) if token == PRESETS[-1] else (for_aws, for_owner)
    assert theirs is None
    assert re.search(AUDIENCE_REFUSED, str(others), re.IGNORECASE)


@each_verifier
@pytest.mark.parametrize("token", GOOD_ON_CURVES)
def test_a_good_token_of_a_curve_is_accepted(with_curves: Verdicts, verifier: str, token: str) -> None:
    assert with_curves[verifier][token] is None


@each_verifier
@pytest.mark.parametrize("token", BAD_ON_CURVES)
def test_a_bad_token_of_a_curve_is_refused_for_what_is_wrong_with_it(
    with_curves: Verdicts, verifier: str, token: str
) -> None:
    assert re.search(BAD_ON_CURVES[token].because, str(with_curves[verifier][token]), re.IGNORECASE)


def test_discovery_refuses_the_issuers_url_without_its_slash(with_es256: Verdicts) -> None:
    assert "does not match" in str(with_es256["discovery"]["the other slash"])
