"""One request over the wire: what comes back whole, what does not, and what it never does."""

import pytest
import trustme

from jobpass.errors import JobpassError
from jobpass.job.https import MAX_BODY_BYTES, NoAnswerError, checked, send
from tests.job.drawing import REQUEST_TOKEN
from tests.job.token_endpoint import Reply, TokenEndpoint, closes, resets, says, sends, token, trickles
from tests.local.seam import connect_proxy

HEADERS = {"Authorization": f"Bearer {REQUEST_TOKEN}"}


def failing(endpoint: TokenEndpoint, reply: Reply, seconds: float = 10) -> NoAnswerError:
    """The failure that an answer makes."""
    endpoint.replies.append(reply)
    with pytest.raises(NoAnswerError) as caught:
        send("GET", endpoint.url, HEADERS, timeout_seconds=seconds)
    assert REQUEST_TOKEN not in f"{caught.value}{caught.value.remedy}"
    assert caught.value.remedy
    return caught.value


def test_a_request_and_its_answer_are_what_they_are(endpoint: TokenEndpoint) -> None:
    endpoint.replies.append(says(b"body", 418, Retry_After="3", X_Twice="1"))
    answer = send("POST", f"{endpoint.url}/v1/token?a=b%20c", HEADERS, b"asked")

    assert (answer.status, answer.body, answer.headers["retry-after"]) == (418, b"body", "3")
    (asked,) = endpoint.asked
    assert (asked.method, asked.target) == ("POST", "/v1/token?a=b%20c")
    assert asked.headers["host"] == endpoint.url.removeprefix("https://")
    assert asked.headers["authorization"] == HEADERS["Authorization"]
    assert (asked.headers["content-length"], asked.headers["connection"]) == ("5", "close")
    assert "body" not in repr(answer)


def test_an_answer_in_pieces_is_put_together(endpoint: TokenEndpoint) -> None:
    endpoint.replies.append(
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")
    )
    assert send("GET", endpoint.url, {}).body == b"abcd"


def test_an_interim_answer_is_passed_over(endpoint: TokenEndpoint) -> None:
    endpoint.replies.append(sends(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"))
    assert send("GET", endpoint.url, {}).body == b"x"


def test_a_redirect_is_an_answer_and_nobody_follows_it(endpoint: TokenEndpoint) -> None:
    endpoint.replies.append(says(b"", 302, Location=f"{endpoint.url}/elsewhere"))
    assert send("GET", endpoint.url, HEADERS).status == 302
    assert len(endpoint.asked) == 1


def test_the_longest_answer_is_whole_and_a_longer_one_is_none(endpoint: TokenEndpoint) -> None:
    endpoint.replies.append(says(b"x" * MAX_BODY_BYTES))
    assert len(send("GET", endpoint.url, {}).body) == MAX_BODY_BYTES

    error = failing(endpoint, says(b"x" * (MAX_BODY_BYTES + 1)))
    assert (error.code, error.again) == ("answer_too_large", False)


@pytest.mark.parametrize(
    "reply",
    [
        resets,
        closes,
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort"),
    ],
    ids=["reset", "closed", "cut", "cut-piece"],
)
def test_a_connection_that_fails_may_do_better_again(endpoint: TokenEndpoint, reply: Reply) -> None:
    error = failing(endpoint, reply)
    assert (error.code, error.again) == ("connection_failed", True)


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_a_trickle_ends_when_its_time_is_over(endpoint: TokenEndpoint, begin: bytes) -> None:
    """Before the server ends it, and though no byte is long in coming."""
    error = failing(endpoint, trickles(begin), seconds=0.3)

    assert (error.code, error.again) == ("timed_out", True)


def test_what_is_not_http_is_no_answer(endpoint: TokenEndpoint) -> None:
    error = failing(endpoint, sends(b"SSH-2.0-OpenSSH_9\r\n"))
    assert (error.code, error.again) == ("answer_malformed", False)


def test_nobody_there_may_be_there_again(endpoint: TokenEndpoint) -> None:
    with pytest.raises(NoAnswerError) as caught:
        send("GET", "https://127.0.0.1:1/", HEADERS)
    assert (caught.value.code, caught.value.again) == ("connection_failed", True)


def test_a_name_that_stands_for_nothing_is_not_looked_up_again() -> None:
    with pytest.raises(NoAnswerError) as caught:
        send("GET", "https://nobody.invalid/", HEADERS)
    assert caught.value.code == "host_unknown"


def test_a_stranger_is_told_nothing(endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NoAnswerError) as caught:
        send("GET", endpoint.url, HEADERS)

    assert (caught.value.code, caught.value.again) == ("certificate_untrusted", False)
    assert "SSL_CERT_FILE" in caught.value.remedy
    assert endpoint.asked == []


def test_a_certificate_of_another_name_is_not_taken(endpoint: TokenEndpoint) -> None:
    with pytest.raises(NoAnswerError) as caught:
        send("GET", endpoint.url.replace("127.0.0.1", "localhost"), HEADERS)
    assert caught.value.code == "certificate_untrusted"
    assert endpoint.asked == []


def test_a_file_of_authorities_may_be_named_beside(
    endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with authority.cert_pem.tempfile() as bundle:
        assert send("GET", endpoint.url, HEADERS, ca_file=bundle).status == 200
    with pytest.raises(NoAnswerError) as caught:
        send("GET", endpoint.url, HEADERS, ca_file=bundle)  # it is gone
    assert caught.value.code == "ca_file_unreadable"


def test_tls_is_spoken_where_it_is_asked_for(plain_endpoint: TokenEndpoint) -> None:
    with pytest.raises(NoAnswerError) as caught:
        send("GET", plain_endpoint.url.replace("http:", "https:"), HEADERS, timeout_seconds=2)
    assert caught.value.code in ("tls_failed", "connection_failed", "timed_out")
    assert plain_endpoint.asked == []


class TestThroughAProxy:
    def test_the_proxy_is_asked_for_a_tunnel(self, endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        port = int(endpoint.url.rpartition(":")[2])

        def resolve(host: str) -> int:
            asked.append(host)
            return port

        with connect_proxy.running(resolve) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy)
            assert send("GET", endpoint.url, HEADERS).status == 200
        assert asked == ["127.0.0.1"]
        assert endpoint.asked[0].headers["authorization"] == HEADERS["Authorization"]

    def test_no_proxy_where_none_is_wanted(self, endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert send("GET", endpoint.url, HEADERS).status == 200

    def test_nor_for_this_machine_in_the_clear(
        self, plain_endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        assert send("GET", plain_endpoint.url, HEADERS).status == 200

    def test_a_proxy_that_refuses_is_named(self, endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        with connect_proxy.running(lambda _: None) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy)
            with pytest.raises(NoAnswerError, match="the proxy answered 502") as caught:
                send("GET", endpoint.url, HEADERS)
        assert (caught.value.code, caught.value.again) == ("proxy_failed", True)
        assert endpoint.asked == []

    @pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "http://127.0.0.1:port"])
    def test_a_proxy_of_another_kind_is_refused_and_its_password_kept(
        self, endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", url.replace("//", "//user:p4ssw0rd@"))
        with pytest.raises(NoAnswerError) as caught:
            send("GET", endpoint.url, HEADERS)
        assert (caught.value.code, caught.value.again) == ("proxy_failed", False)
        assert "p4ssw0rd" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://a.example/x?y", "https://a.example:8443", "http://127.0.0.1:1/", "http://localhost/", "http://[::1]:1/"],
)
def test_urls_that_a_secret_may_be_sent_to(url: str) -> None:
    assert checked(url, "NAME").hostname


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://a.example/", "url_not_secure"),
        ("http://127.0.0.1.a.example/", "url_not_secure"),
        ("http://localhost.a.example/", "url_not_secure"),
        ("http://10.0.0.1/", "url_not_secure"),
        ("http://0x7f.1/", "url_not_secure"),
        ("https://user:pass@a.example/", "url_malformed"),
        ("https://a.example/#x", "url_malformed"),
        ("https://", "url_malformed"),
        ("https://a.example:port/", "url_malformed"),
        ("https://[::1/", "url_malformed"),
        ("ftp://a.example/", "url_malformed"),
        ("a.example", "url_malformed"),
        ("https://a.example/\r\nX: y", "url_malformed"),
        ("https://ä.example/", "url_malformed"),
        ("https://a.example/" + "x" * 9000, "url_malformed"),
        (token(), "url_malformed"),
    ],
)
def test_urls_that_no_secret_is_sent_to(url: str, code: str) -> None:
    with pytest.raises(JobpassError) as caught:
        send("GET", url, HEADERS, name="THE_VARIABLE")
    assert caught.value.code == code
    assert "THE_VARIABLE" in caught.value.message
    assert caught.value.remedy
    assert url not in str(caught.value)
