"""Why each permission of the stack is given. A permission without its reason here stops the page that lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobpass_issuer.domain.key_policy import MAINTENANCE


@dataclass(frozen=True, slots=True)
class Reason:
    """Why actions are permitted; `about` is a part of the resource or condition, where one action has two reasons.

    `wildcard` says why the resource is no narrower, where it has a `*`.
    """

    actions: tuple[str, ...]
    why: str
    about: str = ""
    wildcard: str = ""


@dataclass(frozen=True, slots=True)
class OtherSetting:
    """A permission that the example's template does not have, and the setting that brings it."""

    role: str
    actions: tuple[str, ...]
    resource: str
    setting: str
    why: str


_LOGS = Reason(("logs:CreateLogStream", "logs:PutLogEvents"), "writes its own log, and no other")
_NO_ARN_YET = "keys are made after the deployment: a condition on the issuer's tag takes the place of their ARNs"
_JOB_ID = "the last part is the job's ID; the jobs function shows and ends a platform's own jobs only"
_RUNS = Reason(("lambda:InvokeFunction",), "runs the function on schedule")
_INVOCATION = Reason(
    ("execute-api:Invoke",), "registers, shows and ends jobs through the platform routes", wildcard=_JOB_ID
)

# By the role's name without the issuer's.
OF_ROLES: Mapping[str, Sequence[Reason]] = {
    "token": (
        Reason(("dynamodb:BatchGetItem",), "one consistent read brings the registration and the key ring"),
        _LOGS,
    ),
    "jobs": (
        Reason(
            ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            "registers, shows and ends jobs; the key ring is out of reach",
            about="job#*",
        ),
        Reason(("dynamodb:PutItem",), "writes down that a client assertion has been used", about="assertion#*"),
        _LOGS,
    ),
    "keys": (
        Reason(
            ("kms:CreateKey",),
            "makes signing keys, with this issuer's tag and of the configured kind alone",
            wildcard="a key that is not there yet has no ARN; tags, usage and spec are conditions",
        ),
        Reason(("kms:TagResource",), "a tag given at creation needs it", about="aws:RequestTag", wildcard=_NO_ARN_YET),
        Reason(
            ("tag:GetResources",),
            "finds its keys by their tag when the table is lost",
            wildcard="the index of tags has no resources of its own; it tells names and tags, nothing else",
        ),
        Reason(
            MAINTENANCE,
            "looks after keys with this issuer's tag: policy, state, mark of a revocation, deletion; no signature",
            wildcard=_NO_ARN_YET,
        ),
        Reason(
            ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
            "publishes the documents, and the ring's copy beside them",
        ),
        Reason(("s3:ListBucket",), "tells a document that is not there from one that it may not read"),
        Reason(("cloudfront:CreateInvalidation",), "lets CloudFront forget what was published before"),
        Reason(
            ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            "keeps the key ring; registrations are out of reach",
        ),
        Reason(("dynamodb:DescribeTable",), "knows a restored table by its identifier"),
        Reason(("sqs:SendMessage",), "leaves a run that failed among the dead letters"),
        _LOGS,
    ),
    "audit": (
        Reason(("dynamodb:GetItem",), "reads which keys are the issuer's", about="`ring`"),
        Reason(("dynamodb:GetItem", "dynamodb:PutItem"), "keeps how far the audit has come", about="`audit`"),
        Reason(("logs:FilterLogEvents",), "reads the issuance records"),
        Reason(
            ("cloudtrail:LookupEvents",),
            "reads signatures and calls on the keys in the event history",
            wildcard="the event history has no resources of its own",
        ),
        Reason(("s3:ListBucket",), "with `retention: destroy`: empties the trail's bucket once the trail is gone"),
        Reason(
            ("cloudtrail:GetEventSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus"),
            "looks at a trail that the account has before anything relies on it",
        ),
        Reason(
            ("s3:DeleteObject",),
            "with `retention: destroy`: empties the trail's bucket once the trail is gone",
            wildcard="CloudTrail names the log files; nothing beside them is in the bucket",
        ),
        _LOGS,
    ),
    "canary": (
        Reason(("sts:AssumeRole",), "becomes its platform, as any platform does"),
        _LOGS,
    ),
    "keys-schedule": (
        _RUNS,
        Reason(("sqs:SendMessage",), "leaves a run that Lambda did not take among the dead letters"),
    ),
    "audit-schedule": (_RUNS,),
    "canary-schedule": (_RUNS,),
    "canary-platform": (_INVOCATION,),
    "platform-*": (_INVOCATION,),
}

_TLS = "nothing in the clear"
_OVER_TLS = ("s3:*", "sqs:*", "sns:Publish")
_THE_KEY = "in a key's policy `*` is the key itself"
_THIS_TRAIL = "this trail alone"

# Written out a second time, on purpose: what is added to the policy is to be looked at here.
_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)

# By the logical ID of what the policy stands on, without its hash.
OF_RESOURCES: Mapping[str, Sequence[Reason]] = {
    "SiteBucket": (
        Reason(_OVER_TLS, _TLS, wildcard="all objects, since it is a denial"),
        Reason(("s3:GetObject",), "CloudFront serves the two documents; the ring's copy is closed to it"),
        Reason(
            (
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:PutObject",
                "s3:ReplicateDelete",
                "s3:ReplicateObject",
            ),
            "the keys function alone writes; a policy of IAM that allows it to somebody else changes nothing",
            wildcard="all objects, since it is a denial",
        ),
    ),
    "AuditTrailBucket": (
        Reason(_OVER_TLS, _TLS, wildcard="all objects, since it is a denial"),
        Reason(("s3:GetBucketAcl",), f"{_THIS_TRAIL} looks whose bucket it is"),
        Reason(("s3:PutObject",), f"{_THIS_TRAIL} writes", wildcard="CloudTrail names the log files"),
    ),
    "KeysDeadLettersQueue": (Reason(_OVER_TLS, _TLS),),
    "AlarmsTopic": (
        Reason(_OVER_TLS, _TLS, about="aws:SecureTransport"),
        Reason(("sns:Publish",), "alarms of this issuer tell whoever subscribed"),
    ),
    "AlarmsKey": (
        Reason(
            ("kms:Decrypt", "kms:GenerateDataKey"),
            "alarms of this issuer are encrypted on the topic",
            wildcard=_THE_KEY,
        ),
        Reason(_ADMINISTRATION, "the account administers the key, and opens no message by this", wildcard=_THE_KEY),
    ),
    "TokenFunction": (Reason(("lambda:InvokeFunction",), "the API's job routes"),),
    "JobsFunction": (Reason(("lambda:InvokeFunction",), "the API's platform routes"),),
    "AuditFunction": (Reason(("lambda:InvokeFunction",), "a rule that hears of strangers' calls"),),
}

# By the statement's name: the policy that the keys function puts on each signing key.
OF_SIGNING_KEYS: Mapping[str, str] = {
    "Administration": "the account administers the key and can take the policy back; it neither signs nor delegates",
    "Maintenance": "the keys function looks after the key",
    "Signing": "the token function signs, digests alone, by the key's own algorithm",
    "NobodyElseSigns": "a policy of IAM that allows it changes nothing",
    "NobodyDelegates": "a grant would let somebody sign whom no policy names",
}

WITH_OTHER_SETTINGS: Sequence[OtherSetting] = (
    OtherSetting(
        "jobs",
        ("dynamodb:PutItem",),
        "{RegistrationsTable}",
        "`platforms.<name>.public_keys`",
        "writes down that a client assertion has been used: items `assertion#*` alone, and no right to change one",
    ),
    OtherSetting(
        "audit",
        ("cloudtrail:GetEventSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus"),
        "arn:{Partition}:cloudtrail:{Region}:{AccountId}:trail/acme",
        "`audit.trail` names a trail (`acme`)",
        "looks whether the trail is there, logs, and has KMS's events, before anything relies on it",
    ),
)
