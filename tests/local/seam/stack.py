"""A CloudFormation stack on the emulator, made of what a test gives."""

import json
from typing import Any

from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers


class Stack:
    """A stack of its own name."""

    def __init__(self, emulator: Emulator) -> None:
        self.name = f"seam-{next(numbers)}"
        self._cloudformation = emulator.client("cloudformation")

    def create(self, resources: dict[str, Any], **outputs: Any) -> dict[str, str]:
        return self._apply("create", resources, outputs)

    def update(self, resources: dict[str, Any], **outputs: Any) -> dict[str, str]:
        return self._apply("update", resources, outputs)

    def delete(self) -> None:
        self._cloudformation.delete_stack(StackName=self.name)
        self._wait("delete")

    def _apply(self, verb: str, resources: dict[str, Any], outputs: dict[str, Any]) -> dict[str, str]:
        template = {"Resources": resources, "Outputs": {name: {"Value": value} for name, value in outputs.items()}}
        apply = getattr(self._cloudformation, f"{verb}_stack")
        apply(StackName=self.name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"])
        self._wait(verb)
        stack = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _wait(self, verb: str) -> None:
        waiter = self._cloudformation.get_waiter(f"stack_{verb}_complete")
        waiter.wait(StackName=self.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 200})
