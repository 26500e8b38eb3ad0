"""The issuer's documents as the local STS fetches them: over TLS, in time, or not at all."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.asking import NO_KEY, numbers, token, told
from tests.local.seam.federation import Federation
from tests.local.seam.https_issuer import HttpsIssuer


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (404, {}),
        (500, {}),
        (200, b"not JSON"),
        (200, b"\xff\xfe"),
        (200, []),
        (200, {"jwks_uri": "{url}/keys.json"}),
        (200, {"issuer": "{url}/", "jwks_uri": "{url}/keys.json"}),
        (200, {"issuer": "https://issuer.test", "jwks_uri": "{url}/keys.json"}),
        (200, {"issuer": "{url}"}),
        (200, {"issuer": "{url}", "jwks_uri": 7}),
        (200, {"issuer": "{url}", "jwks_uri": "http://a.issuer.test/keys.json"}),
        (200, {"issuer": "{url}", "jwks_uri": "{url}/absent.json"}),
        (200, {"issuer": "{url}", "jwks_uri": "https://unreachable.issuer.test/keys.json"}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_discovery_document_that_cannot_be_used_gives_no_key(
    status: int, document: Any, federation: Federation, issuer: HttpsIssuer
) -> None:
    role = federation.role(f"documents-{next(numbers)}", federation.policy())
    assert federation.assume(role, token(federation.url), signing.six_keys()).allowed
    if isinstance(document, dict):
        document = json.loads(json.dumps(document).replace("{url}", federation.url))

    issuer.put(f"{federation.url}/.well-known/openid-configuration", document, status)

    assert told(federation.assume(role, token(federation.url))) == NO_KEY


def test_a_good_document_that_lies_elsewhere_gives_no_key(
    federation: Federation, issuer: HttpsIssuer, tmp_path: Path
) -> None:
    role = federation.role(f"elsewhere-{next(numbers)}", federation.policy())
    assert federation.assume(role, token(federation.url), signing.six_keys()).allowed
    discovery = f"{federation.url}/.well-known/openid-configuration"
    good = json.loads(issuer.documents[discovery][1])
    on_disk = tmp_path / "keys.json"
    on_disk.write_text(json.dumps(signing.six_keys()))

    issuer.put(discovery, good | {"jwks_uri": on_disk.as_uri()})
    assert told(federation.assume(role, token(federation.url))) == NO_KEY
    issuer.put(f"{federation.url}/moved", good)
    issuer.put(discovery, f"{federation.url}/moved".encode(), 302)
    assert told(federation.assume(role, token(federation.url))) == NO_KEY
    issuer.put(discovery, good | {"jwks_uri": f"{federation.url}/moved-keys"})
    issuer.put(f"{federation.url}/moved-keys", signing.six_keys())
    assert federation.assume(role, token(federation.url)).allowed, "another path of the issuer's host is good"


def test_a_document_is_of_a_megabyte_at_most(federation: Federation, issuer: HttpsIssuer) -> None:
    role = federation.role(f"large-{next(numbers)}", federation.policy())
    body = json.dumps(signing.six_keys()).encode()

    for size, allowed in ((1 << 20, True), ((1 << 20) + 1, False)):
        issuer.publish(federation.url, body.ljust(size))
        assert federation.assume(role, token(federation.url)).allowed is allowed


def test_a_document_that_is_late_gives_no_key(federation: Federation, issuer: HttpsIssuer) -> None:
    role = federation.role(f"late-{next(numbers)}", federation.policy())
    issuer.delays_seconds[f"{federation.url}/keys.json"] = 6

    started = time.monotonic()
    outcome = federation.assume(role, token(federation.url), signing.six_keys())

    assert told(outcome) == NO_KEY
    assert 4 < time.monotonic() - started < 6


def test_a_host_that_cannot_be_reached_is_a_communication_error(emulator: Emulator, issuer: HttpsIssuer) -> None:
    federation = Federation(emulator, issuer, "https://unreachable.issuer.test")
    federation.trust()

    outcome = federation.assume(federation.role("unreachable", federation.policy()), token(federation.url))

    assert (outcome.code, outcome.status) == ("IDPCommunicationError", 400)


def test_a_certificate_for_another_name_is_not_trusted(emulator: Emulator, issuer: HttpsIssuer) -> None:
    federation = Federation(emulator, issuer, "https://two.labels.issuer.test")  # the certificate covers one label
    federation.trust()
    role = federation.role("untrusted", federation.policy())

    assert told(federation.assume(role, token(federation.url), signing.six_keys())) == NO_KEY
