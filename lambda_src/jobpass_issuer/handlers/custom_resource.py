"""The answer that CloudFormation waits for (CloudFormation user guide, "Custom resource response objects")."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from jobpass_issuer.aws.failure import DependencyError

_TIMEOUT_SECONDS = 10


def respond(event: Mapping[str, Any], physical_id: str, failure: str | None, data: Mapping[str, str]) -> None:
    """Tell CloudFormation how it went; it waits for this alone, until its time is up.

    Raises:
        DependencyError: the address did not take the answer.
        ValueError: the address is not one of CloudFormation's, which are https.
    """
    if not str(event["ResponseURL"]).startswith("https://"):
        raise ValueError("ResponseURL must be https")
    body = {
        "Status": "FAILED" if failure else "SUCCESS",
        "Reason": failure or "done",
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": dict(data),
    }
    # The address is signed for a body without a content type.
    answer = urllib.request.Request(  # noqa: S310 - CloudFormation gives the address, and it is https
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    try:
        with urllib.request.urlopen(answer, timeout=_TIMEOUT_SECONDS):  # noqa: S310
            pass
    except urllib.error.HTTPError as error:
        with error:
            raise DependencyError("cloudformation:PUT", str(error.code)) from None
    except (OSError, HTTPException) as error:
        raise DependencyError("cloudformation:PUT", type(error).__name__) from None
