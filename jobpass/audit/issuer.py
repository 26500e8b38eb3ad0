"""The issuer that is audited: its log groups, its functions' roles and its keys, found by its stack's name."""

from dataclasses import dataclass
from typing import Self

from jobpass.audit.aws import Aws, asking
from jobpass.errors import JobpassError
from jobpass_issuer.domain.audit import Watched

_OUTPUTS = ("TokenFunctionName", "JobsFunctionName", "KeysFunctionName")
_TAG = "jobpass:issuer"


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer as its stack has it; the keys are those that bear its tag, in the ring or out of it."""

    account_id: str
    region: str
    partition: str
    token_function: str
    jobs_function: str
    keys_function: str
    key_arns: frozenset[str]

    @classmethod
    def of(cls, stack: str, aws: Aws) -> Self:
        """Return the issuer of a stack; tags say which keys are its own, so that nobody's word is needed for it.

        Raises:
            JobpassError: there is no such stack, it is no issuer's, or AWS cannot be asked.
        """
        with asking("cloudformation:DescribeStacks", f"stack {stack}"):
            found = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        outputs = {each["OutputKey"]: str(each["OutputValue"]) for each in found.get("Outputs", [])}
        missing = [name for name in _OUTPUTS if name not in outputs]
        if missing:
            text = f"the stack {stack} has no output {missing[0]}: it is no issuer of Jobpass, or not deployed whole"
            raise JobpassError("no_issuer", text, "name the issuer's stack with `--stack`")
        _, partition, _, region, account_id, *_ = found["StackId"].split(":")
        with asking("tag:GetResources", f"keys tagged {_TAG}={stack}"):
            pages = aws.client("resourcegroupstaggingapi").get_paginator("get_resources")
            asked = {"ResourceTypeFilters": ["kms:key"], "TagFilters": [{"Key": _TAG, "Values": [stack]}]}
            keys = [each["ResourceARN"] for page in pages.paginate(**asked) for each in page["ResourceTagMappingList"]]
        token, jobs, own = (outputs[name] for name in _OUTPUTS)
        return cls(account_id, region, partition, token, jobs, own, frozenset(keys))

    @property
    def token_log_group(self) -> str:
        """Where issuance records are."""
        return f"/aws/lambda/{self.token_function}"

    @property
    def jobs_log_group(self) -> str:
        """Where registrations are."""
        return f"/aws/lambda/{self.jobs_function}"

    def watched(self, further_keys: frozenset[str] = frozenset()) -> Watched:
        """Return whose signatures are accounted for; a function has the name of its role."""
        role = f"arn:{self.partition}:iam::{self.account_id}:role/"
        return Watched(self.key_arns | further_keys, role + self.token_function, role + self.keys_function)
