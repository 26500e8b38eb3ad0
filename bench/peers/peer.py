"""A peer's server on a port of the loopback, asked for tokens, and what it took for each."""

import base64
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PYTHON = Path(".local") / "bench-venv" / "bin" / "python"
CREDENTIALS = base64.b64encode(b"job:a-secret-of-a-benchmark-alone").decode()
# Enough to keep one worker busy.
CONNECTIONS = 4
_START_SECONDS = 30


class PeerError(Exception):
    """A peer does not run, or answers otherwise than with a token; the message says how."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to make tokens; `serves` tells a server from a program that makes them for itself.

    `{keys}`, `{algorithm}` and `{descriptor}` in the command are filled in; the first two are in its environment too.
    """

    name: str
    command: tuple[str, ...]
    serves: bool = True


def gunicorn(python: Path, module: str) -> tuple[str, ...]:
    """Return the command for one worker of a Flask application."""
    return (
        *(str(python), "-m", "gunicorn", "--bind", "fd://{descriptor}", "--workers", "1", "--threads", "4"),
        *("--keep-alive", "60", "--log-level", "warning", "--no-control-socket", f"{module}:app"),
    )


@dataclass(frozen=True, slots=True)
class Made:
    """What so many tokens took, on the clock and of the processor, and the last of them."""

    tokens: int
    seconds: float
    cpu_seconds: float
    token: str


@dataclass(slots=True)
class Asked:
    """A peer that runs; `process` leads a process group of its own."""

    peer: Peer
    process: subprocess.Popen[str]
    port: int

    def make(self, tokens: int) -> Made:
        """Have it make so many tokens; raises PeerError."""
        if not self.peer.serves:
            return self._told(tokens)
        began, cpu = time.perf_counter(), self._cpu_seconds()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            last = list(pool.map(self._ask, [tokens // CONNECTIONS] * CONNECTIONS))[-1]
        seconds = time.perf_counter() - began
        return Made(tokens // CONNECTIONS * CONNECTIONS, seconds, self._cpu_seconds() - cpu, last)

    def _told(self, tokens: int) -> Made:
        if self.process.stdin is None or self.process.stdout is None:
            raise ValueError("the peer has no pipes")
        self.process.stdin.write(f"{tokens}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise PeerError(f"{self.peer.name} ended")
        return Made(tokens=tokens, **json.loads(line))

    def _ask(self, tokens: int) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_START_SECONDS)
        headers = {"Authorization": f"Basic {CREDENTIALS}", "Content-Type": "application/x-www-form-urlencoded"}
        said: dict[str, Any] = {}
        try:
            for _ in range(tokens):
                connection.request("POST", "/token", "grant_type=client_credentials", headers)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    raise PeerError(f"{self.peer.name} answers {answer.status}: {body[:300]!r}")
                said = json.loads(body)
        except (OSError, HTTPException) as error:
            raise PeerError(f"{self.peer.name} does not answer: {error!r}") from error
        finally:
            connection.close()
        return str(said["access_token"])

    def _cpu_seconds(self) -> float:
        """Of all processes of its group (proc(5): fields 5, 14 and 15 of stat)."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(") ")[2].split()
            except OSError:
                continue  # ended meanwhile
            if int(fields[2]) == self.process.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(peer: Peer, keys: Path, algorithm: str, folder: Path) -> Iterator[Asked]:
    """Run a peer with the private keys of a file until the block ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening, (folder / "peer.log").open("w+") as log:
        filled = {"keys": str(keys), "algorithm": algorithm, "descriptor": str(listening.fileno())}
        process = subprocess.Popen(
            [part.format(**filled) for part in peer.command],
            cwd=FOLDER,
            env=_environment(keys, algorithm),
            stdin=subprocess.PIPE,
            stdout=log if peer.serves else subprocess.PIPE,
            stderr=log,
            text=True,
            pass_fds=[listening.fileno()],
            start_new_session=True,
        )
        asked = Asked(peer, process, listening.getsockname()[1])
        # The peer's alone from here on: when it ends, nobody is left waiting for it.
        listening.close()
        try:
            yield asked
        except PeerError as error:
            log.seek(0)
            raise PeerError(f"{error}\n{log.read()[-2000:]}") from error
        finally:
            process.terminate()
            process.communicate(timeout=_START_SECONDS)


def _environment(keys: Path, algorithm: str) -> Mapping[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "KEYS": str(keys), "ALGORITHM": algorithm}
