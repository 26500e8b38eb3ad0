"""Whether a resource's own policy lets an AWS service in: ministack's deliveries never ask, and AWS's always do."""

import json
from collections.abc import Mapping
from typing import Any

from local.seam.ministack_parts import part


def allows(policy: Any, service: str, action: str, resource_arn: str, context: Mapping[str, str]) -> bool:
    """Whether a policy, as text or document, allows a service an action; `context` are condition keys, whole names."""
    document = json.dumps(policy) if isinstance(policy, dict) else policy
    if not document:
        return False
    asked = part("EvalContext")(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource_arn,
        region=part("get_region")(),
        secure_transport=True,  # as AWS's services always ask; ministack says what the present request came over
        service_context={key.lower(): value for key, value in context.items()},
    )
    return bool(part("evaluate_resource_policy")(document, asked, service=service).decision == "Allow")


def may_be_invoked(arn: str, service: str, source_arn: str) -> bool:
    """Whether a function, queue or topic takes what a service sends it for this source; others are not asked."""
    kind = arn.split(":")[2]
    account = source_arn.split(":")[4]
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": account}
    if kind == "sns":
        topic = part("_topic_by_arn_any_scope")(arn) or {}
        if service == "cloudwatch.amazonaws.com":
            context["aws:SourceOwner"] = account  # by which a topic's policy at its creation lets alarms in
        return allows(topic.get("attributes", {}).get("Policy"), service, "sns:Publish", arn, context)
    if kind == "sqs":
        queue = part("_queue_by_arn")(arn) or {}
        return allows(queue.get("attributes", {}).get("Policy"), service, "sqs:SendMessage", arn, context)
    if kind == "lambda":
        function, _configuration, _name = part("_get_func_record_for_ref")(arn)
        return allows((function or {}).get("policy"), service, "lambda:InvokeFunction", arn, context)
    return True
