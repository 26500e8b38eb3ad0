"""One small deployment, and jobs, registrations and keys of it, for tests that need a whole."""

from dataclasses import replace
from typing import Any

from jobpass_issuer.domain.admission import Account
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.request_token import RequestToken
from jobpass_issuer.domain.standing import Entitlement, Standing
from jobpass_issuer.domain.subject import SubjectTemplate
from jobpass_issuer.domain.trusting_role import TrustingRole

NOW = 1_800_000_000
ACCOUNT = Account("aws", "000000000000")
JOB_ID = "0123456789abcdef0123456789abcdef"
SECRET = "s3cret-" + "x" * 36
TOKEN = RequestToken(JOB_ID, SECRET)
STS = "sts.amazonaws.com"
VAULT = "vault.example.com"
GOOGLE_PROVIDER = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/jobpass"
GOOGLE = f"https:{GOOGLE_PROVIDER}"
AZURE = "api://AzureADTokenExchange"
WORKSPACE_URL = "https://windmill.example.com/acme"
ISSUER_URL = "https://oidc.example.com"

CI = Profile(
    name="ci",
    fields={
        "org": FieldRule("[a-z]+"),
        "repo": FieldRule(),
        "ref": FieldRule(),
        "run_id": FieldRule("[^\\n]+"),
        "team": FieldRule(".+"),
    },
    subject=SubjectTemplate("org:{org}:repo:{repo}:ref:{ref}"),
    claims={"repo": "{repo}", "repo_slug": "{org}/{repo}", "team": "{team}"},
    session_tags={"Repo": "repo", "Team": "team"},
    source_identity="{run_id}",
    constants={"org": "acme"},
)
NIGHTLY = Profile(
    name="nightly",
    fields={"job": FieldRule("[a-z]+"), "host": FieldRule(required=True)},
    subject=SubjectTemplate("job:{job}"),
)
SCRIPTS = Profile(
    name="scripts",
    fields={
        "path": FieldRule("[uf]/[A-Za-z0-9_./-]+"),
        "flow_path": FieldRule("f/[A-Za-z0-9_./-]+", otherwise="no_flow"),
        "workspace": FieldRule("[a-z-]+", reserved=("instance",)),
        "group": FieldRule(),
    },
    subject=SubjectTemplate("{path}::{flow_path}::{workspace}"),
    claims={"workspace": "{workspace}", "email_verified": True},
    session_tags={"workspace": "workspace", "flow_path": "flow_path", "group": "group"},
    transitive_tags=("workspace", "group"),
    default_audience="https://windmill.example.com/{workspace}",
    token_lifetime_seconds=120,
)
CI_SERVER = Platform(
    name="ci-server",
    invocation_role="jobpass-platform-ci-server",
    profiles=("ci",),
    audiences=(STS, VAULT),
    where={"repo": "web*"},
    roles=("deploy", "release"),
    max_job_seconds=7200,
)
SCHEDULER = Platform(
    name="scheduler",
    invocation_role="jobpass-platform-scheduler",
    profiles=("nightly",),
    audiences=(STS,),
    where={},
    roles=(),
    max_job_seconds=600,
)
WINDMILL = Platform(
    name="windmill",
    invocation_role="jobpass-platform-windmill",
    profiles=("scripts", "nightly"),
    audiences=(WORKSPACE_URL, STS, GOOGLE, AZURE),
    where={},
    roles=("sync",),
    max_job_seconds=7200,
)
DEPLOY = TrustingRole("deploy", "jobpass-deploy", "ci", ({"repo": "web", "ref": "refs/heads/main"},), (STS,))
RELEASE = TrustingRole("release", "jobpass-release", "ci", ({"ref": "refs/tags/*"},), (STS,), pin_required=True)
REPORT = TrustingRole("report", "jobpass-report", "nightly", ({"job": "report"},), (STS,))
SYNC = TrustingRole("sync", "jobpass-sync", "scripts", ({"flow_path": "no_flow", "workspace": "acme"},), (STS,))
DEPLOYMENT = Deployment(
    profiles={each.name: each for each in (CI, NIGHTLY, SCRIPTS)},
    platforms={each.name: each for each in (CI_SERVER, SCHEDULER, WINDMILL)},
    roles={each.name: each for each in (DEPLOY, RELEASE, REPORT, SYNC)},
)
STANDING = Standing.of(DEPLOYMENT)
DEPLOY_ARN = "arn:aws:iam::000000000000:role/jobpass-deploy"
RELEASE_ARN = "arn:aws:iam::000000000000:role/jobpass-release"
SYNC_ARN = "arn:aws:iam::000000000000:role/jobpass-sync"

REGISTRATION = Registration(
    job_id=JOB_ID,
    platform="ci-server",
    profile="ci",
    fields={"org": "acme", "repo": "web", "ref": "refs/heads/main", "run_id": "run-1"},
    subject="org:acme:repo:web:ref:refs/heads/main",
    claims={"repo": "web"},
    session_tags={"Repo": "web"},
    source_identity="run-1",
    aws_claims="full",
    audiences=(STS, VAULT),
    roles={DEPLOY_ARN: "deploy"},
    secret_sha256=TOKEN.secret_sha256,
    registered_at=NOW,
    expires_at=NOW + 3600,
)


def registration(**changes: Any) -> Registration:
    """The example registration with changes; roles may be given by their ARNs alone."""
    if isinstance(changes.get("roles"), tuple):
        changes["roles"] = {arn: arn.rpartition("role/jobpass-")[2] for arn in changes["roles"]}
    return replace(REGISTRATION, **changes)


def entitlement(**changes: Any) -> Entitlement:
    """What the example registration, with changes, entitles its job to under the example deployment."""
    return STANDING.entitlement(registration(**changes))


def body(**changes: Any) -> dict[str, Any]:
    """The body that registers a job, with changes; None takes a member away."""
    members = {
        "profile": "ci",
        "fields": {"repo": "web", "ref": "refs/heads/main", "run_id": "run-1"},
        "audiences": [STS],
        "roles": ["deploy"],
        "expires_in_seconds": 3600,
        "aws_claims": "full",
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def script(**changes: Any) -> dict[str, Any]:
    """The body that registers a Windmill script, with changes; None takes a member away."""
    members = {
        "profile": "scripts",
        "fields": {"path": "u/ada/sync", "workspace": "acme"},
        "audiences": [STS],
        "roles": ["sync"],
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def signing_key(kid: str = "kid-1", state: KeyState = KeyState.ACTIVE, algorithm: str = "RS256") -> SigningKey:
    """A key whose JWK is as short as it can be."""
    jwk = {"kty": "RSA", "n": kid, "e": "AQAB", "kid": kid, "use": "sig", "alg": algorithm}
    return SigningKey(kid, f"arn:aws:kms:us-east-1:000000000000:key/{kid}", algorithm, state, jwk, {state.value: NOW})


RING = KeyRing(1, (signing_key(), signing_key("kid-2", KeyState.PREPARED)))
