"""The rules of cdk-nag that every synth must satisfy, and each place where a finding is accepted, with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from aws_cdk import Acknowledgment, App, CfnElement, Stack, Validations
from cdk_nag import AwsSolutionsChecks
from constructs import Construct

from infra.issuer_api import ASSERTION_ROUTES, JOB_ROUTES
from jobpass.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Accepted:
    """One finding that stands: the construct's path within the stack, the finding's ID, and why."""

    path: str
    finding: str
    reason: str


_BUCKET = "Site/Bucket/Resource"
_DISTRIBUTION = "Site/Distribution/Resource"
_KEYS_ROLE = "Keys/Role/Resource"
_DEAD_LETTERS = "KeysDeadLetters/Queue/Resource"
_EVERYWHERE = (
    Accepted(
        _DEAD_LETTERS,
        "SQS3",
        "This is the dead-letter queue: that of the hourly schedule and of the keys function, which are no queues.",
    ),
    Accepted(
        _BUCKET,
        "S1",
        "Only CloudFront reads the bucket and only the keys function writes it, which logs what it publishes; access "
        "logs would keep a second bucket for what is public anyway.",
    ),
    Accepted(
        _DISTRIBUTION,
        "CFR1",
        "STS and other relying parties ask from wherever they are; refusing a country would refuse tokens there.",
    ),
    Accepted(
        _DISTRIBUTION,
        "CFR2",
        "Two static, public documents without parameters, cookies or a backend: a web firewall has nothing to guard.",
    ),
    Accepted(
        _DISTRIBUTION,
        "CFR3",
        "Requests for public documents carry no identity and no secret; who fetched a JWK Set decides nothing, and the "
        "log would be a second bucket to guard. Errors and volume are in CloudFront's metrics.",
    ),
    *(
        Accepted(
            f"HttpApi/Api/{method}{path.replace('/', '--')}/Resource",
            "APIG4",
            "Jobs have no AWS credentials yet: the token function itself checks the request token, against its hash "
            "and in constant time, before anything else.",
        )
        for method, path in JOB_ROUTES
    ),
    *(
        Accepted(
            f"{function}/Function/Resource",
            "L1",
            "Python 3.13 is the version that the locked libraries are built for; a newer one is a change of its own.",
        )
        for function in ("Token", "Jobs", "Keys")
    ),
    Accepted(
        _KEYS_ROLE,
        "IAM5[Resource::*]",
        "kms:CreateKey admits no other resource: the key does not exist yet. Its tags, usage and spec are conditions. "
        "tag:GetResources admits no other either: it is how the function finds its keys when the table is lost.",
    ),
    Accepted(
        _KEYS_ROLE,
        "IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]",
        "The keys are made after deployment, so no ARN is known; a condition admits those with this issuer's tag only.",
    ),
)
_DEFAULT_CERTIFICATE = Accepted(
    _DISTRIBUTION,
    "CFR4",
    "CloudFront fixes the TLS policy of its own domain's certificate; with issuer.url it is TLSv1.2_2021.",
)


def check(app: App, stack: Stack, configuration: Configuration) -> None:
    """Let every synth of the app fail on a finding that is not accepted here.

    Raises:
        RuntimeError: an accepted finding names a construct that the stack no longer has.
    """
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for accepted in accepted_findings(stack, configuration):
        Validations.of(_at(stack, accepted.path)).acknowledge(
            Acknowledgment(id=f"AwsSolutions::AwsSolutions-{accepted.finding}", reason=accepted.reason)
        )


def accepted_findings(stack: Stack, configuration: Configuration) -> Iterator[Accepted]:
    """Yield every finding that this configuration's stack may have."""
    yield from _EVERYWHERE
    if configuration.issuer.url is None:
        yield _DEFAULT_CERTIFICATE
    for method, path in ASSERTION_ROUTES if configuration.takes_assertions else ():
        yield Accepted(
            f"HttpApi/Api/{method}{path.replace('/', '--')}/Resource",
            "APIG4",
            "For platforms without AWS credentials: the jobs function itself checks the signature of their client "
            "assertions, with public keys of the configuration, before anything else.",
        )
    api = stack.get_logical_id(cast("CfnElement", _at(stack, "HttpApi/Api/Resource")))
    for platform in (name for name, each in configuration.platforms.items() if each.principals):
        for method in ("GET", "DELETE"):
            yield Accepted(
                f"Platform-{platform}/InvocationRole",
                f"IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<{api}>"
                f"/$default/{method}/v1/jobs/*]",
                "The last part is the job's ID. The jobs function shows and ends a platform's own jobs only.",
            )
    for name, role in configuration.roles.items():
        for policy in sorted({each for each in role.managed_policies if ":iam::aws:policy/" in each}):
            yield Accepted(
                f"Trust/Role-{name}",
                f"IAM4[Policy::{policy}]",
                "What a trusting role may do is the deployment's own choice, written in its configuration.",
            )


def _at(stack: Stack, path: str) -> Construct:
    found: Construct = stack
    for part in path.split("/"):
        found = cast("Construct", found.node.find_child(part))
    return found
