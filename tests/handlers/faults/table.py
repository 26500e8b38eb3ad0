"""The fault table: every call of AWS of every function, in every route and run that makes it.

A call that is added to the functions needs a row here: `test_faults.py` fails until it has one, and then lets it fail
in every way that `Trouble` knows. `docs/reference/faults.md` is written from this table by

    PYTHONPATH=.:lambda_src .venv/bin/python -m tests.handlers.faults.reference
"""

from tests.aws.trouble import Trouble
from tests.handlers.faults.row import Row

TOKEN = "GET /v1/token"
WINDMILL = "POST /api/w/{workspace}/oidc/token/{audience+}"
CREDENTIALS = "GET /v1/credentials"
REGISTER, SHOW, END = "POST /v1/jobs", "GET /v1/jobs/{job_id}", "DELETE /v1/jobs/{job_id}"
ASSERTED = tuple(route.replace("/v1/", "/v1/assertion/") for route in (REGISTER, SHOW, END))
FOUND, REVOKE, DELETE = "the first run", "a revocation", "the stack's deletion"
SCHEDULE, STRANGER = "the schedule", "a stranger's call"
TRAIL, EMPTYING = "the deployment's look at a trail", "the emptying of the trail's bucket"
# By which the canary, a stranger, asks the API and the documents.
CANARY_ASKS = "https"
# Its scenes are the requests of a round; each is a step of that name, but for those of the documents, which are one.
CANARY_STEPS = {"discovery": "documents", "jwks": "documents"}

_NOTHING = "Nothing has been done."
_NO_TOKEN = "No token leaves; the attempt is on record, and a signature that was made all the same is accounted to it."
_NO_SESSION = "The token that was made goes nowhere and ends within a minute; a session that STS gave is nobody's."
_NO_JOB = "The job is not there, or is there with a secret that nobody was told: it grants nothing, and expires."
_SPENT = "No platform is proven. The assertion may be spent: the next try brings one of its own."
_RING = "The ring is as it was, or one step on; every key in it that signs is published. The next run goes on from it."
_KEY = "A key that was made and is in no ring signs nothing; the next run finds it by its tag."
_LEFT_OPEN = "The issuer stands; the deletion is repeated."
_REVOKED = "The key is out of the ring, and out of the JWK Set too; the next run has KMS refuse it."
_TOLD_CLOUDFORMATION = "Nothing has been done; the deployment fails with the call's name, and can be repeated."
_UNTOLD = "All is done, and CloudFormation has not heard of it; Lambda repeats the invocation."
_EMPTYING = "What is deleted is deleted; the deletion of the stack is repeated."
_ROUND_GOES_ON = "All other steps are taken. The job is ended."
_NOTHING_VERIFIED = "A token is asked for and cannot be verified. The job is ended."
_WINDOW = "The window is not written down as audited; the next run joins it again."


def _rows(function: str, scene: str, calls: dict[str, str], changing: tuple[str, ...] = ()) -> tuple[Row, ...]:
    return tuple(Row(function, scene, name, left, name in changing) for name, left in calls.items())


_GRANT = {"dynamodb:BatchGetItem": _NOTHING, "kms:Sign": _NO_TOKEN}
ROWS: tuple[Row, ...] = (
    *_rows("token", TOKEN, _GRANT, ("kms:Sign",)),
    *_rows("token", WINDMILL, _GRANT, ("kms:Sign",)),
    *_rows("token", CREDENTIALS, _GRANT, ("kms:Sign",)),
    Row(
        "token",
        CREDENTIALS,
        "sts:AssumeRoleWithWebIdentity",
        _NO_SESSION,
        changes=True,
        refused=frozenset({Trouble.DENIED}),
    ),
    *_rows("jobs", REGISTER, {"dynamodb:PutItem": _NO_JOB}, ("dynamodb:PutItem",)),
    *_rows("jobs", SHOW, {"dynamodb:GetItem": _NOTHING}),
    *_rows(
        "jobs",
        END,
        {"dynamodb:UpdateItem": "The job is as it was, or has ended: ending it again keeps the first time."},
        ("dynamodb:UpdateItem",),
    ),
    *_rows("jobs", ASSERTED[0], {"dynamodb:PutItem": _SPENT}, ("dynamodb:PutItem",)),
    *_rows("jobs", ASSERTED[1], {"dynamodb:PutItem": _SPENT, "dynamodb:GetItem": _SPENT}, ("dynamodb:PutItem",)),
    *_rows(
        "jobs",
        ASSERTED[2],
        {"dynamodb:PutItem": _SPENT, "dynamodb:UpdateItem": _SPENT},
        ("dynamodb:PutItem", "dynamodb:UpdateItem"),
    ),
    *_rows(
        "keys",
        FOUND,
        {
            "dynamodb:GetItem": _NOTHING,
            "tag:GetResources": _NOTHING,
            "s3:GetObject": _RING,
            "dynamodb:DescribeTable": _NOTHING,
            "kms:CreateKey": _KEY,
            "kms:GetPublicKey": _KEY,
            "dynamodb:PutItem": _RING,
            "s3:PutObject": _RING,
            "cloudfront:CreateInvalidation": _RING,
            "cloudfront:GET": _RING,
        },
        ("kms:CreateKey", "dynamodb:PutItem", "s3:PutObject", "cloudfront:CreateInvalidation"),
    ),
    *_rows(
        "keys",
        REVOKE,
        {
            "dynamodb:GetItem": _NOTHING,
            "tag:GetResources": _NOTHING,
            "kms:DescribeKey": _NOTHING,
            "kms:ListResourceTags": _NOTHING,
            "kms:GetPublicKey": _RING,
            "s3:GetObject": _RING,
            "dynamodb:DescribeTable": _NOTHING,
            "dynamodb:PutItem": _RING,
            "kms:TagResource": _REVOKED,
            "kms:DisableKey": _REVOKED,
            "kms:CreateKey": _KEY,
            "kms:ScheduleKeyDeletion": _RING,
            "s3:PutObject": _RING,
            "cloudfront:CreateInvalidation": _RING,
            "cloudfront:GET": _RING,
        },
        (
            *("dynamodb:PutItem", "kms:TagResource", "kms:DisableKey", "kms:CreateKey", "kms:ScheduleKeyDeletion"),
            *("s3:PutObject", "cloudfront:CreateInvalidation"),
        ),
    ),
    *_rows(
        "keys",
        DELETE,
        {
            "dynamodb:GetItem": _LEFT_OPEN,
            "s3:DeleteObject": _LEFT_OPEN,
            "tag:GetResources": _LEFT_OPEN,
            "kms:DescribeKey": _LEFT_OPEN,
            "kms:ListResourceTags": _LEFT_OPEN,
            "kms:GetPublicKey": _LEFT_OPEN,
            "kms:ScheduleKeyDeletion": _LEFT_OPEN,
            "cloudformation:PUT": _UNTOLD,
        },
        ("s3:DeleteObject", "kms:ScheduleKeyDeletion", "cloudformation:PUT"),
    ),
    *_rows(
        "audit",
        SCHEDULE,
        {
            "dynamodb:GetItem": _WINDOW,
            "logs:FilterLogEvents": _WINDOW,
            "cloudtrail:LookupEvents": _WINDOW,
            "dynamodb:PutItem": "The window is down as audited, or is joined again, and its findings told twice.",
        },
        ("dynamodb:PutItem",),
    ),
    *_rows("audit", STRANGER, {"dynamodb:GetItem": "The event is delivered again; the join sees it too."}),
    *_rows(
        "audit",
        TRAIL,
        {
            "cloudtrail:GetTrail": _TOLD_CLOUDFORMATION,
            "cloudtrail:GetTrailStatus": _TOLD_CLOUDFORMATION,
            "cloudtrail:GetEventSelectors": _TOLD_CLOUDFORMATION,
            "cloudformation:PUT": _UNTOLD,
        },
        ("cloudformation:PUT",),
    ),
    *_rows(
        "audit",
        EMPTYING,
        {"s3:ListObjectsV2": _EMPTYING, "s3:DeleteObjects": _EMPTYING, "cloudformation:PUT": _UNTOLD},
        ("s3:DeleteObjects", "cloudformation:PUT"),
    ),
    Row("canary", "unknown_job", CANARY_ASKS, _ROUND_GOES_ON),
    Row("canary", "discovery", CANARY_ASKS, _NOTHING_VERIFIED),
    Row("canary", "jwks", CANARY_ASKS, _NOTHING_VERIFIED),
    Row("canary", "session", "sts:AssumeRole", "No job is registered.", changes=True),
    Row(
        "canary",
        "register",
        CANARY_ASKS,
        "No job is known; one that was registered all the same expires within five minutes.",
        changes=True,
    ),
    Row("canary", "wrong_audience", CANARY_ASKS, _ROUND_GOES_ON),
    Row("canary", "token", CANARY_ASKS, "There is no token to verify. The job is ended."),
    Row(
        "canary",
        "end",
        CANARY_ASKS,
        "The job has ended, or expires within five minutes; whether it is refused then is not asked.",
        changes=True,
    ),
    Row("canary", "ended_job", CANARY_ASKS, "The job has ended."),
)


def rows_of(*functions: str) -> tuple[Row, ...]:
    """The rows of some functions."""
    return tuple(row for row in ROWS if row.function in functions)
