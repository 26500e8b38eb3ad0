"""Checks of the accounts whose roles trust the issuer: each is one, has roles, and can name the issuer."""

from collections.abc import Iterator

from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.resource_names import same_pascal

# IAM user guide, "IAM and AWS STS quotas": client IDs of an OIDC provider.
MAX_CLIENT_IDS = 100


def findings(draft: Draft) -> Iterator[Finding]:
    """Return what is wrong with the accounts, and with the audiences of each one's roles together."""
    accounts = draft.configuration.accounts
    if accounts and draft.configuration.issuer.url is None and draft.read("issuer", "url"):
        text = (
            "need `issuer.url`, since the conditions of their roles begin with it and cannot wait for what CloudFront "
            "gives: set it to a domain of your own, or deploy without `accounts` first and set it to the output "
            "`IssuerUrl`, which needs no certificate"
        )
        yield ("accounts",), text
    seen: dict[str, str] = {}
    for name, settings in accounts.items():
        first = seen.setdefault(settings.id, name)
        if first != name:
            yield (
                ("accounts", name, "id"),
                f"is the number of `{first}` too: keep one of the two, with the roles of both",
            )
        if draft.read("roles") and all(role.account != name for role in draft.configuration.roles.values()):
            yield ("accounts", name), f"is of no use: no role has `account: {name}`; give one that, or leave it out"
    yield from same_pascal("accounts", accounts)
    yield from _client_ids(draft)


def _client_ids(draft: Draft) -> Iterator[Finding]:
    for account in (None, *draft.configuration.accounts):
        roles = [each for each in draft.configuration.roles.values() if each.account == account]
        every = {audience for role in roles for audience in role.audiences}
        if len(every) > MAX_CLIENT_IDS:
            path: Path = ("roles",) if account is None else ("accounts", account)
            said = "name" if account is None else "has roles that name"
            text = f"{said} {len(every)} audiences in all, and an IAM provider takes {MAX_CLIENT_IDS}"
            yield path, f"{text}: let roles share some"
