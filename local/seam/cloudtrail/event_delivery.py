"""Events of CloudTrail on the default event bus: those that a trail of the account logs, and no others."""

from local.seam import event_bus
from local.seam.cloudtrail import trails
from local.seam.cloudtrail.event import Event
from local.seam.ministack_parts import part

DETAIL_TYPE = "AWS API Call via CloudTrail"


def deliver(event: Event, seconds: float) -> None:
    """Put an event on the bus (EventBridge User Guide, "AWS service events delivered via AWS CloudTrail")."""
    if not event["managementEvent"] or not trails.that_log(event):
        return
    with part("request_scope")(event["recipientAccountId"], event["awsRegion"]):
        event_bus.publish(
            f"aws.{event['eventSource'].partition('.')[0]}",
            DETAIL_TYPE,
            event,
            [],
            seconds=seconds,
            read_only_management=event["readOnly"],
        )
