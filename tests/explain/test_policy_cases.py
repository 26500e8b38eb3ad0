"""Explain decides as AWS documents it, row by row of the table."""

from collections import Counter
from typing import Any

import pytest

from jobpass.explain import Request, refused_policy
from tests.explain.account import ACCOUNT, NAME, PROVIDER, ROLE_ARN, preview
from tests.explain.policy_cases import ROWS, SESSION_NAME, SOURCE_IP, read

NAMES = {"issuer": NAME, "provider": PROVIDER.arn, "role": ROLE_ARN, "account": ACCOUNT}
REQUEST = Request(session_name=SESSION_NAME, source_ip=SOURCE_IP)


def test_the_table_is_large_and_of_both_kinds() -> None:
    assert len(ROWS) >= 150
    assert max(Counter(row["name"] for row in ROWS).values()) == 1
    assert all(row["page"] for row in ROWS)
    assert sum(1 for row in ROWS if row["allowed"]) >= 75
    assert sum(1 for row in ROWS if not row["allowed"]) >= 75


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_row(row: dict[str, Any]) -> None:
    document, claims = read(row, NAMES)

    verdict = preview(claims, document, request=REQUEST)

    assert refused_policy(document) is None, "IAM would not let the policy be set, and the row says nothing"
    assert verdict.allowed is row["allowed"], verdict.to_document()
    if verdict.refusal is not None:
        assert verdict.refusal.message == "Not authorized to perform sts:AssumeRoleWithWebIdentity"
        assert verdict.trust is not None
        assert not verdict.trust.allowed
