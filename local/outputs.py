"""What a deployed stack tells: its CloudFormation outputs, by name."""

from local.clients import Aws


class OutputError(Exception):
    """A stack lacks an output that what follows needs."""


def read(aws: Aws, stack_name: str) -> dict[str, str]:
    """The outputs of one stack, as names and values; raises what the SDK raises for an unknown stack."""
    stack = aws.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def named(outputs: dict[str, str], name: str) -> str:
    """One output; raises OutputError naming those there are."""
    try:
        return outputs[name]
    except KeyError:
        raise OutputError(f"the stack has no output {name}; it has {', '.join(sorted(outputs)) or 'none'}") from None
