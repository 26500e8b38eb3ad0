"""What is sent to AWS, what is mended and tried again, on the wire of a host that does what a test says."""

import gc
import json
import logging
import socket
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from jobpass_issuer.aws import exchange
from jobpass_issuer.aws.connection import Connections
from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.aws.json_service import JsonService
from jobpass_issuer.aws.patience import Limits
from jobpass_issuer.aws.process_credentials import Credentials, ProcessCredentials
from jobpass_issuer.aws.query_service import QueryService
from jobpass_issuer.aws.reply import MAX_BODY_BYTES
from jobpass_issuer.aws.signature import Clock
from tests.aws.scripted_server import Behaviour, Scripted, answer, running

_LIMITS = Limits(connect_seconds=2, read_seconds=2, tries=3)
_SECRET, _TOKEN = "the-secret-key", "the-session-token"
_WELL = answer(b'{"Signature": "c2ln"}')
_ONCE = Limits(connect_seconds=2, read_seconds=2, tries=1)
_RESET = struct.pack("ii", 1, 0)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "AWS_EXECUTION_ENV", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", _SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", _TOKEN)
    monkeypatch.setattr(exchange, "_credentials", ProcessCredentials())
    monkeypatch.setattr(exchange, "_clock", Clock())
    # The waits are held to botocore's in test_retry.
    monkeypatch.setattr("jobpass_issuer.aws.retry.THROTTLING_SECONDS", 0.001)
    monkeypatch.setattr("jobpass_issuer.aws.retry.OTHER_SECONDS", 0.001)


@pytest.fixture
def sign(monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Ask a host for a signature, and return what the caller gets: the answer's, or the failure's reason."""

    def ask(host: Scripted, limits: Limits = _LIMITS) -> object:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{host.port}")
        try:
            return JsonService("kms", limits).call("Sign", {"KeyId": "k"})["Signature"]
        except DependencyError as error:
            told = f"{error!r} {vars(error)} {error.__cause__!r}"
            return "a secret is told" if _SECRET in told or _TOKEN in told else error.reason

    return ask


def _refusal(code: str, status: int = 400, **headers: str) -> bytes:
    return answer(json.dumps({"__type": f"com.amazonaws.kms#{code}"}).encode(), status, **headers)


def _far_off(minutes: int) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _said(request: bytes, name: bytes) -> bytes:
    return next((line for line in request.split(b"\r\n") if line.lower().startswith(name.lower() + b":")), b"")


@pytest.mark.parametrize(
    ("trouble", "requests"),
    [
        (_refusal("ThrottlingException"), 2),
        (_refusal("Busy", 429), 2),
        (_refusal("InternalFailure", 500), 2),
        (answer(b"<html>", 503), 2),
    ],
)
def test_what_passes_is_tried_again(sign: Callable[..., object], trouble: bytes, requests: int) -> None:
    with running(lambda host: [host.answering(trouble, _WELL)]) as host:
        assert sign(host) == "c2ln"
        assert (len(host.requests), host.connections) == (requests, 1)


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (_refusal("AccessDeniedException"), "AccessDeniedException"),
        (answer(b"", 301, Location="http://127.0.0.1:1/"), "301"),
        (answer(b"", 302, Location="http://127.0.0.1:1/"), "302"),
        (answer(b"", 307, Location="http://127.0.0.1:1/"), "307"),
        (answer(b"<html>"), "MalformedAnswer"),
        (answer(b"[]"), "MalformedAnswer"),
        (answer(b"[" * 100_000), "MalformedAnswer"),
        (answer(b"\xff"), "MalformedAnswer"),
        (answer(b"x" * (MAX_BODY_BYTES + 1)), "OversizeAnswer"),
    ],
    ids=["denied", "301", "302", "307", "HTML", "list", "deep", "no UTF-8", "large"],
)
def test_what_does_not_pass_is_asked_once(sign: Callable[..., object], refusal: bytes, reason: str) -> None:
    with running(lambda host: [host.answering(refusal)]) as host:
        assert sign(host) == reason
        assert len(host.requests) == 1


@pytest.mark.parametrize("code", sorted(exchange._UNTIMELY))
@pytest.mark.parametrize("minutes", [-90, 90])
def test_a_clock_that_is_wrong_is_put_right_once(sign: Callable[..., object], code: str, minutes: int) -> None:
    refusal = _refusal(code, Date=_far_off(minutes))
    with running(lambda host: [host.answering(refusal, _WELL, _WELL)]) as host:
        assert sign(host) == "c2ln"
        first, second = (_said(request, b"X-Amz-Date") for request in host.requests)
        assert first[:23] != second[:23]
    with running(lambda host: [host.answering(refusal, _WELL)]) as host:
        # It stays right, so the same refusal has another reason now.
        assert sign(host) == code


@pytest.mark.parametrize("code", sorted(exchange._STALE))
def test_credentials_that_are_no_longer_good_are_read_anew_once(
    sign: Callable[..., object], monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def renewed(host: Scripted) -> list[Behaviour]:
        def behave(connection: socket.socket) -> None:
            host.take(connection)
            monkeypatch.setenv("AWS_SESSION_TOKEN", "renewed")
            connection.sendall(_refusal(code))
            host.take(connection)
            connection.sendall(_WELL)

        return [behave]

    with running(renewed) as host:
        assert sign(host) == "c2ln"
        assert [_said(each, b"X-Amz-Security-Token")[22:] for each in host.requests] == [_TOKEN.encode(), b"renewed"]
    with running(lambda host: [host.answering(_refusal(code), _refusal(code), _WELL)]) as host:
        assert sign(host) == code
        assert len(host.requests) == 2


def _close_after_the_request(host: Scripted) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        host.take(connection)

    return behave


def _reset_after_the_request(host: Scripted) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        host.take(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    return behave


@pytest.mark.parametrize("end", [_close_after_the_request, _reset_after_the_request], ids=["end", "reset"])
def test_a_connection_that_ends_after_the_request_is_made_anew_once(
    sign: Callable[..., object], end: Callable[[Scripted], Behaviour]
) -> None:
    with running(lambda host: [end(host), host.answering(_WELL)]) as host:
        assert sign(host, _ONCE) == "c2ln"
        assert len(host.requests) == 2
    with running(lambda host: [end(host)]) as host:
        assert sign(host, _ONCE) == "ConnectionClosedError"
        assert len(host.requests) == 2


def test_a_body_that_is_cut_short_is_asked_for_again(sign: Callable[..., object]) -> None:
    with running(lambda host: [host.answering(_WELL[:-4]), host.answering(_WELL)]) as host:
        assert sign(host, _ONCE) == "c2ln"


def test_an_answer_whose_checksum_is_another_is_asked_for_again(sign: Callable[..., object]) -> None:
    spoilt = answer(b'{"Signature": "bad"}', x_amz_crc32="1")
    with running(lambda host: [host.answering(spoilt, _WELL)]) as host:
        assert sign(host) == "c2ln"


@pytest.mark.parametrize("before", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_an_answer_that_trickles_has_no_more_time_than_any_other(sign: Callable[..., object], before: bytes) -> None:
    left = threading.Event()

    def trickle(host: Scripted) -> list[Behaviour]:
        def behave(connection: socket.socket) -> None:
            host.take(connection)
            connection.sendall(before)
            try:
                # Each byte comes well within the time that the whole has.
                while not left.wait(0.02):
                    connection.sendall(b"x")
            except OSError:
                left.set()

        return [behave]

    with running(trickle) as host:
        assert sign(host, Limits(2, 0.2, 1)) == "ReadTimeoutError"
        assert left.wait(5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_EXECUTION_ENV", "a\r\nX-Evil: 1"),
        ("AWS_REGION", "eu-west-1\r\nX-Evil: 1"),
        ("AWS_SESSION_TOKEN", f"{_TOKEN}\r\nX-Evil: 1"),
        ("AWS_SESSION_TOKEN", f"{_TOKEN}\u20ac"),
        ("AWS_ACCESS_KEY_ID", "AKID\nX-Evil: 1"),
        ("AWS_SECRET_ACCESS_KEY", f"{_SECRET}\udc80"),
    ],
)
def test_nothing_adds_a_header(
    sign: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    with running(lambda host: [host.answering(_WELL)]) as host, caplog.at_level(logging.DEBUG):
        reason = sign(host, _ONCE)
        assert reason == ("HTTPClientError" if name in ("AWS_EXECUTION_ENV", "AWS_REGION") else "NoCredentialsError")
        assert host.requests == []
    assert _TOKEN not in caplog.text


def test_without_credentials_nothing_is_sent(sign: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with running(lambda host: [host.answering(_WELL)]) as host:
        assert sign(host) == "NoCredentialsError"
        assert host.connections == 0


def test_a_repr_hides_credentials() -> None:
    assert _SECRET not in repr(Credentials("a", _SECRET, _TOKEN)) + str([Credentials("a", _SECRET, _TOKEN)])


def test_xml_with_entities_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY e "eeee">]><AssumeRoleWithWebIdentityResponse>&e;</AssumeRoleWithWebIdentityResponse>'
    )
    with running(lambda host: [host.answering(answer(bomb))]) as host:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{host.port}")
        with pytest.raises(DependencyError, match="sts:AssumeRoleWithWebIdentity: MalformedAnswer"):
            QueryService("sts", _ONCE).call("AssumeRoleWithWebIdentity", {"WebIdentityToken": _TOKEN})
    # It is the one call without a signature.
    assert not _said(host.requests[0], b"Authorization")


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced_unseen() -> None:
    with running(lambda host: [host.answering(_WELL)]) as host:
        connections = Connections(f"http://127.0.0.1:{host.port}", 2, 2)
        for asked in range(1, 4):
            assert connections.post("/", {}, b"x").status == 200
            kept = connections._idle[0].sock
            # The host's end of it has arrived.
            assert kept is not None
            assert kept.recv(1, socket.MSG_PEEK) == b""
            assert (len(host.requests), host.connections) == (asked, asked)
        connections.__del__()


def test_threads_share_no_connection_and_none_is_left_open() -> None:
    with running(lambda host: [_echo(host)]) as host:
        # One connection after another is served, so that each thread's is at an end before the next one's begins.
        connections = Connections(f"http://127.0.0.1:{host.port}", 5, 5)
        heard: dict[bytes, bytes] = {}

        def ask(said: bytes) -> None:
            heard[said] = connections.post("/", {}, said).body

        threads = [threading.Thread(target=ask, args=(b"%d" % number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert heard == {b"%d" % number: b"%d" % number for number in range(16)}
        assert connections._idle == []
        # A socket that nobody closed is a warning, and a warning fails a test.
        gc.collect()


def _echo(host: Scripted) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(answer(host.take(connection).rpartition(b"\r\n\r\n")[2], Connection="close"))

    return behave
