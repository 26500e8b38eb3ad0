"""The server of `jobpass exec`: what it serves while credentials come and go, and what a stranger gets from it."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from jobpass.errors import RefusedError, UnavailableError
from jobpass.job import container_server
from tests.job.containers import ROLE, SECRETS, Container, container, received

FIRST, SECOND, THIRD = (f"ASIA{number:016d}" for number in (1, 2, 3))
ENDED = RefusedError("invalid_token", "the job has ended", "register it again")
DOWN = UnavailableError("issuer_unavailable", "no answer from i.example", "try again in a minute")


@pytest.fixture
def box() -> Iterator[Container]:
    """A server with credentials of an hour."""
    with container() as running:
        yield running


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about."""
    give_up = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.005)


class TestGrants:
    """What SDKs get."""

    def test_credentials_come_in_the_containers_shape(self, box: Container) -> None:
        got = box.get()
        assert got.status == 200
        assert got.document == {
            "AccessKeyId": FIRST,
            "SecretAccessKey": SECRETS[0],
            "Token": SECRETS[1],
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(box.clock.now + 3600))),
            "AccountId": "111122223333",
            "RoleArn": ROLE,
        }
        assert got.headers["content-type"] == "application/json"
        assert got.headers["cache-control"] == "no-store"

    def test_a_request_may_come_in_pieces(self, box: Container) -> None:
        with box.connect() as connection:
            for byte in box.head():
                connection.sendall(bytes([byte]))
            assert received(connection).status == 200

    def test_two_servers_share_neither_path_nor_secret(self, box: Container) -> None:
        with container() as other:
            assert box.server.uri.rpartition("/")[2] != other.server.uri.rpartition("/")[2]
            assert box.server.authorization != other.server.authorization


class TestRenewal:
    """When new credentials are drawn, and what is served meanwhile."""

    def test_they_are_renewed_before_an_sdk_thinks_of_it_and_not_sooner(self, box: Container) -> None:
        box.clock.now += 3600 - 970
        assert box.key() == FIRST
        box.clock.now += 20
        assert box.key() == SECOND

    def test_what_was_asked_for_is_renewed_in_time_without_being_asked_for_again(self, box: Container) -> None:
        box.key()
        box.clock.now += 3000
        with box.connect():  # whatever wakes it
            until(lambda: box.source.count == 2)

    def test_what_nobody_asked_for_is_not(self, box: Container) -> None:
        box.clock.now += 3000
        assert box.send(box.head(host="evil.example")).status == 403
        assert box.source.count == 1

    def test_all_who_ask_while_new_ones_are_drawn_get_them_by_one_draw(self, box: Container) -> None:
        box.clock.now += 4000
        box.source.go.clear()
        with ThreadPoolExecutor(20) as pool:
            waiting = [pool.submit(box.key) for _ in range(20)]
            assert box.source.began.wait(20)
            box.source.go.set()
            assert {each.result() for each in waiting} == {SECOND}
        assert (box.source.count, box.source.most_at_once) == (2, 1)

    def test_a_slow_renewal_keeps_nobody_from_credentials_that_are_still_good(
        self, box: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(container_server, "OLD_AFTER_SECONDS", 0.1)
        monkeypatch.setattr(container_server, "NONE_AFTER_SECONDS", 60)
        box.clock.now += 3000
        box.source.go.clear()
        assert box.key() == FIRST
        box.source.go.set()
        until(lambda: box.key() == SECOND)
        assert box.source.count == 2

    def test_where_there_are_none_a_slow_renewal_is_an_answer_that_sdks_try_again(
        self, box: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(container_server, "NONE_AFTER_SECONDS", 0.1)
        box.clock.now += 4000
        box.source.go.clear()
        got = box.get()
        assert (got.status, got.document["Code"]) == (503, "credentials_pending")
        box.source.go.set()
        until(lambda: box.get().status == 200)
        assert box.complaints == []

    def test_the_old_ones_are_served_while_a_renewal_fails_and_they_are_good(self, box: Container) -> None:
        box.clock.now += 3000
        box.source.error = DOWN
        assert [box.key() for _ in range(5)] == [FIRST] * 5
        assert box.source.count == 2, "there is a pause between two attempts"
        box.clock.now += 6
        box.source.error = None
        assert box.key() in (FIRST, THIRD)
        until(lambda: box.key() == THIRD)
        assert box.complaints == []

    def test_when_they_have_ended_the_caller_is_told_why_and_the_command_once(self, box: Container) -> None:
        box.source.error = DOWN
        box.clock.now += 3000
        assert box.key() == FIRST
        box.clock.now += 601
        for _ in range(3):
            got = box.get()
            assert (got.status, got.document["Code"]) == (503, "issuer_unavailable")
            assert got.document["Message"] == "no answer from i.example; try again in a minute"
        assert box.complained.wait(20)
        box.source.error = None
        box.clock.now += 6
        until(lambda: box.get().status == 200)
        assert box.complaints == [(DOWN, None)]

    def test_a_refusal_is_told_at_once_and_once_while_the_old_ones_last(self, box: Container) -> None:
        box.source.error = ENDED
        box.clock.now += 3000
        assert box.key() == FIRST
        assert box.complained.wait(20)
        box.clock.now += 61
        assert box.key() == FIRST
        until(lambda: box.source.count == 3)
        box.clock.now += 600
        got = box.get()
        assert (got.status, got.document["Code"]) == (403, "invalid_token")
        assert got.document["Message"] == "the job has ended; register it again"
        ((error, valid),) = box.complaints
        assert error is ENDED
        assert valid is not None
        assert valid.access_key_id == FIRST

    def test_a_fault_of_the_renewal_itself_ends_nothing_and_tells_no_secret(self, box: Container) -> None:
        box.source.error = ValueError(f"unexpected {SECRETS[0]}")
        box.clock.now += 3700
        got = box.get()
        assert (got.status, got.document["Code"]) == (503, "renewal_failed")
        assert SECRETS[0] not in str(got)
        box.source.error = None
        box.clock.now += 6
        until(lambda: box.get().status == 200)

    def test_short_lived_ones_are_renewed_at_half_their_life(self, box: Container) -> None:
        box.source.life_seconds = 10
        box.clock.now += 4000
        assert box.key() == SECOND
        box.clock.now += 4
        assert box.key() == SECOND
        box.clock.now += 2
        assert box.key() == THIRD


class TestStrangers:
    """Whoever else is on this machine, and a browser that is made to ask."""

    @pytest.mark.parametrize("target", ["/", "/credentials", "/v1/credentials", "*", "http://127.0.0.1/"])
    def test_a_path_is_not_found_out_without_the_secret(self, box: Container, target: str) -> None:
        wrong = box.head(line=f"GET {target} HTTP/1.1").replace(box.server.authorization.encode(), b"guess")
        right = box.head().replace(box.server.authorization.encode(), b"guess")
        assert box.send(wrong) == box.send(right)
        assert box.send(right).status == 401

    @pytest.mark.parametrize("guess", ["", "guess", "Bearer {0}", "{0}x", "{1}", "basic {0}"])
    def test_a_wrong_secret_gets_nothing(self, box: Container, guess: str) -> None:
        real = box.server.authorization
        given = guess.format(real, real[:-1])
        got = box.send(box.head().replace(f"Authorization: {real}".encode(), f"Authorization: {given}".encode()))
        assert (got.status, got.document["Code"]) == (401, "unauthorized")

    def test_no_secret_or_two_get_nothing(self, box: Container) -> None:
        line = f"Authorization: {box.server.authorization}\r\n".encode()
        assert box.send(box.head().replace(line, b"")).status == 401
        assert box.send(box.head().replace(line, line * 2)).status == 401

    @pytest.mark.parametrize("host", ["evil.example:{0}", "localhost:{0}", "127.0.0.1", "127.0.0.1:1{0}", "[::1]:{0}"])
    def test_another_name_that_leads_here_gets_nothing(self, box: Container, host: str) -> None:
        got = box.send(box.head(host=host.format(box.address[1])))
        assert (got.status, got.document["Code"]) == (403, "host_unknown")

    def test_no_name_or_two_get_nothing(self, box: Container) -> None:
        line = f"Host: 127.0.0.1:{box.address[1]}\r\n".encode()
        assert box.send(box.head().replace(line, b"")).status == 403
        assert box.send(box.head().replace(line, line * 2)).status == 403

    def test_with_the_secret_the_path_must_be_right_too(self, box: Container) -> None:
        path = box.server.uri.rpartition("/")[2]
        for target in ("/", f"/{path}/", f"/{path}?x", f"//{path}", f"/{path[:-1]}", f"/{path.swapcase()}"):
            assert box.send(box.head(line=f"GET {target} HTTP/1.1")).status == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "get"])
    def test_only_get_is_answered(self, box: Container, method: str) -> None:
        path = box.server.uri.rpartition("/")[2]
        request = box.head(line=f"{method} /{path} HTTP/1.1", more=["Content-Length: 3"]) + b"abc"
        assert box.send(request).status == 405

    @pytest.mark.parametrize(
        "request_bytes",
        [
            b"\r\n\r\n",
            b"GET\r\n\r\n",
            b"\x16\x03\x01\x02\x00\r\n\r\n",
            "GET /ü HTTP/1.1\r\n\r\n".encode(),
            b"\0\r\n\r\n",
        ],
        ids=repr,
    )
    def test_what_is_no_request_gets_nothing(self, box: Container, request_bytes: bytes) -> None:
        assert box.send(request_bytes).status == 400

    def test_another_protocol_version_gets_nothing(self, box: Container) -> None:
        path = box.server.uri.rpartition("/")[2]
        assert box.send(box.head(line=f"GET /{path} HTTP/2.0")).status == 400
        assert box.send(box.head(line=f"GET /{path} HTTP/1.0")).status == 200

    @pytest.mark.parametrize("request_bytes", [b"A" * 200_000, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000])
    def test_more_than_a_request_has_is_not_read(self, box: Container, request_bytes: bytes) -> None:
        with box.connect() as connection:
            try:
                connection.sendall(request_bytes)
                assert received(connection).status == 431
            except ConnectionError:
                pass  # it closed before it had all
        assert box.key() == FIRST

    def test_hundreds_of_silent_connections_keep_nobody_out(self, box: Container) -> None:
        with ExitStack() as stack:
            for _ in range(300):
                stack.enter_context(box.connect()).sendall(b"GET /")
            assert [box.key() for _ in range(20)] == [FIRST] * 20

    def test_those_who_wait_for_a_renewal_are_not_put_out_by_strangers(self, box: Container) -> None:
        box.clock.now += 4000
        box.source.go.clear()
        with ThreadPoolExecutor(5) as pool, ExitStack() as stack:
            waiting = [pool.submit(box.key) for _ in range(5)]
            until(lambda: sum(each.asked for each in [*box.server._connections.values()]) == 5)
            for _ in range(200):
                stack.enter_context(box.connect())
            box.source.go.set()
            assert {each.result() for each in waiting} == {SECOND}

    def test_a_slow_request_is_given_up(self, box: Container, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(container_server, "REQUEST_SECONDS", 0.1)
        with box.connect() as slow:
            slow.sendall(b"GET / HTTP/1.1\r\n")
            assert slow.recv(1) == b""

    def test_an_answer_that_nobody_takes_is_given_up(self, box: Container, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(container_server, "REQUEST_SECONDS", 0.1)
        with box.connect() as deaf:
            deaf.sendall(box.head())
            until(lambda: len(box.server._connections) == 1)
            until(lambda: not box.server._connections)
        assert box.key() == FIRST

    def test_connections_that_break_off_leave_nothing(self, box: Container) -> None:
        for _ in range(20):
            with box.connect() as connection:
                connection.sendall(b"GET")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert box.key() == FIRST
        until(lambda: not box.server._connections)

    def test_only_loopback_is_listened_on(self, box: Container) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
            own = probe.getsockname()[0]
        assert own != "127.0.0.1"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((own, box.address[1]), timeout=5)

    def test_nothing_that_is_shown_of_it_holds_a_secret(self, box: Container) -> None:
        shown = f"{box.server!r} {box.server._keeper!r} {box.server._door!r} {box.source.draw()!r}"
        for secret in (*SECRETS, box.server.authorization, box.server.uri.rpartition("/")[2]):
            assert secret not in shown


class TestEnd:
    """After the command."""

    def test_the_port_the_thread_and_every_descriptor_are_let_go(self) -> None:
        before = (threading.active_count(), len(os.listdir("/proc/self/fd")))  # noqa: PTH208
        with container() as box:
            box.key()
            address = box.address
            with box.connect():
                pass
        assert (threading.active_count(), len(os.listdir("/proc/self/fd"))) == before  # noqa: PTH208
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)

    def test_a_draw_that_ends_later_disturbs_nobody(self) -> None:
        with container() as box:
            box.clock.now += 4000
            box.source.go.clear()
            with box.connect() as connection:
                connection.sendall(box.head())
                assert box.source.began.wait(20)
                box.server.stop()
                assert connection.recv(1) == b""
            box.source.go.set()
            until(lambda: box.source.at_once == 0)
