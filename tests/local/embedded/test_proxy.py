"""The proxy leads to the emulator under the names it is meant for, and refuses everything else."""

import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from local.deployment import EmbeddedAws
from local.proxy import HEAD_LIMIT_BYTES, Destinations, ProxyThread

EMULATOR_PORT = 4443


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("d111111abcdef8.cloudfront.net", 443),
        ("D111111ABCDEF8.CloudFront.net", 443),
        ("oidc.example.com", 443),
        ("localhost", EMULATOR_PORT),
        ("127.0.0.1", EMULATOR_PORT),
        ("a1b2c3d4.execute-api.localhost", EMULATOR_PORT),
    ],
)
def test_a_name_of_the_stack_leads_to_the_emulator(host: str, port: int) -> None:
    assert Destinations(EMULATOR_PORT, ["OIDC.example.com"]).lead_to_emulator(host, port)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("d111111abcdef8.cloudfront.net", 80),
        ("d111111abcdef8.cloudfront.net", EMULATOR_PORT),
        ("a.b.cloudfront.net", 443),
        ("cloudfront.net", 443),
        ("d1.cloudfront.net.example.com", 443),
        ("d1xcloudfront.net", 443),
        ("d1.cloudfront.net.", 443),
        ("sub.oidc.example.com", 443),
        ("xoidc.example.com", 443),
        ("example.com", 443),
        ("sts.amazonaws.com", 443),
        ("localhost", 443),
        ("localhost", 22),
        ("127.0.0.1", 443),
        ("127.0.0.2", EMULATOR_PORT),
        ("169.254.169.254", 80),
        ("notlocalhost", EMULATOR_PORT),
        ("localhost.example.com", EMULATOR_PORT),
        ("", EMULATOR_PORT),
    ],
)
def test_anything_else_does_not(host: str, port: int) -> None:
    assert not Destinations(EMULATOR_PORT, ["oidc.example.com"]).lead_to_emulator(host, port)


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets, once, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                while chunk := connection.recv(65536):
                    connection.sendall(chunk)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])


def ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=15) as client:
        client.sendall(request)
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
        return answer


def test_bytes_pass_unchanged_in_both_directions_until_each_side_has_finished(echo: int) -> None:
    sent = bytes(range(256)) * 4096
    with (
        ProxyThread(Destinations(echo)) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), timeout=15) as client,
    ):
        client.sendall(b"CONNECT d1.cloudfront.net:443 HTTP/1.1\r\nHost: d1.cloudfront.net:443\r\n\r\n")
        assert client.recv(65536) == b"HTTP/1.1 200 Connection Established\r\n\r\n"

        def send() -> None:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = b""
        while chunk := client.recv(65536):
            received += chunk
        sender.join()

    assert received == sent


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"CONNECT example.com:443 HTTP/1.1\r\n\r\n",
        b"CONNECT d1.cloudfront.net:80 HTTP/1.1\r\n\r\n",
        b"CONNECT d1.cloudfront.net HTTP/1.1\r\n\r\n",
        b"CONNECT d1.cloudfront.net:99999 HTTP/1.1\r\n\r\n",
        b"CONNECT user@d1.cloudfront.net:443 HTTP/1.1\r\n\r\n",
        b"CONNECT d1.cloudfront.net:443 HTTP/2.0\r\n\r\n",
        b"GET http://d1.cloudfront.net/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"connect d1.cloudfront.net:443 HTTP/1.1\r\n\r\n",
        b"\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"CONNECT d1.cloudfront.net:443 HTTP/1.1\r\nX: " + b"x" * (2 * HEAD_LIMIT_BYTES),
    ],
)
def test_a_request_for_anything_else_is_refused_with_the_reason(request_bytes: bytes, echo: int) -> None:
    with ProxyThread(Destinations(echo)) as proxy:
        try:
            answer = ask(proxy.port, request_bytes)
        except ConnectionResetError:
            # What it did not read of an oversized head makes the kernel reset the connection.
            assert len(request_bytes) > HEAD_LIMIT_BYTES
            return

    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"leads to the embedded AWS alone" in answer


def test_a_refusal_is_logged_by_name(echo: int, caplog: pytest.LogCaptureFixture) -> None:
    with ProxyThread(Destinations(echo)) as proxy:
        ask(proxy.port, b"CONNECT example.com:443 HTTP/1.1\r\nProxy-Authorization: Basic c2VjcmV0\r\n\r\n")

    assert [record.getMessage() for record in caplog.records] == ["refused example.com:443"]


def test_an_emulator_that_is_not_there_is_answered_with_502() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = int(closed.getsockname()[1])
        with ProxyThread(Destinations(port)) as proxy:
            answer = ask(proxy.port, b"CONNECT d1.cloudfront.net:443 HTTP/1.1\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 502 ")


def test_its_process_listens_on_loopback_only(embedded: EmbeddedAws) -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", embedded.proxy_port)) == 0
    own = socket.gethostbyname_ex(socket.gethostname())[2]
    for address in own:
        if not address.startswith("127."):
            with socket.socket() as probe:
                assert probe.connect_ex((address, embedded.proxy_port)) != 0


@pytest.mark.parametrize("host", ["d111111abcdef8.cloudfront.net", "oidc.example.com"])
def test_tls_through_it_is_verified_end_to_end(embedded: EmbeddedAws, host: str) -> None:
    answer = embedded.web.request("GET", f"https://{host}/_ministack/ready")

    assert answer.status == 200, "the emulator's own address, under another name"


def test_a_name_outside_is_refused_before_any_tls(embedded: EmbeddedAws) -> None:
    with pytest.raises(OSError, match="403"):
        embedded.web.request("GET", "https://sts.amazonaws.com/")


def test_a_stranger_without_the_authority_does_not_trust_what_it_reaches(embedded: EmbeddedAws) -> None:
    context = ssl.create_default_context(cadata=None)
    context.load_default_certs()
    with socket.create_connection(("127.0.0.1", embedded.proxy_port), timeout=15) as client:
        client.sendall(b"CONNECT d1.cloudfront.net:443 HTTP/1.1\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(client, server_hostname="d1.cloudfront.net")
