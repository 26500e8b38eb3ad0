"""Checks of the issuer's address, lifetimes and rotation, and of what `cdk destroy` leaves."""

from collections.abc import Iterator

from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding
from jobpass.configuration.issuer_settings import IssuerSettings, SigningSettings
from jobpass.configuration.token_function_settings import TokenFunctionSettings
from jobpass_issuer.domain.issuer import url_mistake


def findings(draft: Draft) -> Iterator[Finding]:
    """Return what is wrong with the settings of issuer and signing, and with retention."""
    configuration = draft.configuration
    yield from _address(configuration.issuer, draft)
    token, most = configuration.issuer.token_lifetime_seconds, configuration.issuer.max_token_lifetime_seconds
    if draft.read("issuer", "token_lifetime_seconds", "max_token_lifetime_seconds") and token > most:
        text = f"is {token}, more than max_token_lifetime_seconds ({most}): lower this or raise that"
        yield ("issuer", "token_lifetime_seconds"), text
    yield from _rotation(configuration.signing, draft)
    if draft.read("alarms", "email", "topic_arn") and configuration.alarms.email and configuration.alarms.topic_arn:
        text = (
            "is of use with the stack's own topic only: subscribe the address to `topic_arn`, or leave one of both out"
        )
        yield ("alarms", "email"), text
    yield from _concurrency(configuration.token_function, draft)
    if configuration.retention == "destroy" and configuration.deletion_protection:
        written = "deletion_protection" in configuration.model_fields_set
        text = (
            "must be false where retention is `destroy`" if written else "needs `deletion_protection: false` beside it"
        )
        path = "deletion_protection" if written else "retention"
        yield (path,), f"{text}: DynamoDB would refuse to delete the table"


def _concurrency(function: TokenFunctionSettings, draft: Draft) -> Iterator[Finding]:
    provisioned, reserved = function.provisioned_concurrency, function.reserved_concurrency
    known = draft.read("token_function", "provisioned_concurrency", "reserved_concurrency")
    if known and provisioned is not None and reserved is not None and provisioned > reserved:
        text = f"is {provisioned}, more than reserved_concurrency ({reserved}): lower this or raise that"
        yield ("token_function", "provisioned_concurrency"), text


def _rotation(signing: SigningSettings, draft: Draft) -> Iterator[Finding]:
    days, hours = signing.rotate_every_days, signing.publish_ahead_hours
    known = draft.read("signing", "rotate_every_days", "publish_ahead_hours")
    if not known or signing.publish_ahead_seconds < signing.rotate_every_seconds:
        return
    why = "each key would be due before the next one may sign"
    if "publish_ahead_hours" in signing.model_fields_set:
        text = (
            f"is {hours}, no less than rotate_every_days ({days}, {days * 24} hours): {why}; lower this or raise that"
        )
        yield ("signing", "publish_ahead_hours"), text
    else:
        text = (
            f"is {days}, no more than publish_ahead_hours ({hours} unless it is set): {why}; raise this or lower that"
        )
        yield ("signing", "rotate_every_days"), text


def _address(issuer: IssuerSettings, draft: Draft) -> Iterator[Finding]:
    if issuer.url is None:
        for name in ("certificate_arn", "hosted_zone"):
            if draft.read("issuer", "url") and getattr(issuer, name) is not None:
                yield ("issuer", name), "is of use with `url` only: add the issuer's URL, or leave this out"
        return
    mistake = url_mistake(issuer.url)
    if mistake:
        yield ("issuer", "url"), f"`{issuer.url}` {mistake}"
    if issuer.own_domain is None:
        yield from _cloudfront_address(issuer, issuer.url)
        return
    if issuer.certificate_arn is None and draft.read("issuer", "certificate_arn"):
        text = "is missing: CloudFront serves a domain of your own only with an ACM certificate, in us-east-1"
        yield ("issuer", "certificate_arn"), text
    host = issuer.url.removeprefix("https://").partition("/")[0]
    zone = issuer.hosted_zone
    if zone and not mistake and host != zone.name and not host.endswith(f".{zone.name}"):
        text = f"`{zone.name}` is not the end of the issuer's host `{host}`: name the zone that the host is in"
        yield ("issuer", "hosted_zone", "name"), text


def _cloudfront_address(issuer: IssuerSettings, url: str) -> Iterator[Finding]:
    if url != f"https://{issuer.host}":
        yield ("issuer", "url"), f"must be `https://{issuer.host}`: at CloudFront's own address the issuer has no path"
    for name in ("certificate_arn", "hosted_zone"):
        if getattr(issuer, name) is not None:
            yield ("issuer", name), "is of use on a domain of your own only, and this is CloudFront's: leave it out"
