"""Which stack a trusting role is in, where one does not hold all the roles of an account (docs/adr/0011)."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from jobpass.configuration.configuration import Configuration
from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding, Path

# CloudFormation takes 200 outputs and 500 resources in a template (AWS CloudFormation quotas). A role has one of each,
# and the stack with the provider has others too.
MAX_ROLES = 150
# CloudFormation takes a template of 1 MB; the issuer's own resources have some 60 kB.
MAX_BYTES = 850_000
# IAM lets an account have a thousand roles unless asked for more: so many stacks hold them.
SPREAD = 8
MOST_STACKS = 64
_STACK_OF_ROLES = re.compile(r"-roles-[0-9]+\Z")
# What a role takes in a template beside its inline policies, its trust policy and output included.
_BYTES_OF_A_ROLE = 3000


def placement(configuration: Configuration, account: str | None) -> Mapping[int, tuple[str, ...]]:
    """Return the roles of an account by the number of their stack; those of the issuer's own for None.

    Stack 0 holds the provider, and all the roles unless the configuration says over how many more they are spread, or
    they are too many or too large for one. Then a role's own name, and nothing else, says which of the others it is in:
    none moves when others come or go.
    """
    settings = configuration.trust if account is None else configuration.accounts[account]
    names = [name for name, role in configuration.roles.items() if role.account == account]
    if settings.stacks is not None:
        return _placed(names, settings.stacks)
    fits = _mistake(configuration, tuple(names)) is None
    return _placed(names, 0 if fits else SPREAD)


def findings(draft: Draft) -> Iterator[Finding]:
    """Return which stacks would be more than CloudFormation takes, and which accounts' stacks would be mixed up."""
    for account in draft.configuration.accounts:
        if _STACK_OF_ROLES.search(account):
            yield ("accounts", account), "ends like the name of a stack of roles: choose another name"
    if not draft.read("roles") or not draft.read("accounts") or not draft.read("trust"):
        return
    for each in (None, *draft.configuration.accounts):
        path: Path = ("trust", "stacks") if each is None else ("accounts", each, "stacks")
        placed = placement(draft.configuration, each)
        mistake = next(filter(None, (_mistake(draft.configuration, names) for names in placed.values())), None)
        if mistake is not None:
            yield path, f"leaves a stack with {mistake}: {_remedy(draft.configuration, placed)}"


def _remedy(configuration: Configuration, placed: Mapping[int, tuple[str, ...]]) -> str:
    names = [name for part in placed.values() for name in part]
    for stacks in (8, 16, 32, MOST_STACKS):
        if not any(_mistake(configuration, part) for part in _placed(names, stacks).values()):
            return f"write {stacks}"
    return "give roles managed policies instead of inline ones, or make two deployments of it"


def _mistake(configuration: Configuration, names: tuple[str, ...]) -> str | None:
    """Return what is too much about a stack with these roles, or None."""
    if len(names) > MAX_ROLES:
        return f"{len(names)} roles, and {MAX_ROLES} are the most"
    written = sum(_BYTES_OF_A_ROLE + _written(configuration.roles[name].inline_policies) for name in names)
    return f"{written // 1000} kB of roles, and {MAX_BYTES // 1000} kB are the most" if written > MAX_BYTES else None


def _written(policies: Mapping[str, object]) -> int:
    # As CDK writes a template.
    return len(json.dumps(policies, indent=1, default=str)) if policies else 0


def _placed(names: list[str], stacks: int) -> Mapping[int, tuple[str, ...]]:
    placed: dict[int, list[str]] = {}
    for name in names:
        placed.setdefault(_number(name, stacks), []).append(name)
    return {number: tuple(placed[number]) for number in sorted(placed)}


def _number(name: str, stacks: int) -> int:
    # Python's own hash differs from process to process.
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % stacks + 1 if stacks else 0
