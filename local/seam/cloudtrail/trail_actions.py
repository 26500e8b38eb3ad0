"""CloudTrail's actions on trails, where ministack takes what AWS refuses, or leaves something out."""

import json
from collections.abc import Callable
from typing import Any

from local.seam.cloudtrail.log_files import LogFiles
from local.seam.ministack_parts import part
from local.seam.service_permission import allows

Body = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
Action = Callable[[Body], Response]

SERVICE = "cloudtrail.amazonaws.com"
# With what CloudTrail writes each file (CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail").
_FULL_CONTROL = {"s3:x-amz-acl": "bucket-owner-full-control"}


def install(files: LogFiles) -> None:
    """Check a trail's bucket as AWS does, and tell when a file was last delivered."""
    actions = part("_DISPATCH")
    for name in ("CreateTrail", "UpdateTrail"):
        actions[name] = _with_bucket_checked(actions[name])
    actions["GetTrailStatus"] = _with_delivery(actions["GetTrailStatus"], files)


def _with_bucket_checked(action: Action) -> Action:
    def checked(body: Body) -> Response:
        refused = _bucket_refusal(body)
        return refused if refused is not None else action(body)

    return checked


def _bucket_refusal(body: Body) -> Response | None:
    """The refusal of a bucket that is not there, or whose policy lets CloudTrail neither look nor write."""
    bucket = body.get("S3BucketName")
    if not bucket:
        return None
    owner = part("_bucket_owner_account")(bucket)
    if owner is None:
        missing: Response = part("error_response_json")(
            "S3BucketDoesNotExistException", f"S3 bucket {bucket} does not exist!", 400
        )
        return missing
    account, prefix = part("get_account_id")(), body.get("S3KeyPrefix")
    folder = f"{prefix}/AWSLogs" if prefix else "AWSLogs"
    policy = part("_bucket_policies").get_scoped(owner, None, bucket)
    arn = f"arn:aws:s3:::{bucket}"
    name = str(body.get("Name"))
    trail = name if name.startswith("arn:") else f"arn:aws:cloudtrail:{part('get_region')()}:{account}:trail/{name}"
    needs = (("s3:GetBucketAcl", arn), ("s3:PutObject", f"{arn}/{folder}/{account}/x.json.gz"))
    if all(_allowed(policy, action, resource, trail) for action, resource in needs):
        return None
    insufficient: Response = part("error_response_json")(
        "InsufficientS3BucketPolicyException", f"Incorrect S3 bucket policy is detected for bucket: {bucket}", 400
    )
    return insufficient


def _allowed(policy: Any, action: str, resource: str, trail: str) -> bool:
    text = policy.decode() if isinstance(policy, bytes) else policy
    context = {"aws:SourceArn": trail, "aws:SourceAccount": trail.split(":")[4]} | _FULL_CONTROL
    return allows(text, SERVICE, action, resource, context)


def _with_delivery(action: Action, files: LogFiles) -> Action:
    def told(body: Body) -> Response:
        status, headers, answer = action(body)
        trail = json.loads(part("_DISPATCH")["GetTrail"](body)[2]).get("Trail", {})
        latest = files.latest_delivery(trail.get("TrailARN", ""))
        if status == 200 and latest is not None:
            answer = json.dumps(json.loads(answer) | {"LatestDeliveryTime": latest}).encode()
        return status, headers, answer

    return told
