"""The issuer's keys as explain fetches them: over TLS, from the issuer's URL alone, and what it says without them."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import trustme

from tests.command.ended import Ended
from tests.command.explaining import AT, Asking, times
from tests.explain.account import ACCOUNT
from tests.local.seam import connect_proxy, https_issuer, signing
from tests.local.seam.https_issuer import HttpsIssuer

URL = "https://keys.issuer.test"
DISCOVERY = f"{URL}/.well-known/openid-configuration"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/keys.issuer.test"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"keys.issuer.test:sub": "job"}},
        }
    ],
}


@dataclass(frozen=True)
class Case:
    """A good token at a good policy; what differs is the issuer."""

    asking: Asking
    issuer: HttpsIssuer

    def ask(self, header: dict[str, str] | None = None, **claims: str) -> Ended:
        """Explain it, in JSON."""
        token = self.asking.token({"iss": URL, "aud": "a", "sub": "job", **times(), **claims}, header)
        policy = self.asking.file("policy.json", POLICY)
        return self.asking.explain("--token-file", token, "--trust-policy", policy, *AT, "--json")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whom explain trusts here."""
    return trustme.CA()


@pytest.fixture
def case(asking: Asking, authority: trustme.CA) -> Iterator[Case]:
    """An issuer on loopback that a proxy leads to, with its documents in order."""
    for name in ("ALL_PROXY", "all_proxy", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR"):
        asking.monkeypatch.delenv(name, raising=False)
    bundle = asking.folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    asking.monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("keys.issuer.test").configure_cert(tls)
    with ExitStack() as stack:
        issuer = stack.enter_context(https_issuer.running(tls))
        known = {"keys.issuer.test": issuer.port, "other.issuer.test": issuer.port}
        proxy = stack.enter_context(connect_proxy.running(known.get))
        asking.monkeypatch.setenv("HTTPS_PROXY", proxy)
        issuer.publish(URL, signing.six_keys())
        yield Case(asking, issuer)


def test_a_published_key_allows_the_job(case: Case) -> None:
    ended = case.ask()

    assert (ended.status, ended.document["verdict"], ended.document["unchecked"]) == (0, "allowed", [])
    assert case.issuer.fetched == [DISCOVERY, f"{URL}/keys.json"]


def test_another_key_refuses_it(case: Case) -> None:
    case.issuer.publish(URL, {"keys": [signing.jwk("RS256", which="stranger")]})

    ended = case.ask()
    assert ended.status == 1
    assert "not that of the published key" in ended.document["error"]["cause"]


def test_a_key_that_the_token_itself_names_is_never_asked_for(case: Case) -> None:
    stranger = {"alg": "RS256", "kid": "RS256", "jku": f"{URL}/mine.json", "x5u": f"{URL}/mine.pem"}

    assert case.ask(stranger).status == 0
    assert case.issuer.fetched == [DISCOVERY, f"{URL}/keys.json"]


def test_an_issuer_that_the_account_does_not_know_is_not_asked(case: Case) -> None:
    ended = case.ask(iss="https://other.issuer.test")

    assert ended.status == 1
    assert "has no OIDC provider for `https://other.issuer.test`" in ended.document["error"]["cause"]
    assert case.issuer.fetched == []


@pytest.mark.parametrize(
    ("address", "body", "status", "reason"),
    [
        (DISCOVERY, b"", 404, f"{DISCOVERY} answers 404"),
        (DISCOVERY, b"<html>", 200, "is no JSON"),
        (DISCOVERY, b"[]", 200, "names no `jwks_uri` that begins with https://"),
        (DISCOVERY, b'{"jwks_uri": "http://keys.issuer.test/keys.json"}', 200, "names no `jwks_uri`"),
        (DISCOVERY, b'{"jwks_uri": "file:///etc/passwd"}', 200, "names no `jwks_uri`"),
        (f"{URL}/keys.json", b"", 500, "keys.json answers 500"),
        (f"{URL}/keys.json", b'{"keys": [NaN]}', 200, "is no JSON"),
        (f"{URL}/keys.json", b" " * ((1 << 20) + 1), 200, "keys.json is longer than 1 MiB"),
    ],
)
def test_documents_that_cannot_be_used_refuse_it(
    address: str, body: bytes, status: int, reason: str, case: Case
) -> None:
    case.issuer.put(address, body, status)

    error = case.ask().document["error"]
    assert error["message"].startswith("Couldn't retrieve verification key from your identity provider")
    assert reason in error["cause"]


def test_a_certificate_of_nobody_refuses_it(case: Case) -> None:
    strangers = trustme.CA()
    path = case.asking.folder / "authority.pem"
    strangers.cert_pem.write_to_path(str(path))

    ended = case.ask()
    assert ended.status == 1
    assert "the certificate of keys.issuer.test is not trusted" in ended.document["error"]["cause"]


def test_a_host_that_is_not_on_the_internet_refuses_it(case: Case) -> None:
    case.asking.monkeypatch.delenv("HTTPS_PROXY")
    policy = case.asking.file("policy.json", POLICY).replace("keys.issuer.test", "localhost")
    text = case.asking.folder.joinpath("policy.json").read_text().replace("keys.issuer.test", "localhost")
    case.asking.file("policy.json", text)
    port = case.issuer.port
    token = case.asking.token({"iss": "https://localhost", "aud": "a", "sub": "job", **times()})
    case.asking.monkeypatch.setattr("jobpass.doctor.fetching.HTTPS_PORT", port)

    ended = case.asking.explain("--token-file", token, "--trust-policy", policy, *AT, "--json")
    assert ended.status == 1
    assert "which is not on the internet" in ended.document["error"]["cause"]


class TestOutOfReach:
    """The issuer cannot be asked from here: nothing is known of it."""

    @pytest.fixture(autouse=True)
    def _no_way(self, case: Case) -> None:
        case.asking.monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    def test_what_is_allowed_otherwise_is_unknown(self, case: Case) -> None:
        ended = case.ask()

        assert (ended.status, ended.document["verdict"]) == (3, "unknown")
        assert "hand them over with `--jwks`" in ended.document["unseen"][0]
        assert ended.document["unchecked"] == ["signature"]

    def test_what_is_refused_anyway_is_refused(self, case: Case) -> None:
        ended = case.ask(sub="other")

        assert (ended.status, ended.document["verdict"]) == (1, "refused")
        assert ended.document["error"]["code"] == "AccessDenied"
        assert ended.document["unseen"]

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_words_say_so_first(self, width: int, case: Case) -> None:
        case.ask()
        case.asking.monkeypatch.setenv("COLUMNS", str(width))
        paths = [str(case.asking.folder / name) for name in ("token.jwt", "policy.json")]
        ended = case.asking.explain("--token-file", paths[0], "--trust-policy", paths[1], *AT)

        assert ended.status == 3
        assert ended.out.startswith("unknown ")
        assert "STS allows it, but for what could not be looked at" in " ".join(ended.out.split())


def test_another_issuers_discovery_is_noted(case: Case) -> None:
    case.issuer.put(DISCOVERY, {"issuer": f"{URL}/", "jwks_uri": f"{URL}/keys.json"})

    assert any("names another issuer" in each for each in case.ask().document["assumed"])
