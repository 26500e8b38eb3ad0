"""What the deployment asks of the audit function: to look at the trail that the account has, and to empty its own.

The properties of the resource: `Trail`, the name or ARN of one that the account has, or nothing; `Bucket`, that of the
issuer's own where its log files go with the stack, or nothing.
"""

from collections.abc import Mapping
from typing import Any

from jobpass_issuer.aws.account_trail import emptied, trail_shortcoming
from jobpass_issuer.aws.client import unhurried
from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.handlers.custom_resource import respond
from jobpass_issuer.handlers.telemetry import count, logger

PHYSICAL_ID = "jobpass-audit-trail"


def serve_deployment(event: Mapping[str, Any]) -> None:
    """Answer CloudFormation, whatever happens: it would wait an hour for an answer.

    Raises:
        RuntimeError: it did not take the answer. The invocation fails, so that Lambda repeats it.
    """
    failure: str | None = None
    try:
        failure = _look(event)
    except DependencyError as error:
        _lament(error)
        failure = f"{error} failed"
    except Exception as error:  # noqa: BLE001 - see above
        logger.exception("fault")
        count("Fault")
        failure = f"the audit function failed ({type(error).__name__}); its log has more"
    try:
        respond(event, PHYSICAL_ID, failure, {})
    except DependencyError as error:
        _lament(error)
        raise RuntimeError(str(error)) from None


def _look(event: Mapping[str, Any]) -> str | None:
    properties = event["ResourceProperties"]
    if event["RequestType"] == "Delete":
        if properties.get("Bucket"):
            logger.info("emptied", files=emptied(unhurried("s3"), properties["Bucket"]))
        return None
    trail = properties.get("Trail")
    if not trail:
        return None
    cloudtrail = unhurried("cloudtrail")
    found = trail_shortcoming(cloudtrail, trail, cloudtrail.meta.region_name)
    return f"audit.trail: `{trail}` {found}" if found else None


def _lament(error: DependencyError) -> None:
    logger.error("dependency failed", operation=error.operation, reason=error.reason)
    count("DependencyFailure", error.operation)
