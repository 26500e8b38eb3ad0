"""Which stacks `make deploy` is about."""

from pathlib import Path

import pytest
import yaml

from infra import stack_names
from infra.stack_names import AccountError, chosen
from jobpass.configuration import Configuration, parse
from tests.infra.accounts import ACCOUNTS, PRODUCTION, role
from tests.infra.conftest import variant

ISSUERS = "111122223333"
MANY = {
    **ACCOUNTS,
    "roles": {**ACCOUNTS["roles"], "web-again": role(account="production", audiences=["sts.amazonaws.com"])},
    "accounts": {**ACCOUNTS["accounts"], "production": {"id": PRODUCTION, "stacks": 1}},
}
SPREAD = ["jobpass-trust-production", "jobpass-trust-production-roles-1"]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return parse(variant(**MANY))


def test_the_issuers_own_stacks_are_meant_when_nothing_is_named(configuration: Configuration) -> None:
    assert chosen(configuration, None, ISSUERS, ["--require-approval", "never"]) == ["jobpass"]


def test_an_accounts_stacks_are_all_that_it_has(configuration: Configuration) -> None:
    assert chosen(configuration, "production", PRODUCTION, []) == SPREAD
    # Whom its bootstrap trusts may deploy it too.
    assert chosen(configuration, "production", ISSUERS, ["--verbose"]) == SPREAD


@pytest.mark.parametrize("argument", ["--all", "jobpass", "jobpass-trust-production", "jobpass-trust-*", "*"])
def test_nothing_is_added_to_stacks_that_are_named(configuration: Configuration, argument: str) -> None:
    assert chosen(configuration, None, ISSUERS, ["--verbose", argument]) == []


def test_what_names_no_stack_of_the_configuration_is_left_to_the_command_line(configuration: Configuration) -> None:
    assert chosen(configuration, None, ISSUERS, ["jobpass-trust-nobody"]) == ["jobpass"]


@pytest.mark.parametrize("arguments", [[], ["--all"], ["jobpass"], ["jobpass*"]])
def test_credentials_of_another_account_are_not_for_the_issuer(
    configuration: Configuration, arguments: list[str]
) -> None:
    with pytest.raises(AccountError, match=r"are for the account `production`, and no issuer .* ACCOUNT=production"):
        chosen(configuration, None, PRODUCTION, arguments)


def test_credentials_of_another_account_are_for_its_stacks_by_name(configuration: Configuration) -> None:
    assert chosen(configuration, None, PRODUCTION, ["jobpass-trust-production"]) == []


def test_an_unknown_account_is_refused_with_those_there_are(configuration: Configuration) -> None:
    with pytest.raises(AccountError, match="ACCOUNT=nobody is not under `accounts`, which has: production, staging"):
        chosen(configuration, "nobody", ISSUERS, [])


def test_the_command_prints_the_stacks_or_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "jobpass.yaml"
    file.write_text(variant(**MANY))
    caller = ["--caller", f"arn:aws:iam::{ISSUERS}:root"]
    assert stack_names.main([*caller, "--account", "production", str(file), "--require-approval", "never"]) == 0
    assert capsys.readouterr().out == f"{' '.join(SPREAD)}\n"
    assert stack_names.main([*caller, "--account", "", str(file), "--all"]) == 0
    assert capsys.readouterr().out == "\n"
    assert stack_names.main([*caller, "--account", "nobody", str(file)]) == 1
    assert "ACCOUNT=nobody" in capsys.readouterr().err
    file.write_text(yaml.safe_dump({"name": "Not A Name"}))
    assert stack_names.main([*caller, "--account", "", str(file)]) == 1
    assert "jobpass.yaml" in capsys.readouterr().err
