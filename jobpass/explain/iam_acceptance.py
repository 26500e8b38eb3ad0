"""Which trust policies IAM refuses to set on a role, whatever a token may say.

Sources: observed decisions of IAM (the texts marked as recorded), else IAM user guide, "IAM JSON policy elements".
"""

import json
from collections.abc import Mapping
from typing import Any

from jobpass.explain.policy_document import PolicyError, Statement, read_policy
from jobpass.explain.quoting import quoted
from jobpass.explain.refusal import Refusal
from jobpass.explain.shared_issuers import MALFORMED, unscoped_trust
from jobpass.explain.trust_policy import ASSUME, SET_SOURCE_IDENTITY, TAG_SESSION, names_action

# IAM and AWS STS quotas: the trust policy of a role, without the blanks of its JSON; it can be raised to 4096.
MOST_CHARACTERS = 2048

_STS_ACTIONS = frozenset({TAG_SESSION, SET_SOURCE_IDENTITY, "sts:SetContext"})


def refused_policy(document: Any, most_characters: int = MOST_CHARACTERS) -> Refusal | None:
    """Return what IAM says of a trust policy (its parsed JSON) that it refuses, or None where it takes it."""
    try:
        policy = read_policy(document)
    except PolicyError as error:
        return Refusal(MALFORMED, _syntax_text(document), str(error), "mend this element", recorded=False)
    for statement in policy.statements:
        refusal = _foreign_action(statement)
        if refusal is None and statement.allows and names_action(statement, ASSUME):
            refusal = unscoped_trust(statement)
        if refusal is not None:
            return refusal
    size = len(json.dumps(document, separators=(",", ":"), ensure_ascii=False))
    if size <= most_characters:
        return None
    return Refusal(
        "LimitExceeded",
        f"Cannot exceed quota for ACLSizePerRole: {most_characters}",
        f"the trust policy has {size} characters without its blanks; IAM takes {most_characters}",
        "shorten the list of values with a pattern, or split the role",
        recorded=False,
    )


def _foreign_action(statement: Statement) -> Refusal | None:
    """What IAM says of an action that is not one of AssumeRole's; here their names do count capital letters."""
    for action in () if statement.excludes_actions else statement.actions:
        if action not in _STS_ACTIONS and not action.startswith("sts:AssumeRole"):
            return Refusal(
                MALFORMED,
                "AssumeRole policy may only specify STS AssumeRole actions.",
                f"{statement.place}.Action names {quoted(action)}",
                f"write {ASSUME}, letter for letter, and {TAG_SESSION} or {SET_SOURCE_IDENTITY} where tokens need them",
            )
    return None


def _syntax_text(document: Any) -> str:
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    listed = statements if isinstance(statements, list) else [statements]
    has_resource = any(isinstance(statement, Mapping) and "Resource" in statement for statement in listed)
    return "Has prohibited field Resource" if has_resource else "Syntax errors in policy."
