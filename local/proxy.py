"""A CONNECT proxy on loopback that leads the issuer's and the API's names to the emulator, and nowhere else.

It lets unmodified programs (curl, Node, the AWS CLI, urllib) open `https://<distribution>.cloudfront.net` on this
machine without a resolver entry and without port 443. TLS stays end to end: the proxy sees names, never content.
"""

import argparse
import asyncio
import logging
import re
import socket
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from local import process
from local.folder import REPOSITORY, Folder

logger = logging.getLogger("proxy")

HTTPS_PORT = 443
HEAD_LIMIT_BYTES = 16384
HEAD_LIMIT_SECONDS = 10.0
_CLOUDFRONT_NAME = re.compile(r"[a-z0-9-]+\.cloudfront\.net")
_LOOPBACK_NAME = re.compile(r"127\.0\.0\.1|([a-z0-9-]+\.)*localhost")
_CONNECT_LINE = re.compile(rb"CONNECT ([A-Za-z0-9.-]{1,253}):([0-9]{1,5}) HTTP/1\.[01]")


class Destinations:
    """Which names lead to the emulator: CloudFront's, loopback's own, and those given."""

    def __init__(self, emulator_port: int, names: Iterable[str] = ()) -> None:
        self.emulator_port = emulator_port
        self._names = frozenset(name.lower() for name in names)

    def lead_to_emulator(self, host: str, port: int) -> bool:
        """Whether `host:port` is the emulator under another name."""
        host = host.lower()
        if port == self.emulator_port:
            return _LOOPBACK_NAME.fullmatch(host) is not None
        return port == HTTPS_PORT and (host in self._names or _CLOUDFRONT_NAME.fullmatch(host) is not None)


class Proxy:
    """Serves CONNECT on a listening loopback socket."""

    def __init__(self, destinations: Destinations) -> None:
        self._destinations = destinations

    async def serve(self, listener: socket.socket) -> None:
        """Accept connections until cancelled."""
        server = await asyncio.start_server(self._answer, sock=listener, limit=HEAD_LIMIT_BYTES)
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._is_allowed(reader, writer):
                await self._tunnel(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # The client went away: nothing is left to tell it.
        finally:
            writer.close()

    async def _is_allowed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_LIMIT_SECONDS)
        except (TimeoutError, asyncio.LimitOverrunError):
            return await _refuse(writer, "a request that is not CONNECT")
        line = _CONNECT_LINE.fullmatch(head.partition(b"\r\n")[0])
        if line is None:
            return await _refuse(writer, "a request that is not CONNECT")
        host, port = line[1].decode(), int(line[2])
        if not self._destinations.lead_to_emulator(host, port):
            return await _refuse(writer, f"{host}:{port}")
        return True

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._destinations.emulator_port)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        try:
            writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            far_writer.close()


async def _refuse(writer: asyncio.StreamWriter, what: str) -> bool:
    logger.warning("refused %s", what)
    body = f"Jobpass's local proxy leads to the embedded AWS alone: refused {what}.\n".encode()
    writer.write(
        b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    await writer.drain()
    return False


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except ConnectionError:
        writer.close()  # One side broke off: the other must not wait for it.


def listen() -> socket.socket:
    """A listening socket on a free loopback port; clients may connect before anybody accepts."""
    return socket.create_server(("127.0.0.1", 0), backlog=128)


class ProxyThread:
    """The proxy inside this process, for tests."""

    def __init__(self, destinations: Destinations) -> None:
        self._listener = listen()
        self._loop = asyncio.new_event_loop()
        self.port = int(self._listener.getsockname()[1])
        self._task = self._loop.create_task(Proxy(destinations).serve(self._listener))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)

    def __enter__(self) -> "ProxyThread":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(5)
        self._loop.close()
        self._listener.close()


def start(
    folder: Folder, listener: socket.socket, emulator_port: int, names: Iterable[str] = (), *, attached: bool = True
) -> process.Process:
    """Start the proxy as a process of its own on a socket made by `listen`."""
    named = [argument for name in names for argument in ("--name", name)]
    return process.start(
        "proxy",
        [
            sys.executable,
            "-m",
            "local.proxy",
            "--descriptor",
            str(listener.fileno()),
            "--emulator-port",
            str(emulator_port),
            *named,
        ],
        environment=process.clean_environment(),
        working_directory=REPOSITORY,
        log=folder.logs / "proxy.log",
        pid_file=pid_file(folder),
        attached=attached,
        descriptors=[listener.fileno()],
    )


def pid_file(folder: Folder) -> Path:
    """Where the proxy's process identity is kept."""
    return folder.run / "proxy.pid"


def main() -> None:
    """Serve on the socket that the starting process passed."""
    parser = argparse.ArgumentParser(prog="python -m local.proxy", description=__doc__)
    parser.add_argument("--descriptor", type=int, required=True, help="a listening socket")
    parser.add_argument("--emulator-port", type=int, required=True)
    parser.add_argument("--name", action="append", default=[], help="one more name that leads to the emulator")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    listener = socket.socket(fileno=arguments.descriptor)
    asyncio.run(Proxy(Destinations(arguments.emulator_port, arguments.name)).serve(listener))


if __name__ == "__main__":
    main()
