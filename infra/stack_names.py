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
    the number of the account that the credentials are for: stacks of other accounts are bound to theirs, and whoever
    is trusted there may deploy them, but the issuer's would go wherever the credentials lead.

    Raises:
        AccountError: there is no such account, or it is not the one for the issuer.
    """
    ids = configuration.account_ids
    if account is not None:
        if account not in ids:
            raise AccountError(f"ACCOUNT={account} is not under `accounts`, which has: {', '.join(ids) or 'none'}")
        return list(stacks_in(configuration, account))
    named = [each for each in (None, *ids) if _is_named(configuration, each, arguments)]
    other = next((name for name, number in ids.items() if number == caller), None)
    if other is not None and (None in named or not named):
        text = f"these credentials are for the account `{other}`, and no issuer belongs there: add ACCOUNT={other}"
        raise AccountError(f"{text}, or use credentials of the issuer's own account")
    return [] if named else list(stacks_in(configuration, None))


def _is_named(configuration: Configuration, account: str | None, arguments: Sequence[str]) -> bool:
    """Whether arguments name a stack of an account, by a pattern too, or all stacks."""
    names = list(stacks_in(configuration, account))
    return any(each == _ALL or any(fnmatchcase(name, each) for name in names) for each in arguments)


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
