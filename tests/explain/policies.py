"""Policies and claims made by chance, of few values, so that they often meet."""

from typing import Any

from hypothesis import strategies as st

from tests.explain.account import ACTIONS, NAME, PROVIDER

SUBJECTS = ("repo:a:ref:main", "repo:a:ref:dev", "repo:b:ref:main", "repo:A:ref:main", "repo:*", "")
PATTERNS = (*SUBJECTS, "*", "repo:*:main", "repo:a:*", "repo:?:ref:*", "*ref*", "?*", "REPO:A:REF:MAIN")
TEXT_OPERATORS = tuple(
    f"{quantifier}{name}{suffix}"
    for quantifier in ("", "ForAnyValue:", "ForAllValues:")
    for name in (
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    )
    for suffix in ("", "IfExists")
)
SINGLE_KEYS = ("sub", "aud", "email")
# What an operator without a quantifier makes of several values AWS leaves open ("Multivalued context keys").
KEYS = (*SINGLE_KEYS, "amr")


def subjects() -> st.SearchStrategy[str]:
    """A subject."""
    return st.sampled_from(SUBJECTS)


def claims() -> st.SearchStrategy[dict[str, Any]]:
    """Claims beside the usual ones."""
    return st.fixed_dictionaries(
        # None that is empty: of that ForAllValues holds for AWS, and not for the embedded one (a row of the table).
        {"sub": st.sampled_from([each for each in SUBJECTS if each])},
        optional={
            "email": st.sampled_from(SUBJECTS[:3]),
            "amr": st.lists(st.sampled_from(SUBJECTS[:3]), min_size=1, max_size=2, unique=True),
        },
    )


def conditions(issuer: str = NAME) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """A condition block on claims of an issuer."""
    values = st.one_of(st.sampled_from(PATTERNS), st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2))

    def block(operators: tuple[str, ...], keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
        lines = st.dictionaries(st.sampled_from([f"{issuer}:{key}" for key in keys]), values, min_size=1, max_size=2)
        return st.dictionaries(st.sampled_from(operators), lines, min_size=1, max_size=2)

    null = st.fixed_dictionaries(
        {}, optional={f"{issuer}:{key}": st.sampled_from(("true", "false")) for key in KEYS}
    ).filter(bool)
    return st.one_of(
        block(tuple(each for each in TEXT_OPERATORS if ":" not in each), SINGLE_KEYS),
        block(tuple(each for each in TEXT_OPERATORS if ":" in each), KEYS),
        st.fixed_dictionaries({"Null": null}),
    )


def statements(issuer: str = NAME, provider_arn: str = PROVIDER.arn) -> st.SearchStrategy[dict[str, Any]]:
    """A statement for a provider, or now and then for nobody of its tokens."""
    principals = st.sampled_from((provider_arn, provider_arn, provider_arn, f"{provider_arn}/"))
    return st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(("Allow", "Allow", "Deny")),
            "Principal": st.fixed_dictionaries({"Federated": principals}),
            "Action": st.sampled_from((ACTIONS[0], list(ACTIONS), [ACTIONS[1]])),
        },
        optional={"Condition": conditions(issuer)},
    )


def policies(issuer: str = NAME, provider_arn: str = PROVIDER.arn) -> st.SearchStrategy[dict[str, Any]]:
    """A trust policy of one to three statements."""
    listed = st.lists(statements(issuer, provider_arn), min_size=1, max_size=3)
    return st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": listed})
