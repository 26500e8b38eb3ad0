"""Which OIDC provider of an account a token belongs to."""

from collections.abc import Sequence

from jobpass.explain import sts_errors
from jobpass.explain.federation import Provider
from jobpass.explain.quoting import listed, plain, quoted
from jobpass.explain.refusal import Refusal


def find_provider(issuer: str, providers: Sequence[Provider], account: str) -> Provider | Refusal:
    """Return the account's provider whose URL is `iss` letter for letter, or what STS says."""
    own = [provider for provider in providers if provider.account == account]
    for provider in own:
        if provider.issuer == issuer:
            return provider
    cause, remedy = _nearest(issuer, own, account)
    message = sts_errors.NO_PROVIDER.format(issuer=plain(issuer[:255]))
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, message, cause, remedy, recorded=False)


def _nearest(issuer: str, own: Sequence[Provider], account: str) -> tuple[str, str]:
    if not issuer.startswith("https://"):
        return (
            f"`iss` is {quoted(issuer)}, which does not begin with `https://`",
            "make the issuer put its https URL into `iss`",
        )
    for provider in own:
        if provider.issuer.rstrip("/") == issuer.rstrip("/"):
            return (
                f"`iss` is {quoted(issuer)}, the provider's URL {quoted(provider.issuer)}: a slash at the end differs",
                f"create a provider for {quoted(issuer)}: IAM keeps the slash, and cannot change a provider's URL",
            )
        if provider.issuer.lower() == issuer.lower():
            return (
                f"`iss` is {quoted(issuer)}, the provider's URL {quoted(provider.issuer)}: capital letters differ",
                f"create a provider for {quoted(issuer)}, letter for letter",
            )
    known = f"it has providers for {listed([provider.issuer for provider in own])}" if own else "it has none at all"
    return (
        f"account {account} has no OIDC provider for {quoted(issuer)}; {known}",
        f"create an OIDC provider for {quoted(issuer)} in account {account}, the role's account",
    )
