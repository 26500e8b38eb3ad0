"""The settings of the accounts whose roles trust the issuer, and of IAM's record of it in each."""

from typing import Annotated, Literal

from pydantic import Field

from jobpass.configuration.settings import ACCOUNT_ID, Settings

Provider = Literal["create", "adopt"]
Stacks = Annotated[int, Field(ge=0, le=64)] | None


class TrustSettings(Settings):
    """How the issuer's own account comes to trust it."""

    provider: Provider = "create"
    """`create` makes IAM's OIDC provider for the issuer; `adopt` takes the one that is there, whose client IDs must
    then hold the audiences of the account's roles."""

    stacks: Stacks = None
    """Over how many stacks of their own the account's roles are spread; 0 leaves them in the issuer's. Without it they
    are there up to 150, and in eight from then on. Another number moves roles: choose it before there are many."""


class AccountSettings(Settings):
    """Another AWS account whose roles trust the issuer. It gets a stack of its own, `<name>-trust-<account>`, which
    needs `issuer.url`."""

    id: str = Field(pattern=ACCOUNT_ID)
    """The account's number, in quotes: `"222233334444"`."""

    provider: Provider = "create"
    """`create` makes IAM's OIDC provider for the issuer in that account; `adopt` takes the one that is there, whose
    client IDs must then hold the audiences of the account's roles."""

    stacks: Stacks = None
    """Over how many further stacks the account's roles are spread; 0 leaves them in the one with the provider. Without
    it they are there up to 150, and in eight others from then on. Another number moves roles: choose it before there
    are many."""
