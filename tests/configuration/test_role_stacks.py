"""Which stack a role is in: its name alone says so, and none is more than CloudFormation takes."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jobpass.configuration import Configuration, ConfigurationError, parse
from jobpass.configuration.role_stacks import MAX_ROLES, SPREAD, placement
from jobpass.configuration.settings import NAME

NAMES = st.from_regex(re.compile(NAME.removeprefix("^").removesuffix("$")), fullmatch=True)


def configuration(
    names: list[str], stacks: int | None = None, account: str | None = None, **role: Any
) -> Configuration:
    """A configuration with roles of these names, unchecked, all in one account."""
    trust = {} if stacks is None else {"stacks": stacks}
    document: dict[str, Any] = {
        "profiles": {"ci": {"preset": "semaphore"}},
        "platforms": {"ci": {"principals": ["arn:aws:iam::111122223333:root"], "profiles": ["ci"], "audiences": ["a"]}},
        "roles": {name: {"profile": "ci", **({"account": account} if account else {}), **role} for name in names},
    }
    document |= {"trust": trust} if account is None else {"accounts": {account: {"id": "222233334444", **trust}}}
    return Configuration.model_validate(document)


def numbered(count: int) -> list[str]:
    return [f"deploy-{number}" for number in range(count)]


@given(st.lists(NAMES, min_size=1, max_size=30, unique=True), st.integers(min_value=0, max_value=64))
@settings(max_examples=50, deadline=None)
def test_every_role_is_in_one_stack_and_keeps_it_whatever_others_there_are(names: list[str], stacks: int) -> None:
    placed = placement(configuration(names, stacks), None)
    assert sorted(name for part in placed.values() for name in part) == sorted(names)
    assert set(placed) <= ({0} if stacks == 0 else set(range(1, stacks + 1)))
    for number, part in placed.items():
        for name in part:
            assert placement(configuration([name], stacks), None) == {number: (name,)}


def test_the_number_of_a_stack_stays_from_version_to_version() -> None:
    """Written down: another function would move every role that is deployed."""
    placed = placement(configuration(["web-deploy", "web-release", "nightly-report"], 8), None)
    assert placed == {2: ("web-deploy", "web-release"), 8: ("nightly-report",)}


def test_roles_leave_the_stack_of_the_provider_with_the_first_that_does_not_fit() -> None:
    assert set(placement(configuration(numbered(MAX_ROLES)), None)) == {0}
    assert set(placement(configuration(numbered(MAX_ROLES + 1)), None)) == set(range(1, SPREAD + 1))


@pytest.mark.parametrize("account", [None, "production"])
def test_a_thousand_roles_fit_without_a_word(account: str | None) -> None:
    placed = placement(configuration(numbered(1000), account=account), account)
    assert sum(len(part) for part in placed.values()) == 1000
    assert max(len(part) for part in placed.values()) <= MAX_ROLES


def test_each_account_counts_for_itself() -> None:
    many = configuration(numbered(MAX_ROLES + 1), account="production")
    assert placement(many, None) == {}
    assert 0 not in placement(many, "production")


def test_large_roles_leave_the_stack_of_the_provider_too() -> None:
    statements = [{"Sid": f"s{number}", "Effect": "Deny", "Action": "s3:*", "Resource": "*"} for number in range(90)]
    large = {"inline_policies": {"guard": {"Statement": statements}}}
    assert set(placement(configuration(numbered(MAX_ROLES), None, None, **large), None)) == set(range(1, SPREAD + 1))


def written(roles: int, **changes: Any) -> str:
    """A sound configuration with so many roles, and some of its sections replaced."""
    when = {"project_id": "936a5312-a3b8-4921-8b3f-2cec8baac574", "ref_type": "branch", "ref": "refs/heads/main"}
    document: dict[str, Any] = {
        "profiles": {"ci": {"preset": "semaphore", "constants": {"org": "acme"}}},
        "platforms": {
            "ci": {
                "principals": ["arn:aws:iam::111122223333:root"],
                "profiles": ["ci"],
                "audiences": ["sts.amazonaws.com"],
            }
        },
        "roles": {name: {"profile": "ci", "when": {**when, "repo": name}} for name in numbered(roles)},
        **changes,
    }
    return yaml.safe_dump(document)


def test_a_stack_with_too_many_roles_is_refused_with_the_number_that_would_do() -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse(written(MAX_ROLES + 1, trust={"stacks": 0}))
    (problem,) = refused.value.problems
    assert problem.path == "trust.stacks"
    assert problem.message == f"leaves a stack with {MAX_ROLES + 1} roles, and {MAX_ROLES} are the most: write 8"
    assert parse(written(MAX_ROLES + 1, trust={"stacks": 8}))


def test_an_account_named_like_a_stack_of_roles_is_refused() -> None:
    accounts = {"x-roles-1": {"id": "222233334444"}}
    with pytest.raises(ConfigurationError) as refused:
        parse(written(1, issuer={"url": "https://d111111abcdef8.cloudfront.net"}, accounts=accounts))
    said = [each.message for each in refused.value.problems if each.path == "accounts.x-roles-1"]
    assert "ends like the name of a stack of roles: choose another name" in said
