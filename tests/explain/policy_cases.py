"""The table of policies and tokens (policy_cases.json), and how one of its rows is to be read.

A row leaves out what is as usual. `condition` stands in one Allow statement for the provider with all three actions;
`statements` replaces that statement. `claims` stand beside the usual ones, of which the subject is
`repo:acme/web:ref:refs/heads/main` and the audience `client-a`; the session is named `decision`, and the call comes
from 127.0.0.1. `page` is the title of the page in AWS's user guide of IAM that settles the row, or `observed` where the
real service was (tests/vectors/sts). `emulator_differs` says why the embedded AWS, which the page contradicts, decides
otherwise. `{issuer}`, `{provider}`, `{role}` and `{account}` stand for what they say.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.explain.account import filled, policy, statement

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("policy_cases.json").read_text())
CLAIMS = {"sub": "repo:acme/web:ref:refs/heads/main", "aud": "client-a"}
SESSION_NAME = "decision"
SOURCE_IP = "127.0.0.1"


def read(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the trust policy of a row, and its claims beside `iss`, `iat` and `exp`."""
    row = filled(row, {"{" + name + "}": value for name, value in names.items()})
    usual = statement(row.get("condition"), {"Federated": names["provider"]})
    document = policy(usual) | ({"Statement": row["statements"]} if "statements" in row else {})
    return document, {**CLAIMS, **row.get("claims", {})}
