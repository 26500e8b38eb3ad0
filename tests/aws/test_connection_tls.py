"""Over TLS nobody is asked but who can show a certificate, through a proxy or not, and no password is told."""

import socket
import ssl
from pathlib import Path

import pytest
import trustme

from jobpass_issuer.aws import connection
from jobpass_issuer.aws.connection import Connections
from jobpass_issuer.aws.unreachable import UnreachableError
from tests.aws.scripted_server import answer, running

_PASSWORD = "the-password"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    connection.trust.cache_clear()


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A host's, by an authority that is in `authority.pem`."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context


def _asked(url: str) -> object:
    connections = Connections(url, 2, 2)
    try:
        return connections.post("/", {}, b"x").body
    except UnreachableError as error:
        return error.reason if _PASSWORD not in repr(error) else "the password is told"
    finally:
        connections.__del__()


@pytest.mark.parametrize(
    ("name", "bundle", "told"),
    [
        ("localhost", "authority.pem", b"well"),
        ("127.0.0.1", "authority.pem", "SSLError"),
        ("localhost", None, "SSLError"),
        ("localhost", "missing.pem", "SSLError"),
    ],
    ids=["trusted", "another name", "an authority that is not trusted", "no bundle"],
)
def test_a_host_is_asked_only_where_its_certificate_is_good(
    tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, bundle: str | None, told: object
) -> None:
    if bundle:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / bundle))
    with running(lambda host: [host.answering(answer(b"well"))], tls) as host:
        assert _asked(f"https://{name}:{host.port}") == told
        assert len(host.requests) == (told == b"well")


@pytest.mark.parametrize("user", [f"user:{_PASSWORD}@", ""])
def test_a_proxy_is_asked_for_a_tunnel_and_may_refuse(monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    with running(lambda host: [host.answering(b"HTTP/1.1 407 Who are you?\r\n\r\n")]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{user}127.0.0.1:{proxy.port}")

        assert _asked("https://kms.eu-west-1.amazonaws.com") == "ProxyConnectionError"
        assert proxy.requests[0].startswith(b"CONNECT kms.eu-west-1.amazonaws.com:443 ")
        assert (b"Proxy-Authorization: Basic dXNlcjp0aGUtcGFzc3dvcmQ=" in proxy.requests[0]) == bool(user)


@pytest.mark.parametrize(
    "proxy", [f"https://user:{_PASSWORD}@127.0.0.1:1", f"http://user:{_PASSWORD}/@127.0.0.1", f"http://{_PASSWORD}[/"]
)
def test_a_proxy_that_cannot_be_asked_is_an_error_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    assert _asked("https://kms.eu-west-1.amazonaws.com") in ("ProxyConnectionError", "HTTPClientError")


def test_hosts_that_need_no_proxy_are_asked_themselves(
    tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "localhost")
    with running(lambda host: [host.answering(answer(b"well"))], tls) as host:
        assert _asked(f"https://localhost:{host.port}") == b"well"


def test_a_host_that_does_not_listen_cannot_be_connected_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert _asked(f"http://127.0.0.1:{port}") == "EndpointConnectionError"
