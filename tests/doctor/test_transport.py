"""Hosts that cannot be reached, or not be trusted, over real connections."""

import datetime
import ssl
import threading
from socketserver import StreamRequestHandler, TCPServer

import pytest
import trustme

from jobpass.doctor.network import on_the_internet
from tests.doctor.conftest import HERE, HOST, ISSUER, Doctor, Stand, codes

YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


class PlainHttp(StreamRequestHandler):
    """Answers in the clear, as a web server does on its other port."""

    def handle(self) -> None:
        """Answer whatever was said."""
        self.rfile.read1()
        self.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def finding(report: dict[str, list[dict[str, str]]], code: str) -> dict[str, str]:
    """The one finding of a code."""
    (found,) = [each for each in report["findings"] if each["code"] == code]
    return found


def test_a_certificate_that_ends_soon_is_a_warning(stand: Stand, doctor: Doctor) -> None:
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3)
    stand.serve(tls=stand.tls(HOST, not_after=ends))

    status, report = doctor()

    assert (status, codes(report)) == (0, {"tls_expiry"})
    assert f"{ends:%Y-%m-%d}" in finding(report, "tls_expiry")["message"]
    assert report["hosts"][0]["certificate_ends"] == f"{ends:%Y-%m-%dT%H:%M:%SZ}"


def test_a_certificate_that_has_ended_is_an_error_and_the_rest_is_looked_at(stand: Stand, doctor: Doctor) -> None:
    issuer = stand.serve(tls=stand.tls(HOST, not_after=YESTERDAY))
    issuer.jwk_set.headers = {"Cache-Control": None}

    status, report = doctor()

    assert (status, codes(report)) == (1, {"tls_distrust", "cache_missing"})
    assert "expired" in finding(report, "tls_distrust")["message"]
    assert "renew" in finding(report, "tls_distrust")["remedy"]


def test_a_certificate_for_another_name_is_an_error(stand: Stand, doctor: Doctor) -> None:
    stand.serve(tls=stand.tls("other.example.test"))

    status, report = doctor()

    assert (status, codes(report)) == (1, {"tls_distrust"})
    assert finding(report, "tls_distrust")["remedy"] == "present a certificate that names this host"


def test_an_unknown_authority_is_an_error(stand: Stand, doctor: Doctor) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HOST).configure_cert(tls)
    stand.serve(tls=tls)

    status, report = doctor()

    assert (status, codes(report)) == (1, {"tls_distrust"})
    assert "authority" in finding(report, "tls_distrust")["remedy"]


def test_a_chain_without_its_intermediate_certificate_is_an_error(stand: Stand, doctor: Doctor) -> None:
    child = stand.authority.create_child_ca().issue_cert(HOST)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with child.private_key_pem.tempfile() as key, child.cert_chain_pems[0].tempfile() as leaf:
        tls.load_cert_chain(leaf, key)
    stand.serve(tls=tls)

    status, report = doctor()

    assert (status, codes(report)) == (1, {"tls_distrust"})
    assert "intermediate" in finding(report, "tls_distrust")["remedy"]


def test_tls_1_3_alone_is_an_error(stand: Stand, doctor: Doctor) -> None:
    tls = stand.tls(HOST)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    stand.serve(tls=tls)

    status, report = doctor()

    assert (status, codes(report)) == (1, {"tls_version"})
    assert report["hosts"][0]["tls"] == ["TLS 1.3"]


def test_tls_1_2_alone_is_worth_a_note(stand: Stand, doctor: Doctor) -> None:
    tls = stand.tls(HOST)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    stand.serve(tls=tls)

    status, report = doctor()

    assert (status, codes(report)) == (0, {"tls_no_13"})


def test_the_keys_host_is_looked_at_too(stand: Stand, doctor: Doctor) -> None:
    issuer = stand.serve()
    keys = stand.serve("https://keys.example.test", stand.tls("other.example.test"), "keys.example.test")
    issuer.discovery.body["jwks_uri"] = "https://keys.example.test/.well-known/jwks.json"

    report = doctor()[1]

    assert codes(report) == {"tls_distrust"}
    assert finding(report, "tls_distrust")["where"] == "host keys.example.test"
    assert keys.asked == ["/.well-known/jwks.json"]


def test_a_host_that_the_proxy_does_not_know_could_not_be_looked_at(stand: Stand, doctor: Doctor) -> None:
    status, report = doctor()

    assert (status, report["verdict"], codes(report)) == (3, "unreachable", {"fetch_proxy"})


def test_a_proxy_that_is_not_there_could_not_be_looked_through(
    stand: Stand, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    status, report = doctor()

    assert (status, codes(report)) == (3, {"fetch_proxy"})


def test_a_proxy_of_another_kind_is_told(stand: Stand, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")

    report = doctor()[1]

    assert "only http:// is known here" in finding(report, "fetch_proxy")["message"]


class TestWithoutAProxy:
    """Where NO_PROXY leads past it, addresses are seen."""

    @pytest.fixture(autouse=True)
    def direct(self, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost,no-such-host.invalid")

    def test_a_host_on_loopback_is_not_on_the_internet(self, stand: Stand, doctor: Doctor) -> None:
        issuer = stand.serve(tls=stand.tls("127.0.0.1"))
        base = f"https://127.0.0.1:{issuer.port}/api"
        issuer.discovery.body |= {"issuer": base, "jwks_uri": f"{base}/.well-known/jwks.json"}

        status, report = doctor(base)

        assert (status, codes(report)) == (1, {"url_port", "dns_private"})
        assert report["hosts"][0]["addresses"] == ["127.0.0.1"]
        assert "dns_proxy" not in {each["code"] for each in report["findings"]}

    def test_a_port_that_is_shut_could_not_be_looked_at(self, doctor: Doctor) -> None:
        status, report = doctor("https://127.0.0.1:9")

        assert (status, codes(report)) == (3, {"url_port", "fetch_connection"})

    def test_a_name_that_stands_for_nothing_could_not_be_looked_at(self, doctor: Doctor) -> None:
        status, report = doctor("https://no-such-host.invalid")

        assert (status, codes(report)) == (3, {"fetch_name"})

    def test_a_server_without_tls_is_an_error(self, stand: Stand, doctor: Doctor) -> None:
        with TCPServer(("127.0.0.1", 0), PlainHttp) as plain:
            threading.Thread(target=plain.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            status, report = doctor(f"https://127.0.0.1:{plain.server_address[1]}")
            plain.shutdown()

        assert (status, codes(report)) == (1, {"url_port", "fetch_tls"})


def test_authorities_of_ones_own_are_named(stand: Stand, doctor: Doctor) -> None:
    stand.serve()

    report = doctor(ISSUER)[1]

    assert {each["code"] for each in report["findings"]} == HERE


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("10.0.0.7", False),
        ("169.254.169.254", False),
        ("2606:4700::1111", True),
        ("::1", False),
        ("fe80::1%lo", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::8.8.8.8", True),
        ("64:ff9b::127.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:0808:0808::1", True),
        ("2002:0a00:0007::1", False),
    ],
)
def test_an_address_that_leads_to_one_inside_is_not_on_the_internet(address: str, expected: bool) -> None:
    assert on_the_internet(address) is expected
