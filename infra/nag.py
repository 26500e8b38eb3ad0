"""The rules of cdk-nag that every synth must satisfy, and each place where a finding is accepted, with its reason."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from aws_cdk import Acknowledgment, App, CfnElement, Validations
from cdk_nag import AwsSolutionsChecks
from constructs import Construct

from infra.issuer_api import ASSERTION_ROUTES, JOB_ROUTES
from infra.issuer_stack import IssuerStack
from infra.stacks import DeploymentStack
from jobpass.configuration import Configuration
from jobpass.configuration.role_settings import RoleSettings
from jobpass.configuration.watch_settings import CREATE


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
_LOCKED_PYTHON = (
    "Python 3.13 is the version that the locked libraries are built for; a newer one is a change of its own."
)
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
            _LOCKED_PYTHON,
        )
        for function in ("Token", "Jobs", "Keys", "Audit")
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
_LOOKUP_EVENTS = Accepted(
    "Audit/Role/Resource",
    "IAM5[Resource::*]",
    "cloudtrail:LookupEvents admits no other resource. It reads the event history, and the function looks in it for "
    "the issuer's own keys.",
)
_TRAIL_BUCKET = Accepted(
    "AuditTrail/Bucket/Resource",
    "S1",
    "CloudTrail alone writes it, and who reads it needs a right that the stack gives to nobody; access logs would keep "
    "another bucket, to be guarded like this one.",
)
_DEFAULT_CERTIFICATE = Accepted(
    _DISTRIBUTION,
    "CFR4",
    "CloudFront fixes the TLS policy of its own domain's certificate; with issuer.url it is TLSv1.2_2021.",
)

_CHOSEN = "What a trusting role may do is the deployment's own choice, written in its configuration."


def check(app: App, stacks: Iterable[DeploymentStack], configuration: Configuration) -> None:
    """Let every synth of the app fail on a finding that is not accepted here.

    Raises:
        RuntimeError: an accepted finding names a construct that the stack no longer has.
    """
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for stack in stacks:
        for accepted in accepted_findings(stack, configuration):
            Validations.of(_at(stack, accepted.path)).acknowledge(
                Acknowledgment(id=f"AwsSolutions::AwsSolutions-{accepted.finding}", reason=accepted.reason)
            )


def accepted_findings(stack: DeploymentStack, configuration: Configuration) -> Iterator[Accepted]:
    """Yield every finding that a stack of this configuration may have."""
    if isinstance(stack, IssuerStack):
        yield from _of_the_issuer(stack, configuration)
    for name in stack.trusting_roles:
        yield from _of_a_role(name, configuration.roles[name])


def _of_the_issuer(stack: IssuerStack, configuration: Configuration) -> Iterator[Accepted]:
    yield from _EVERYWHERE
    yield _LOOKUP_EVENTS
    yield from _of_the_trail(stack, configuration)
    if configuration.issuer.own_domain is None:
        yield _DEFAULT_CERTIFICATE
    for method, path in ASSERTION_ROUTES if configuration.takes_assertions else ():
        yield Accepted(
            f"HttpApi/Api/{method}{path.replace('/', '--')}/Resource",
            "APIG4",
            "For platforms without AWS credentials: the jobs function itself checks the signature of their client "
            "assertions, with public keys of the configuration, before anything else.",
        )
    roles = [f"Platform-{name}/InvocationRole" for name, each in configuration.platforms.items() if each.principals]
    if configuration.has_canary:
        roles.append("CanaryRounds/InvocationRole")
        yield Accepted("CanaryRounds/Canary/Function/Resource", "L1", _LOCKED_PYTHON)
    api = stack.get_logical_id(cast("CfnElement", _at(stack, "HttpApi/Api/Resource")))
    for role in roles:
        for method in ("GET", "DELETE"):
            yield Accepted(
                role,
                f"IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<{api}>"
                f"/$default/{method}/v1/jobs/*]",
                "The last part is the job's ID. The jobs function shows and ends a platform's own jobs only.",
            )


def _of_the_trail(stack: IssuerStack, configuration: Configuration) -> Iterator[Accepted]:
    if configuration.audit.trail != CREATE:
        return
    yield _TRAIL_BUCKET
    if configuration.retention == "destroy":
        bucket = stack.get_logical_id(cast("CfnElement", _at(stack, _TRAIL_BUCKET.path)))
        yield Accepted(
            "Audit/Role/Resource",
            f"IAM5[Resource::<{bucket}.Arn>/AWSLogs/*]",
            "CloudTrail names the log files. Once the trail is gone, the audit function deletes them all: "
            "CloudFormation deletes only an empty bucket.",
        )


def _of_a_role(name: str, settings: RoleSettings) -> Iterator[Accepted]:
    findings = {f"IAM4[Policy::{each}]" for each in settings.managed_policies if ":iam::aws:policy/" in each}
    for document in settings.inline_policies.values():
        for statement in _listed(document.get("Statement")):
            if statement.get("Effect") == "Allow":
                for kind in ("Action", "Resource"):
                    findings |= {
                        f"IAM5[{kind}::{_shown(each)}]" for each in _listed(statement.get(kind)) if "*" in each
                    }
    for finding in sorted(findings):
        yield Accepted(f"Trust/Role-{name}", finding, _CHOSEN)


def _shown(text: str) -> str:
    """Return an action or a resource as cdk-nag names it: a policy's variable `${x}` as `<x>`, like a parameter."""
    return re.sub(r"\$\{([^}]*)\}", r"<\1>", text)


def _listed(value: Any) -> list[Any]:
    """Return what IAM takes as one or as several, as several."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _at(stack: DeploymentStack, path: str) -> Construct:
    found: Construct = stack
    for part in path.split("/"):
        found = cast("Construct", found.node.find_child(part))
    return found
