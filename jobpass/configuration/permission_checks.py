"""Checks of what roles may do: the policies by ARN that IAM would not attach, and those of their own together."""

import json
from collections.abc import Iterator

from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.inline_policy import document_findings
from jobpass.configuration.role_settings import RoleSettings

# IAM user guide, "IAM and AWS STS quotas": all inline policies of one role, blanks not counted.
MAX_INLINE_LENGTH = 10_240
_RESERVED_PATHS = ("/aws-service-role/", "/aws-reserved/")


def findings(name: str, settings: RoleSettings, configuration: Configuration) -> Iterator[Finding]:
    """Return what IAM would refuse of one role's policies and path."""
    path: Path = ("roles", name)
    if settings.path.startswith(_RESERVED_PATHS):
        yield (*path, "path"), f"`{settings.path}` is a path that AWS keeps for roles of its own: choose another"
    account = configuration.account_ids.get(settings.account or "")
    arns = [((*path, "managed_policies", index), arn) for index, arn in enumerate(settings.managed_policies)]
    if settings.permissions_boundary is not None:
        arns.append(((*path, "permissions_boundary"), settings.permissions_boundary))
    for place, arn in arns:
        owner = arn.split(":")[4]
        if account is not None and owner not in ("aws", account):
            text = (
                f"`{arn}` is a policy of another account than the role's ({account}), and IAM attaches none of those: "
            )
            yield place, text + "name one of that account, or an AWS managed one"
    for policy, document in settings.inline_policies.items():
        yield from document_findings((*path, "inline_policies", policy), document)
    length = sum(map(_length, settings.inline_documents().values()))
    if length > MAX_INLINE_LENGTH:
        text = f"have {length} characters together, and IAM takes {MAX_INLINE_LENGTH:,}: make some managed policies"
        yield (*path, "inline_policies"), text


def _length(document: object) -> int:
    return len("".join(json.dumps(document, separators=(",", ":"), ensure_ascii=False).split()))
