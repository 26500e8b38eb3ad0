"""A loopback server that gives credentials to AWS SDKs as a container's agent does, to one command and nobody else.

Source: AWS SDKs and Tools Reference Guide, "Container credential provider". One thread answers all connections, so that
many or slow ones cost neither threads nor the command its credentials.
"""

from __future__ import annotations

import secrets
import selectors
import socket
import threading
import time
from contextlib import suppress

from jobpass.job.container_request import LONGEST_HEAD_BYTES, Door, error_answer, good_answer
from jobpass.job.credentials import Credentials
from jobpass.job.keeper import Keeper

# SDKs wait one second for an answer (JavaScript) or two (botocore). By then they have the old credentials, or where
# those have ended the word that there are none, and most of them ask again.
OLD_AFTER_SECONDS, NONE_AFTER_SECONDS = 0.7, 1.8
# How long a request may take to come, and an answer to be taken; and how many may be at it. Whoever came first goes
# first when there are more: a command's own request is there at once.
REQUEST_SECONDS = 5.0
CONNECTIONS = 128
# A machine that slept wakes to another time than its clocks had agreed on.
LONGEST_PAUSE_SECONDS = 30.0


class _Connection:
    """One connection: what came of its request (`head`), whether that is a good one (`asked`), what is left to send of
    the answer, and whether that is all (`ended`). `deadline` is for what it is at."""

    __slots__ = ("answer", "asked", "deadline", "ended", "head", "socket")

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.head = b""
        self.asked = False
        self.answer = b""
        self.ended = False
        self.deadline = time.monotonic() + REQUEST_SECONDS


class ContainerServer:
    """Serves from `start` to `stop`. `uri` and `authorization` are what the command's environment needs."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._connections: dict[int, _Connection] = {}
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=CONNECTIONS)
        self._woken, self._waker = socket.socketpair()
        for each in (self._listener, self._woken, self._waker):
            each.setblocking(False)
        self._stopped = False
        self._thread = threading.Thread(target=self._serve, name="container-server", daemon=True)
        self._door = Door(int(self._listener.getsockname()[1]), secrets.token_urlsafe(24), secrets.token_urlsafe(32))

    @property
    def uri(self) -> str:
        """The address of the credentials (`AWS_CONTAINER_CREDENTIALS_FULL_URI`)."""
        return self._door.uri

    @property
    def authorization(self) -> str:
        """The secret that opens it (`AWS_CONTAINER_AUTHORIZATION_TOKEN`)."""
        return self._door.authorization

    def start(self) -> None:
        """Begin to answer; who connected since the server was made has waited."""
        self._keeper.wake = self._wake
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more, and let the port go."""
        self._stopped = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        for each in [*self._connections.values()]:
            self._drop(each)
        for other in (self._listener, self._woken, self._waker, self._selector):
            other.close()

    def _serve(self) -> None:
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while not self._stopped:
            for key, _ in self._selector.select(self._pause()):
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._woken:
                    with suppress(BlockingIOError):
                        self._woken.recv(64)
                elif key.fd in self._connections:
                    self._move(self._connections[key.fd])
            self._keeper.tend()
            self._answer_the_asking()
            self._drop_the_late()

    def _pause(self) -> float:
        """Return how many seconds there is nothing to do unless something comes."""
        moments = [each.deadline for each in self._connections.values()]
        pause = min(moments) - time.monotonic() if moments else LONGEST_PAUSE_SECONDS
        return max(0.0, min(pause, self._keeper.pause_seconds(), LONGEST_PAUSE_SECONDS))

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:  # no file descriptors are left: the connection waits, and is not asked about at once
            time.sleep(0.05)
            return
        connection.setblocking(False)
        if len(self._connections) >= CONNECTIONS:
            strangers = [each for each in self._connections.values() if not (each.asked or each.answer)]
            self._drop(next(iter(strangers or self._connections.values())))
        self._connections[connection.fileno()] = _Connection(connection)
        self._selector.register(connection, selectors.EVENT_READ)

    def _move(self, one: _Connection) -> None:
        """Do what a connection is ready for."""
        try:
            if one.answer:
                self._send(one)
                return
            came = one.socket.recv(LONGEST_HEAD_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._drop(one)
            return
        if not came:
            self._drop(one)
        elif not (one.ended or one.asked):
            self._read(one, came)

    def _read(self, one: _Connection, came: bytes) -> None:
        one.head += came
        if b"\r\n\r\n" not in one.head and len(one.head) <= LONGEST_HEAD_BYTES:
            return
        refusal = self._door.refusal(one.head)
        one.head = b""
        if refusal is not None:
            self._reply(one, refusal)
            return
        one.asked = True
        one.deadline = time.monotonic() + (OLD_AFTER_SECONDS if self._keeper.ask() else NONE_AFTER_SECONDS)

    def _answer_the_asking(self) -> None:
        """Answer whoever asked: with fresh credentials, or in the end with old ones, or with why there are none."""
        monotonic = time.monotonic()
        for each in [one for one in self._connections.values() if one.asked]:
            found = self._keeper.given(patient=monotonic < each.deadline)
            if isinstance(found, Credentials):
                self._reply(each, good_answer(found, self._keeper.role_arn))
            elif found is not None:
                self._reply(each, error_answer(found))

    def _reply(self, one: _Connection, answer: bytes) -> None:
        one.asked = False
        one.answer = answer
        one.deadline = time.monotonic() + REQUEST_SECONDS
        self._selector.modify(one.socket, selectors.EVENT_WRITE)

    def _send(self, one: _Connection) -> None:
        one.answer = one.answer[one.socket.send(one.answer) :]
        if not one.answer:
            # Closed by the other side: a close of ours while something of theirs is unread takes the answer back.
            one.ended = True
            one.socket.shutdown(socket.SHUT_WR)
            self._selector.modify(one.socket, selectors.EVENT_READ)

    def _drop_the_late(self) -> None:
        monotonic = time.monotonic()
        for each in [*self._connections.values()]:
            if not each.asked and each.deadline <= monotonic:
                self._drop(each)

    def _drop(self, one: _Connection) -> None:
        del self._connections[one.socket.fileno()]
        self._selector.unregister(one.socket)
        one.socket.close()

    def _wake(self) -> None:
        with suppress(OSError):  # it is awake, or stopped
            self._waker.send(b"\0")
