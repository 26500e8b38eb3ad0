"""Whatever anybody sends or has written, explain answers, and its answer can be told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.explain import diagnose, refused_policy
from tests.explain.account import CLAIMS, NAME, policy, present, preview, statement, token
from tests.local.seam import signing

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    *CLAIMS,
    "azp",
    "nbf",
    "amr",
    "email",
    "https://aws.amazon.com/roles",
    "https://aws.amazon.com/tags",
    "https://aws.amazon.com/tags/principal_tags/Team",
    "https://aws.amazon.com/source_identity",
)
OPERATORS = ("StringLike", "NumericLessThan", "DateEquals", "IpAddress", "ArnLike", "Bool", "BinaryEquals", "Null")
ELEMENTS = ("Sid", "Effect", "Principal", "Action", "NotAction", "Condition", "Resource", "NotPrincipal")


@given(st.text(max_size=60) | st.lists(st.text("abcXYZ019-_", max_size=12), max_size=5).map(".".join))
def test_any_text_for_a_token(text: str) -> None:
    verdict = present(text)

    assert not verdict.allowed
    assert json.dumps(verdict.to_document())


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3))
def test_any_claims(claims: dict[str, Any]) -> None:
    trust = policy(statement({"StringLike": {f"{NAME}:{name}": "*" for name in ("sub", "aud", "amr", "email")}}))

    assert json.dumps(preview(claims).to_document())
    assert json.dumps(preview(claims, trust).to_document())


@given(JSON, st.dictionaries(st.sampled_from(("kty", "kid", "use", "n", "e", "x5c", "key_ops", "alg")), JSON))
def test_any_jwk_set(document: Any, members: dict[str, Any]) -> None:
    sets = [document or [], {"keys": document}, {"keys": [signing.jwk("RS256") | members]}]

    for jwk_set in sets:
        assert json.dumps(present(token(), jwk_set=jwk_set).to_document())


@given(JSON, st.dictionaries(st.sampled_from(ELEMENTS), JSON, max_size=3))
def test_any_policy(document: Any, elements: dict[str, Any]) -> None:
    for given_policy in (document, policy(document), policy(statement() | elements)):
        refusal = refused_policy(given_policy)
        assert refusal is None or (refusal.code and refusal.cause and refusal.remedy)
    verdict = preview({}, policy(statement() | elements))
    assert json.dumps(verdict.to_document())


@given(st.sampled_from(OPERATORS), st.lists(st.text(max_size=10), max_size=2), st.text(max_size=10))
def test_any_values(operator: str, values: list[str], actual: str) -> None:
    trust = policy(statement({operator: {f"{NAME}:sub": values}}))

    assert json.dumps(preview({"sub": actual}, trust).to_document())


@given(st.text(max_size=200))
def test_any_log(log: str) -> None:
    diagnosis = diagnose(f"{log} Missing a required claim: aud {log}")

    assert diagnosis is not None
    assert json.dumps(diagnosis.to_document())


@pytest.mark.parametrize("text", ["${" * 100_000, "${" + " " * 300_000, "${a," * 100_000, "${a, '" * 50_000])
def test_text_that_begins_variables_without_end_is_read_once(text: str) -> None:
    # Read from each beginning anew, one of these would take hours.
    verdict = preview({}, policy(statement({"StringEquals": {f"{NAME}:sub": text}})))

    assert not verdict.allowed
