"""How relying parties reach the issuer: its addresses, its TLS versions, its certificate."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from jobpass.doctor.facts import Endpoint, Facts
from jobpass.doctor.finding import Finding, error, note, warning
from jobpass.doctor.network import family, on_the_internet

# ACM and the ACME authorities renew weeks before the end: who has less left was not renewed.
RENEWED_BEFORE = timedelta(days=14)

_SELF_SIGNED = "present a certificate of an authority that browsers trust (ACM gives them free of charge), or, for AWS "
_SELF_SIGNED += "alone, put the thumbprint of its top certificate on the OIDC provider"
# OpenSSL's X509_V_ERR numbers (openssl-verification-options(1), x509_vfy.h).
_REMEDIES: Mapping[int, str] = {
    9: "set the clock of this machine, or wait until the certificate is valid",
    10: "renew the certificate, and see why it was not renewed by itself",
    18: _SELF_SIGNED,
    19: _SELF_SIGNED,
    20: "present the intermediate certificates too; " + _SELF_SIGNED,
    21: "present the intermediate certificates too; " + _SELF_SIGNED,
    62: "present a certificate that names this host",
    64: "present a certificate that names this address, or use a host name",
}


def findings(facts: Facts) -> Iterator[Finding]:
    """Return what keeps relying parties from the issuer's hosts."""
    for endpoint in facts.endpoints:
        where = f"host {endpoint.host}"
        yield from _addresses(where, endpoint)
        yield from _versions(where, endpoint)
        yield from _certificate(where, endpoint, facts)
    if facts.own_roots and facts.endpoints:
        message = "was checked against the authorities of SSL_CERT_FILE or SSL_CERT_DIR, not those that AWS trusts"
        yield note("tls_own_roots", "certificate", message, "look once more without that variable")


def _addresses(where: str, endpoint: Endpoint) -> Iterator[Finding]:
    if endpoint.addresses is None:
        message = "was looked at through a proxy, which looks names up: its addresses were not seen"
        yield note("dns_proxy", where, message, "look once more without HTTPS_PROXY, or with NO_PROXY set for the host")
        return
    if not any(family(address) == "IPv4" for address in endpoint.addresses):
        message = "has no IPv4 address, and AWS does not say that STS asks over IPv6"
        yield error("dns_no_ipv4", where, message, "add an A record")
    private = [each for each in endpoint.addresses if not on_the_internet(each)]
    if private:
        message = f"stands for {private[0]} here, which is not on the internet: STS and other clouds cannot reach it"
        yield error("dns_private", where, message, "publish the documents where everybody can read them")


def _versions(where: str, endpoint: Endpoint) -> Iterator[Finding]:
    if not endpoint.versions["TLS 1.2"]:
        message = "does not offer TLS 1.2: where TLS 1.3 is required, IAM goes by the provider's thumbprints"
        yield error("tls_version", where, message, "offer TLS 1.2 beside 1.3")
    if not endpoint.versions["TLS 1.3"]:
        yield note("tls_no_13", where, "does not offer TLS 1.3", "offer it beside TLS 1.2; nobody needs it yet")


def _certificate(where: str, endpoint: Endpoint, facts: Facts) -> Iterator[Finding]:
    if endpoint.distrust is not None:
        message = f"has a certificate that is not trusted: {endpoint.distrust.reason}"
        yield error("tls_distrust", where, message, _REMEDIES.get(endpoint.distrust.code, _SELF_SIGNED))
    ends = endpoint.certificate_ends
    if ends is not None and ends - facts.looked_at < RENEWED_BEFORE:
        days = max(0, (ends - facts.looked_at).days)
        message = f"has a certificate that ends on {ends:%Y-%m-%d}, in {days} day{'' if days == 1 else 's'}"
        yield warning("tls_expiry", where, message, "renew it now, and see why it was not renewed by itself")
