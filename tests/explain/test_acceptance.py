"""Which trust policies IAM refuses to set: accepted_policies.json restates what was observed, in our own words.

Source of the rows: radkawar/stackd, recorded observations, commit 9dc356f5e5cc49d2d334178a09c1398dd1c62617, of
11 September 2026; only the texts are AWS's own. A row is one Allow statement of AssumeRoleWithWebIdentity for the
principal unless it says otherwise; `refused` is IAM's text, null where IAM takes the policy.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from jobpass.explain import refused_policy
from tests.explain.account import PROVIDER, policy, statement

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("accepted_policies.json").read_text())
ASSUME = "sts:AssumeRoleWithWebIdentity"


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_row(row: dict[str, Any]) -> None:
    one = statement(row.get("condition"), {"Federated": row["principal"]}, row.get("action", ASSUME))

    refusal = refused_policy(policy(*row.get("statements", [one])))

    assert (refusal and refusal.message) == row["refused"]
    if refusal is not None:
        assert (refusal.code, refusal.recorded) == ("MalformedPolicyDocument", True)
        assert refusal.remedy


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "no JSON object"),
        ({"Version": "2012-10-17"}, "Statement"),
        ({"Version": "2025-01-01", "Statement": [statement()]}, "Version"),
        ({"Statement": []}, "Statement"),
        ({"Statement": ["Allow"]}, "Statement[0]"),
        (policy(statement(effect="allow")), "Statement[0].Effect"),
        (policy(statement() | {"Resource": "*"}), "Statement[0].Resource"),
        (policy(statement(), statement() | {"NotPrincipal": {"AWS": "*"}}), "Statement[1].NotPrincipal"),
        (policy(statement() | {"NotAction": "sts:AssumeRole"}), "Statement[0].Action"),
        (policy({"Effect": "Allow", "Principal": {"Federated": PROVIDER.arn}}), "Statement[0].Action"),
        (policy({"Effect": "Allow", "Action": ASSUME}), "Statement[0].Principal"),
        (policy(statement(principal={"Federated": {"a": 1}})), "Statement[0].Principal.Federated"),
        (policy(statement(actions=[{}])), "Statement[0].Action"),  # type: ignore[list-item]
        (policy(statement({"StringMatches": {"a:sub": "b"}})), "Statement[0].Condition.StringMatches"),
        (policy(statement({"ForSomeValues:StringLike": {"a:sub": "b"}})), "Condition.ForSomeValues:StringLike"),
        (policy(statement({"NullIfExists": {"a:sub": "true"}})), "Condition.NullIfExists"),
        (policy(statement({"StringLike": "b"})), "Condition.StringLike"),
        (policy(statement({"StringLike": {"a:sub": None}})), "Condition.StringLike.a:sub"),
        (policy(statement() | {"Condition": []}), "Statement[0].Condition"),
    ],
)
def test_what_the_grammar_does_not_have_is_named_by_its_place(document: Any, place: str) -> None:
    refusal = refused_policy(document)

    assert refusal is not None
    assert (refusal.code, refusal.recorded) == ("MalformedPolicyDocument", False)
    assert place in refusal.cause


def test_the_grammar_takes_its_other_forms() -> None:
    forms: list[dict[str, Any]] = [
        {"Statement": statement()},
        {"Version": "2008-10-17", "Id": "x", "Statement": [statement() | {"Sid": "Jobs"}]},
        policy(statement(principal="*", effect="Deny")),
        policy({"Effect": "Allow", "Principal": {"Federated": PROVIDER.arn}, "NotAction": ["sts:AssumeRole"]}),
        policy(statement({"Bool": {"sts:RoleAuthorizedByIdp": True}, "NumericEquals": {"aws:EpochTime": 5}})),
    ]

    assert [refused_policy(form) for form in forms] == [None] * len(forms)


def test_the_size_counts_without_blanks_and_can_be_raised() -> None:
    def sized(length: int) -> dict[str, Any]:
        return policy(statement({"StringEquals": {"a:sub": "x" * length}}))

    rest = len(json.dumps(sized(0), separators=(",", ":")))

    assert refused_policy(sized(2048 - rest)) is None
    refusal = refused_policy(sized(2049 - rest))
    assert refusal is not None
    assert (refusal.code, refusal.recorded) == ("LimitExceeded", False)
    assert "2049 characters" in refusal.cause
    assert refused_policy(sized(2049 - rest), most_characters=4096) is None


def test_one_tenant_of_microsoft_has_to_name_its_sessions() -> None:
    """Documented, not observed (IAM user guide, "Identity-provider controls for shared OIDC providers")."""
    tenant = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"
    principal = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{tenant}"}

    refusal = refused_policy(policy(statement({"StringEquals": {f"{tenant}:sub": "x"}}, principal)))

    assert refusal is not None
    assert "sts:RoleSessionName which is not scoped to all" in refusal.message
    assert refused_policy(policy(statement({"StringEquals": {"sts:RoleSessionName": "x"}}, principal))) is None
