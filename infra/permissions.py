"""The reference page of permissions, made from the synthesized template: who may do what, where, and why.

`python -m infra.permissions` synthesizes the example and writes the page; `--check` only compares; `--template FILE`
takes a template that is there already, such as the one that `make synth` writes.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any

from infra.permission_reasons import OF_RESOURCES, OF_ROLES, OF_SIGNING_KEYS, WITH_OTHER_SETTINGS, Reason
from infra.template_statements import Statement, key_policy_statements, statements
from jobpass.configuration import load
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.key_policy import KeyPolicy

ROOT = Path(__file__).parents[1]
REFERENCE_FILE = ROOT / "docs" / "reference" / "permissions.md"

_INTRODUCTION = """# Permissions

<!-- Made by `python -m infra.permissions`: edit the stack and infra/permission_reasons.py, not this page. -->

Every policy of the stack that the repository's `jobpass.yaml` makes, statement by statement, and why it is there. The
page is made from the synthesized template; a permission without a reason, or a reason without a permission, fails the
tests.

- No statement that allows has a wildcard among its actions, and none has `NotAction`, `NotResource` or `NotPrincipal`.
- Each function has a role of its own, with one inline policy and no managed one.
- **No policy of IAM grants `kms:Sign`**: [the key's own policy](#signing-keys) does, to the token function alone.
- What the roles for jobs may do (`roles` in `jobpass.yaml`) is the deployment's choice, and not here.

`{Name}` stands for a resource of the template by its logical ID, `{Region}` and the like for what CloudFormation knows.

## Roles
"""
_RESOURCES = """## What resources let in

"""
_SIGNING_KEYS = """## Signing keys

CloudFormation owns none: the keys function makes each with this policy. The denials hold for administrators too, who
can take the policy back, and are seen doing so; [the threat model](../threat-model.md) says what that means.

| | | who | may | only where |
|---|---|---|---|---|
"""
_WILDCARDS = """## Wildcards in resources

Each `*` in a resource above, and why it is no narrower.

| who | action | resource | why |
|---|---|---|---|
"""
_OTHERS = """## With other settings

| role | may | on | with | to |
|---|---|---|---|---|
"""


class UnexplainedError(Exception):
    """Permissions without a reason, or reasons without a permission; the text lists them."""


def page(template: Mapping[str, Any], issuer_name: str = "jobpass") -> str:
    """Return the page in Markdown.

    Raises:
        UnexplainedError: the template and the reasons do not agree.
    """
    found = [each for each in statements(template, issuer_name) if each.kind != "trust"]
    trusts = {each.owner: each for each in statements(template, issuer_name) if each.kind == "trust"}
    explained = [(each, reason, actions) for each in found for reason, actions in _explained(each)]
    _complain(found, [reason for _, reason, _ in explained])
    parts = [_INTRODUCTION]
    for owner, rows in groupby((each for each in explained if each[0].kind == "role"), key=lambda each: each[0].owner):
        parts.append(_role(issuer_name, owner, trusts[owner], list(rows)))
    parts.append(_RESOURCES + "| on | who | may | only where | why |\n|---|---|---|---|---|")
    parts.extend(_resource_row(*each) for each in explained if each[0].kind == "resource")
    parts.append("\n" + _SIGNING_KEYS + "\n".join(_signing_rows(issuer_name)))
    parts.append("\n" + _WILDCARDS + "\n".join(_wildcard_rows(issuer_name, explained)))
    parts.append("\n" + _OTHERS + "\n".join(_other_rows(issuer_name)))
    return "\n".join(parts) + "\n"


def unexplained(template: Mapping[str, Any], issuer_name: str = "jobpass") -> list[str]:
    """Return what a template permits without a reason: actions that nobody explains, and wildcards."""
    found = [each for each in statements(template, issuer_name) if each.kind != "trust"]
    return list(_unexplained(found))


def _complain(found: Sequence[Statement], given: Sequence[Reason]) -> None:
    known = [reason for reasons in (*OF_ROLES.values(), *OF_RESOURCES.values()) for reason in reasons]
    elsewhere = {(each.role, each.actions) for each in WITH_OTHER_SETTINGS}
    optional = [
        reason for role, reasons in OF_ROLES.items() for reason in reasons if (role, reason.actions) in elsewhere
    ]
    missing = list(_unexplained(found))
    idle = [f"no permission for the reason: {each.why}" for each in known if each not in given and each not in optional]
    if missing or idle:
        raise UnexplainedError("\n".join([*missing, *idle]))


def _unexplained(found: Sequence[Statement]) -> Iterator[str]:
    for each in found:
        for action in each.actions:
            reason = reason_of(each, action)
            if reason is None:
                yield f"{each.owner} may {action} on {', '.join(each.resources)}: no reason"
            elif any("*" in resource for resource in each.resources) and not reason.wildcard:
                yield f"{each.owner} may {action} on {', '.join(each.resources)}: no reason for the wildcard"
            if "*" in action and each.effect == "Allow":
                yield f"{each.owner} may {action}: name the actions"


def _explained(statement: Statement) -> Iterator[tuple[Reason, list[str]]]:
    pairs = [(reason, action) for action in statement.actions if (reason := reason_of(statement, action)) is not None]
    for reason, group in groupby(pairs, key=lambda pair: pair[0]):
        yield reason, [action for _, action in group]


def reason_of(statement: Statement, action: str) -> Reason | None:
    """Return why an action of a statement is permitted; None where nobody says so."""
    table = OF_ROLES if statement.kind == "role" else OF_RESOURCES
    near = " ".join([*statement.resources, *statement.conditions])
    for owner, reasons in table.items():
        if fnmatchcase(statement.owner, owner):
            for reason in reasons:
                if action in reason.actions and reason.about in near:
                    return reason
    return None


def _role(issuer_name: str, owner: str, trust: Statement, rows: list[tuple[Statement, Reason, list[str]]]) -> str:
    lines = [f"### `{issuer_name}-{owner}`\n", f"{trust.description}.", ""]
    where = f", where {_joined(trust.conditions)}" if trust.conditions else ""
    lines += [f"Assumed by {_listed(trust.principals)}{where}.", ""]
    lines += ["| may | on | only where | why |", "|---|---|---|---|"]
    for statement, reason, actions in rows:
        cells = (_listed(actions), _listed(statement.resources), _joined(statement.conditions), reason.why)
        lines.append(_row(*cells))
    return "\n".join([*lines, ""])


def _resource_row(statement: Statement, reason: Reason, actions: list[str]) -> str:
    may = ("**denied:** " if statement.effect == "Deny" else "") + _listed(actions)
    who = "everybody" if statement.principals == ["*"] else _listed(statement.principals)
    return _row(f"`{{{statement.owner}}}`", who, may, _joined(statement.conditions), reason.why)


def _signing_rows(issuer_name: str) -> Iterator[str]:
    role = "arn:{Partition}:iam::{AccountId}:role/" + issuer_name
    policy = KeyPolicy("{Partition}", "{AccountId}", f"{role}-token", f"{role}-keys")
    for each in key_policy_statements(policy.document(ALGORITHMS["RS256"])):
        who = "everybody" if each.principals == ["*"] else _listed(each.principals)
        denied = "denied" if each.effect == "Deny" else "allowed"
        yield _row(denied, OF_SIGNING_KEYS[each.owner], who, _listed(each.actions), _joined(each.conditions))


def _wildcard_rows(issuer_name: str, explained: Sequence[tuple[Statement, Reason, list[str]]]) -> Iterator[str]:
    for statement, reason, actions in explained:
        wide = [each for each in statement.resources if "*" in each]
        if wide:
            owner = f"`{issuer_name}-{statement.owner}`" if statement.kind == "role" else f"`{{{statement.owner}}}`"
            yield _row(owner, _listed(actions), _listed(wide), reason.wildcard)


def _other_rows(issuer_name: str) -> Iterator[str]:
    for each in WITH_OTHER_SETTINGS:
        yield _row(
            f"`{issuer_name}-{each.role}`", _listed(each.actions), _listed([each.resource]), each.setting, each.why
        )


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in texts)


def _joined(conditions: Sequence[str]) -> str:
    return "; ".join(conditions)


def _synthesized() -> Mapping[str, Any]:
    # The construct library takes a while to load, and whoever brings a template does not need it.
    from aws_cdk import App  # noqa: PLC0415

    from infra.issuer_stack import IssuerStack  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as directory:
        app = App(outdir=directory, analytics_reporting=False)
        stack = IssuerStack(app, load(ROOT / "jobpass.yaml"))
        app.synth()
        template: Mapping[str, Any] = json.loads((Path(directory) / stack.template_file).read_text("utf-8"))
    return template


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare; return 1 where the page is not what the template says, or something has no reason."""
    parser = argparse.ArgumentParser(prog="python -m infra.permissions", description="The page of permissions.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is not current")
    parser.add_argument(
        "--template", type=Path, help="the issuer's synthesized template; default: synthesize the example"
    )
    options = parser.parse_args(arguments)
    template = json.loads(options.template.read_text("utf-8")) if options.template else _synthesized()
    try:
        text = page(template)
    except UnexplainedError as error:
        print(f"{error}\nsay why in infra/permission_reasons.py, or take it out")
        return 1
    if not options.check:
        REFERENCE_FILE.write_text(text, "utf-8")
        return 0
    if REFERENCE_FILE.is_file() and REFERENCE_FILE.read_text("utf-8") == text:
        return 0
    print(f"{REFERENCE_FILE.name} is not what the template says: run python -m infra.permissions")
    return 1


if __name__ == "__main__":
    sys.exit(main())
