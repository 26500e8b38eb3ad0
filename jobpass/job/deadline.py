"""One deadline for a whole exchange: a socket's own time-out is for each read, and a trickle would never meet it."""

from __future__ import annotations

import io
import socket
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Buffer


class Deadline:
    """A moment by which something must be done, so many seconds from now."""

    __slots__ = ("_at", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, more than none.

        Raises:
            TimeoutError: none is left.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Channel:
    """A connection as `http.client` uses one, each step of which ends by a deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            OSError: the connection has ended, or the deadline is over.
        """
        rest = memoryview(data)
        while rest:
            self._connection.settimeout(self._deadline.left())
            rest = rest[self._connection.send(rest) :]

    def makefile(self, _mode: str = "rb") -> io.BufferedReader:
        """Return what comes in, as a file; closing that does not close the connection."""
        return io.BufferedReader(_Incoming(self._connection, self._deadline))

    def close(self) -> None:
        """Do nothing: `http.client` closes before the answer is read, and whoever opened the connection closes it."""


class _Incoming(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)
