"""Laws of the evaluation that hold whatever the policy and the token say."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobpass.explain.policy_value import PolicyValue
from tests.explain.account import NAME, PROVIDER, policy, preview, statement
from tests.explain.policies import PATTERNS, SUBJECTS, claims, conditions, policies, statements, subjects

SUB = f"{NAME}:sub"
TEXTS = st.text("ab*?:/", max_size=8)


def allowed(condition: dict[str, Any], given_claims: dict[str, Any]) -> bool:
    return preview(given_claims, policy(statement(condition))).allowed


def like(pattern: str, value: str) -> bool:
    """StringLike by its definition: the prefixes of the value that each sign of the pattern may have reached."""
    reached = {0}
    for sign in pattern:
        if sign == "*":
            reached = set(range(min(reached, default=len(value) + 1), len(value) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(value) and sign in ("?", value[at])}
    return len(value) in reached


@given(TEXTS, st.text("ab:/", max_size=8))
def test_a_pattern_takes_what_its_definition_takes(pattern: str, value: str) -> None:
    assert PolicyValue(((pattern, True),)).like(value) is like(pattern, value)


def test_a_pattern_of_many_stars_is_quick() -> None:
    assert not PolicyValue((("*a" * 500 + "b", True),)).like("a" * 5000)


@given(policies(), claims(), statements())
def test_an_added_deny_never_allows(document: dict[str, Any], own: dict[str, Any], added: dict[str, Any]) -> None:
    more = document | {"Statement": [*document["Statement"], added | {"Effect": "Deny"}]}

    assert preview(own, document).allowed or not preview(own, more).allowed


@given(policies(), claims(), statements())
def test_an_added_allow_never_refuses(document: dict[str, Any], own: dict[str, Any], added: dict[str, Any]) -> None:
    more = document | {"Statement": [*document["Statement"], added | {"Effect": "Allow"}]}

    assert preview(own, more).allowed or not preview(own, document).allowed


@given(policies(), claims(), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(document: dict[str, Any], own: dict[str, Any], random: Any) -> None:
    shuffled = list(document["Statement"])
    random.shuffle(shuffled)

    assert preview(own, document).allowed is preview(own, document | {"Statement": shuffled}).allowed


@given(conditions(), conditions(), claims())
def test_more_conditions_never_allow(one: dict[str, Any], other: dict[str, Any], own: dict[str, Any]) -> None:
    both = {**other, **one}

    assert allowed(one, own) or not allowed(both, own)


@given(st.lists(st.sampled_from(PATTERNS), max_size=3), subjects())
def test_string_equals_implies_string_like_and_equality_without_case(values: list[str], sub: str) -> None:
    if allowed({"StringEquals": {SUB: values}}, {"sub": sub}):
        assert allowed({"StringEqualsIgnoreCase": {SUB: values}}, {"sub": sub})
        assert allowed({"StringLike": {SUB: values}}, {"sub": sub})


@given(st.sampled_from(("Equals", "EqualsIgnoreCase", "Like")), st.lists(st.sampled_from(PATTERNS)), claims())
def test_a_negated_operator_is_the_contrary(name: str, values: list[str], own: dict[str, Any]) -> None:
    key = f"{NAME}:email"

    assert allowed({f"String{name}": {key: values}}, own) is not allowed({f"StringNot{name}": {key: values}}, own)


@given(conditions(), claims())
def test_if_exists_never_refuses_what_the_operator_allows(condition: dict[str, Any], own: dict[str, Any]) -> None:
    loose = {
        name if name == "Null" or name.endswith("IfExists") else f"{name}IfExists": lines
        for name, lines in condition.items()
    }

    assert allowed(loose, own) or not allowed(condition, own)


@given(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3), subjects())
def test_a_list_is_the_union_of_its_values(values: list[str], sub: str) -> None:
    alone = [allowed({"StringLike": {SUB: value}}, {"sub": sub}) for value in values]

    assert allowed({"StringLike": {SUB: values}}, {"sub": sub}) is any(alone)


@given(policies(), claims())
def test_nothing_is_allowed_without_a_statement_that_names_the_provider(
    document: dict[str, Any], own: dict[str, Any]
) -> None:
    if preview(own, document).allowed:
        assert any(
            one["Effect"] == "Allow" and one["Principal"]["Federated"] == PROVIDER.arn for one in document["Statement"]
        )


@given(policies(), claims())
def test_every_verdict_is_told_whole(document: dict[str, Any], own: dict[str, Any]) -> None:
    verdict = preview(own, document)
    told = json.loads(json.dumps(verdict.to_document()))

    assert told["verdict"] == ("allowed" if verdict.allowed else "refused")
    assert (told["error"] is None) is verdict.allowed
    assert (told["session"] is None) is not verdict.allowed
    assert len(told["statements"]) == len(document["Statement"])
    if verdict.refusal is not None:
        assert verdict.refusal.cause
        assert verdict.refusal.remedy
        assert "a policy that does not match" in told["notes"][0]


@given(st.sampled_from(SUBJECTS), st.sampled_from(SUBJECTS))
def test_a_refused_subject_is_named_with_what_the_role_wants(wanted: str, sub: str) -> None:
    verdict = preview({"sub": sub}, policy(statement({"StringEquals": {SUB: wanted}})))

    assert verdict.allowed is (wanted == sub)
    if verdict.refusal is not None:
        assert f"{SUB} is `{sub}`; StringEquals wants `{wanted}`" in verdict.refusal.cause
