"""Checks of the issuer's address and lifetimes, and of what `cdk destroy` leaves."""

from collections.abc import Iterator

from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding
from jobpass.configuration.issuer_settings import IssuerSettings
from jobpass_issuer.domain.issuer import url_mistake


def findings(draft: Draft) -> Iterator[Finding]:
    """Return what is wrong with the issuer's settings, and with retention."""
    configuration = draft.configuration
    if draft.whole["issuer"]:
        yield from _address(configuration.issuer)
        yield from _lifetimes(configuration.issuer)
    if configuration.retention == "destroy" and configuration.deletion_protection:
        text = "must be false where retention is `destroy`: DynamoDB would refuse to delete the table"
        yield ("deletion_protection",), text


def _lifetimes(issuer: IssuerSettings) -> Iterator[Finding]:
    token, most = issuer.token_lifetime_seconds, issuer.max_token_lifetime_seconds
    if token > most:
        text = f"is {token}, more than max_token_lifetime_seconds ({most}): lower this or raise that"
        yield ("issuer", "token_lifetime_seconds"), text


def _address(issuer: IssuerSettings) -> Iterator[Finding]:
    if issuer.url is None:
        for name in ("certificate_arn", "hosted_zone"):
            if getattr(issuer, name) is not None:
                yield ("issuer", name), "is of use with `url` only: add the issuer's URL, or leave this out"
        return
    mistake = url_mistake(issuer.url)
    if mistake:
        yield ("issuer", "url"), f"`{issuer.url}` {mistake}"
    if issuer.certificate_arn is None:
        text = "is missing: CloudFront serves a domain of your own only with an ACM certificate, in us-east-1"
        yield ("issuer", "certificate_arn"), text
    host = issuer.url.removeprefix("https://").partition("/")[0]
    zone = issuer.hosted_zone
    if zone and not mistake and host != zone.name and not host.endswith(f".{zone.name}"):
        text = f"`{zone.name}` is not the end of the issuer's host `{host}`: name the zone that the host is in"
        yield ("issuer", "hosted_zone", "name"), text
