"""Checks over what was seen of an issuer: pure, one module for each part of it."""

from collections.abc import Callable, Iterator, Mapping

from jobpass.doctor.checks import delivery, discovery, jwk_set, provider_url, transport
from jobpass.doctor.facts import Facts
from jobpass.doctor.finding import Finding

Check = Callable[[Facts], Iterator[Finding]]

# By what each looks at, in the order of the report.
CHECKS: Mapping[str, Check] = {
    "issuer URL": provider_url.findings,
    "network and TLS": transport.findings,
    "delivery": delivery.findings,
    "discovery document": discovery.findings,
    "JWK Set": jwk_set.findings,
}


def findings(facts: Facts) -> dict[str, list[Finding]]:
    """Return what every check finds, the gravest first within each."""
    gravity = ("error", "warning", "note")
    return {name: sorted(check(facts), key=lambda each: gravity.index(each.severity)) for name, check in CHECKS.items()}
