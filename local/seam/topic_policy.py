"""The policy with which a topic begins: ministack's CloudFormation leaves out of it whom it lets in.

The account's own principals and the services that name the account as source owner, alarms among them; EventBridge
does not (SNS Developer Guide, "Default access policy").
"""

import json
from collections.abc import Callable
from typing import Any

from local.seam.ministack_parts import part

_TOPIC = "AWS::SNS::Topic"

Created = tuple[str, dict[str, Any]]


def install() -> None:
    """Let topics of templates begin with the policy of those that are made by the action."""
    handlers = part("_RESOURCE_HANDLERS")
    create: Callable[..., Created] = handlers[_TOPIC]["create"]

    def created(logical_id: str, properties: dict[str, Any], stack_name: str) -> Created:
        arn, attributes = create(logical_id, properties, stack_name)
        topic = part("_topic_by_arn_any_scope")(arn)
        policy = json.loads(topic["attributes"]["Policy"])
        for statement in policy["Statement"]:
            statement.setdefault("Condition", {"StringEquals": {"AWS:SourceOwner": part("get_account_id")()}})
        topic["attributes"]["Policy"] = json.dumps(policy)
        return arn, attributes

    handlers[_TOPIC] = {**handlers[_TOPIC], "create": created}
