"""A trail of the account, and the bucket of one that is the issuer's own."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.failure import MALFORMED, DependencyError, required
from jobpass_issuer.aws.sdk_failure import code_of, translated
from jobpass_issuer.domain.trail import shortcoming

_ABSENT = frozenset({"TrailNotFoundException", "InvalidTrailNameException"})


def trail_shortcoming(cloudtrail: Any, name: str, region: str) -> str | None:
    """Return why the trail of this name or ARN does not bring the signatures of a Region; None where it does.

    Raises:
        DependencyError: CloudTrail failed.
    """
    with translated("cloudtrail:GetTrail"):
        try:
            trail = required(cloudtrail.get_trail(Name=name), "Trail", "cloudtrail:GetTrail")
        except ClientError as error:
            if code_of(error) in _ABSENT:
                return "is not there: name one that the account has in this Region, by its ARN if it is another's"
            raise
    with translated("cloudtrail:GetTrailStatus"):
        status = cloudtrail.get_trail_status(Name=name)
    with translated("cloudtrail:GetEventSelectors"):
        selectors = cloudtrail.get_event_selectors(TrailName=name)
    # Of an answer that cannot be read, the SDK makes an empty one: it says nothing of the trail.
    required(status, "IsLogging", "cloudtrail:GetTrailStatus")
    if "EventSelectors" not in selectors:
        required(selectors, "AdvancedEventSelectors", "cloudtrail:GetEventSelectors")
    return shortcoming(trail, status, selectors, region)


def emptied(s3: Any, bucket: str) -> int:
    """Delete all that is in a bucket without versions, and return how much that was.

    Raises:
        DependencyError: S3 failed, or would not delete something.
    """
    deleted = 0
    while keys := _listed(s3, bucket):
        _delete(s3, bucket, keys)
        deleted += len(keys)
    return deleted


def _listed(s3: Any, bucket: str) -> list[str]:
    """The first keys of a bucket; none of one that is gone already."""
    with translated("s3:ListObjectsV2"):
        try:
            answer = s3.list_objects_v2(Bucket=bucket)
        except ClientError as error:
            if code_of(error) == "NoSuchBucket":
                return []
            raise
        # An empty bucket says so: an answer that says nothing must not pass for one.
        required(answer, "KeyCount", "s3:ListObjectsV2")
        return [str(each["Key"]) for each in answer.get("Contents", ())]


def _delete(s3: Any, bucket: str, keys: Sequence[str]) -> None:
    operation = "s3:DeleteObjects"
    with translated(operation):
        # Not quietly: each key that is gone is named.
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
        if answer.get("Errors"):
            raise DependencyError(operation, str(answer["Errors"][0].get("Code")))
        gone = {each["Key"] for each in required(answer, "Deleted", operation)}
        if not gone.issuperset(keys):
            raise DependencyError(operation, MALFORMED)
