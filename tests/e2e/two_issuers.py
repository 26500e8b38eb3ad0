"""Two more issuers in one account: one on a domain of its own, one that leaves its state when it is destroyed.

The first has a path, a slash at its end and ES256, other accounts have roles that trust it, and nothing of it is to be
kept; the second has CloudFront's name
and ES512, whose signatures are the longest, and retains its keys, table and documents.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import outputs
from local.cdk import Cdk, embedded_environment
from local.deployment import Deployment, deployed
from local.folder import Folder
from local.node import prepare
from local.registration import Job, Registration
from local.stage import Stages
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of

ISSUER = "https://oidc.example.com/api/oidc/"
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/0f3c1a52-7d0e-4c55-9a10-6f2b6f1f7c11"
PRODUCTION = "222233334444"
STAGING = "333344445555"
PROFILES = """
profiles:
  scripts: {fields: {team: {}, job: {}}, subject: "team:{team}:job:{job}", session_tags: [team]}
"""
PLATFORM = """
    principals: ["arn:aws:iam::111122223333:role/ci-server"]
    profiles: [scripts]
    audiences: [sts.amazonaws.com]
"""
REPORT = "profile: scripts, when: {team: data, job: report}"
OWN = f"""
name: jobpass-own
retention: destroy
deletion_protection: false
issuer: {{url: "{ISSUER}", certificate_arn: "{CERTIFICATE}"}}
signing: {{algorithm: ES256}}
accounts:
  production: {{id: "{PRODUCTION}"}}
  staging: {{id: "{STAGING}", provider: adopt}}
{PROFILES}
platforms:
  scheduler: {PLATFORM}
    roles: [report, report-production, report-staging]
roles:
  report: {{{REPORT}}}
  report-production: {{account: production, {REPORT}}}
  report-staging: {{account: staging, path: /jobs/, {REPORT}}}
"""
LASTING = f"""
name: jobpass-lasting
signing: {{algorithm: ES512}}
{PROFILES}
platforms:
  scheduler: {PLATFORM}
    roles: [report]
roles:
  report: {{{REPORT}}}
"""


@dataclass(frozen=True)
class Issuers:
    """Both deployments, on one embedded AWS."""

    own: Deployment
    lasting: Deployment


@contextmanager
def deployed_issuers(path: Path) -> Iterator[Issuers]:
    """Both issuers for as long as the block runs; the second is synthesized while the first is deployed."""
    for name, text in (("own", OWN), ("lasting", LASTING)):
        (path / f"{name}.yaml").write_text(text)
    other = Folder(path / "other")
    other.prepare()
    cdk = Cdk(prepare(), other)
    with ThreadPoolExecutor(max_workers=1) as beside:
        assembly = beside.submit(cdk.synthesize, path / "lasting.yaml")
        with deployed(path / "own.yaml", Folder(path / "embedded"), Stages(None)) as own:
            yield Issuers(own, _deploy_beside(own, cdk, assembly.result()))


def _deploy_beside(first: Deployment, cdk: Cdk, assembly: Path) -> Deployment:
    """Deploy another stack on the same embedded AWS."""
    embedded = first.embedded
    cdk.deploy(embedded_environment(cdk.folder, cdk.node, embedded.certificates, embedded.port), assembly)
    return Deployment(embedded, outputs.read(first.aws, "jobpass-lasting"), assembly, cdk)


def register(deployment: Deployment, *roles: str) -> Registration:
    """A job that the role `report` trusts, and each like it in another account."""
    platform = deployment.platform("PlatformSchedulerInvocationRoleArn")
    return platform.register(Job({"team": "data", "job": "report"}, profile="scripts", roles=roles or ("report",)))


def fetch(deployment: Deployment) -> str:
    """A token of such a job."""
    return token_of(ask_for_token(deployment, QUERY, bearer(register(deployment))))


def assume(deployment: Deployment, role_arn: str, token: str) -> dict[str, Any]:
    """What STS answers to the token; raises what the SDK raises when it refuses."""
    sts = deployment.aws.client("sts")
    answer: dict[str, Any] = sts.assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="report-1", WebIdentityToken=token
    )
    return answer
