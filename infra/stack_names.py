"""The stacks of a configuration by name, and which of them a `make` target is about."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from jobpass.configuration import Configuration, ConfigurationError, load
from jobpass.configuration.role_stacks import placement

_ALL = "--all"


class AccountError(Exception):
    """The stacks are not for the account of these credentials; the text says what to do."""


def trust_stack(configuration: Configuration, account: str) -> str:
    """Return the name of the stack with another account's provider."""
    return f"{configuration.name}-trust-{account}"


def home_stack(configuration: Configuration, account: str | None) -> str:
    """Return the name of the stack with an account's provider: the issuer's own for None."""
    return configuration.name if account is None else trust_stack(configuration, account)


def role_stack(home: str, number: int) -> str:
    """Return the name of a stack beside `home` that holds nothing but roles."""
    return f"{home}-roles-{number}"


def stacks_in(configuration: Configuration, account: str | None) -> Iterator[str]:
    """Yield the names of an account's stacks, in the order in which they are deployed."""
    home = home_stack(configuration, account)
    yield home
    for number in placement(configuration, account):
        if number:
            yield role_stack(home, number)


def chosen(configuration: Configuration, account: str | None, caller: str, arguments: Sequence[str]) -> list[str]:
    """Return the stacks that the CDK command line is to be given beside its arguments.

    They are those of one account, the issuer's own for None, unless the arguments name stacks themselves. `caller` is
    the number of the account that the credentials are for.

    Raises:
        AccountError: there is no such account, or the credentials are for another.
    """
    ids = configuration.account_ids
    if account is not None:
        if account not in ids:
            known = ", ".join(ids) or "none"
            raise AccountError(f"ACCOUNT={account} is not under `accounts`, which has: {known}")
        if caller != ids[account]:
            raise AccountError(
                f"these credentials are for {caller}, and `{account}` is {ids[account]}: use its profile"
            )
        return list(stacks_in(configuration, account))
    every = [name for each in (None, *ids) for name in stacks_in(configuration, each)]
    if any(each == _ALL or any(fnmatchcase(name, each) for name in every) for each in arguments):
        return []
    for name, number in ids.items():
        # The issuer's stack goes wherever it is deployed, and a second issuer would help nobody.
        if caller == number:
            raise AccountError(
                f"these credentials are for the account `{name}`: add ACCOUNT={name}, or use the issuer's"
            )
    return list(stacks_in(configuration, None))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what `chosen` says, in one line; 1 with the reason where there is no such account or configuration."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.stack_names", description="Which stacks to deploy.", allow_abbrev=False
    )
    parser.add_argument("--caller", required=True, help="the ARN that the credentials are for")
    parser.add_argument("--account", default="", help="a name under `accounts`; default: the issuer's own")
    parser.add_argument("configuration", type=Path)
    given, passed_on = parser.parse_known_args(arguments)
    try:
        print(*chosen(load(given.configuration), given.account or None, given.caller.split(":")[4], passed_on))
    except (ConfigurationError, AccountError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
