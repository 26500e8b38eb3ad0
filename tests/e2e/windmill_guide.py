"""Windmill's own guide to AWS, taken apart where it lies beside the checkout: scripts, trust policy, patterns."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from local.clients import account
from local.deployment import Deployment
from local.folder import REPOSITORY

PAGE = REPOSITORY.parent / "shared" / "seeds" / "windmill-use-oidc-with-aws.md"
needs_guide = pytest.mark.skipif(not PAGE.exists(), reason="Windmill's guide does not lie beside this checkout")

_PRINTED_ROLE = "arn:aws:iam::000000000000:role/my_aws_role"


def script(tab: str, role_arn: str) -> str:
    """The script under one tab (`deno`, `bun`, `python`) with nothing but its role's ARN replaced."""
    (printed,) = re.findall(rf'<TabItem value="{tab}".*?^```\w+\n(.*?)^```', PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert printed.count(_PRINTED_ROLE) == 1
    return str(printed.replace(_PRINTED_ROLE, role_arn))


def trust_policy(base_url: str) -> dict[str, Any]:
    """The trust policy with its placeholder filled and its ellipsis left out."""
    (printed,) = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert printed.count("<base_url>") == 3
    policy: dict[str, Any] = json.loads(re.sub(r",\s*\.\.\.", "", printed).replace("<base_url>", base_url))
    return policy


def account_of_provider(base_url: str) -> str:
    """The account that the guide's provider is in."""
    (statement,) = trust_policy(base_url)["Statement"]
    return str(statement["Principal"]["Federated"].split(":")[4])


def pattern(placeholder: str, value: str, base_url: str) -> dict[str, dict[str, str]]:
    """The one `StringLike` condition on the subject with this placeholder, filled."""
    (printed,) = re.findall(r"^```text\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    (line,) = [line for line in printed.splitlines() if placeholder in line]
    filled = line.replace("<base_url>", base_url).replace(placeholder, value).strip().rstrip(",")
    return {"StringLike": json.loads(f"{{{filled}}}")}


def provider_url(base_url: str) -> tuple[str, str]:
    """The provider's URL and audience, as the guide's first steps name them."""
    url, audience = re.findall(r"^4\. Provider Url: `(.*?)`, audience: `(.*?)`$", PAGE.read_text(), re.MULTILINE)[0]
    return url.replace("<base_url>", f"https://{base_url}"), audience


def with_conditions(base_url: str, changed: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The trust policy with these conditions in the place of the one on `email`."""
    policy = trust_policy(base_url)
    (statement,) = policy["Statement"]
    equals = statement["Condition"]["StringEquals"]
    del equals[f"{base_url}/api/oidc/:email"]
    statement["Condition"] = {**changed, "StringEquals": {**equals, **changed.get("StringEquals", {})}}
    return policy


@contextmanager
def role(deployment: Deployment, account_id: str, policy: Mapping[str, Any]) -> Iterator[str]:
    """A role of an account with a trust policy made by hand, for as long as the block runs; its ARN."""
    iam = deployment.aws.client("iam", account(account_id))
    made = iam.create_role(RoleName="my_aws_role", AssumeRolePolicyDocument=json.dumps(policy))
    try:
        yield made["Role"]["Arn"]
    finally:
        iam.delete_role(RoleName="my_aws_role")
