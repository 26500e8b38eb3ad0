"""The bare embedded AWS: one emulator with the seam for the whole run, an issuer and a proxy beside it.

The emulator runs on the Python named by JOBPASS_EMULATOR_PYTHON (default: .local/emulator-venv/bin/python), which
must hold ministack and cryptography.
"""

import gc
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
import trustme
from botocore.config import Config

from tests.local.seam import connect_proxy, https_issuer
from tests.local.seam.https_issuer import HttpsIssuer

ROOT = Path(__file__).parents[2]
START_SECONDS = 60

# Names under this one reach the emulator, as those of a distribution's own domain do.
ALIASES = "alias.test"


@dataclass(frozen=True)
class Emulator:
    """A running emulator: where it listens, whom it trusts, and what reaches it."""

    port: int
    authority: Path
    log: Path
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}"

    def client(self, service: str, account: str = "test") -> Any:
        """A real SDK client; an account of twelve digits is its own access key."""
        return self._client(service, account, "test", None)

    def session_client(self, service: str, credentials: Mapping[str, Any]) -> Any:
        """A client that uses the credentials of an STS answer."""
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return self._client(service, *(credentials[name] for name in names))

    def _client(self, service: str, key: str, secret: str, session_token: str | None) -> Any:
        """A client that checks no parameter and retries no error, so that what STS says comes through."""
        make: Callable[..., Any] = boto3.client  # its stubs know a service by its literal name alone
        if (service, key) not in self.clients:
            self.clients[service, key] = make(
                service,
                region_name="us-east-1",
                endpoint_url=self.endpoint,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=session_token,
                verify=str(self.authority),
                config=Config(
                    retries={"total_max_attempts": 1}, proxies={}, read_timeout=30, parameter_validation=False
                ),
            )
        return self.clients[service, key]

    def close(self) -> None:
        """Let go of every connection: the emulator waits for open ones when it stops."""
        for client in self.clients.values():
            client.close()
        gc.collect()  # a refusal that was expected holds its answer, and that its connection

    def control(self, name: str, document: Any = None, method: str | None = None) -> tuple[int, dict[str, Any]]:
        """Show a control of the local STS, or change it to `document`; the status and the body."""
        body = None if document is None else json.dumps(document).encode()
        return self.request(f"/_jobpass/{name}", body, method)

    def request(
        self,
        path: str,
        body: bytes | None = None,
        method: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Send an unsigned request; the status and the JSON of the answer."""
        status, answer = self.send(path, body, method, headers)
        return status, json.loads(answer)

    def send(
        self,
        path: str,
        body: bytes | None = None,
        method: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Send an unsigned request; the status and the body of the answer."""
        request = urllib.request.Request(  # noqa: S310 - its address is ours
            f"{self.endpoint}{path}", data=body, method=method, headers=headers or {}
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.authority))),
        )
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """A certificate authority made for this run, and its certificate on disk."""
    made = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.fixture(scope="session")
def issuer(authority: tuple[trustme.CA, Path]) -> Iterator[HttpsIssuer]:
    """An HTTPS issuer that answers for every name under issuer.test."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority[0].issue_cert(https_issuer.DOMAIN, f"*.{https_issuer.DOMAIN}").configure_cert(tls)
    with https_issuer.running(tls) as running:
        yield running


@pytest.fixture(scope="session")
def emulator(
    authority: tuple[trustme.CA, Path], issuer: HttpsIssuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulator]:
    """The emulator with the seam, stopped whatever happens."""
    home = tmp_path_factory.mktemp("emulator")
    port = _free_port()
    leaf = authority[0].issue_cert("localhost", "127.0.0.1", "*.cloudfront.net", f"*.{ALIASES}")
    leaf.private_key_pem.write_to_path(str(home / "key.pem"))
    (home / "certificate.pem").write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))

    def resolve(host: str) -> int | None:
        if host.endswith((".cloudfront.net", f".{ALIASES}")):
            return port
        answers = host == https_issuer.DOMAIN or host.endswith(f".{https_issuer.DOMAIN}")
        return issuer.port if answers and not host.startswith("unreachable.") else None

    with connect_proxy.running(resolve) as proxy:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "AUTH": "true",
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(home / "certificate.pem"),
            "MINISTACK_SSL_KEY": str(home / "key.pem"),
            "MINISTACK_HOST": "localhost",
            "CLOUDTRAIL_RECORDING": "1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(home / "state"),
            "TMPDIR": str(home),
            "SSL_CERT_FILE": str(authority[1]),
            "HTTPS_PROXY": proxy,
            "NO_PROXY": "localhost,127.0.0.1",
        }
        log = home / "emulator.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [emulator_python(), "-m", "local.seam"], cwd=home, env=environment, stdout=output, stderr=output
            )
        running = Emulator(port, authority[1], log)
        try:
            _wait_until_ready(process, running)
            yield running
        finally:
            running.close()
            _stop(process)


def emulator_python() -> str:
    """The Python that the emulator runs on; a missing one fails the test, since skipping would hide it."""
    python = Path(os.environ.get("JOBPASS_EMULATOR_PYTHON", ROOT / ".local/emulator-venv/bin/python"))
    if not python.exists():
        pytest.fail(f"no Python for the emulator at {python}: run `make up` once, or set JOBPASS_EMULATOR_PYTHON")
    return str(python)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], emulator: Emulator) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            pytest.fail(f"the emulator did not start:\n{emulator.log.read_text()[-2000:]}")
        try:
            if emulator.request("/_ministack/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the emulator was not ready within {START_SECONDS} s:\n{emulator.log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
