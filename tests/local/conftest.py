"""The bare embedded AWS: one emulator with the seam for the whole run, an issuer and a proxy beside it.

The emulator runs on the Python named by JOBPASS_EMULATOR_PYTHON (default: .local/emulator-venv/bin/python), which
must hold ministack and cryptography.
"""

import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Emulator:
    """A running emulator: where it listens, whom it trusts, and what reaches it."""

    port: int
    authority: Path
    log: Path

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}"

    def client(self, service: str, account: str = "test") -> Any:
        """A real SDK client; an account of twelve digits is its own access key, and no error is retried."""
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=account,
            aws_secret_access_key="test",
            verify=str(self.authority),
            config=Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=30),
        )

    def session_client(self, service: str, credentials: dict[str, Any]) -> Any:
        """A client that uses the credentials of an STS answer."""
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            verify=str(self.authority),
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def control(self, name: str, document: Any = None, method: str | None = None) -> tuple[int, dict[str, Any]]:
        """Show a control of the local STS, or change it to `document`; the status and the body."""
        body = None if document is None else json.dumps(document).encode()
        return self.request(f"/_jobpass/{name}", body, method)

    def request(self, path: str, body: bytes | None = None, method: str | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(f"{self.endpoint}{path}", data=body, method=method)  # noqa: S310
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.authority))),
        )
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, json.loads(answer.read())


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
    leaf = authority[0].issue_cert("localhost", "127.0.0.1", "*.cloudfront.net")
    leaf.private_key_pem.write_to_path(str(home / "key.pem"))
    (home / "certificate.pem").write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))

    def resolve(host: str) -> int | None:
        if host.endswith(".cloudfront.net"):
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
                [_emulator_python(), "-m", "local.seam"], cwd=home, env=environment, stdout=output, stderr=output
            )
        try:
            running = Emulator(port, authority[1], log)
            _wait_until_ready(process, running)
            yield running
        finally:
            _stop(process)


def _emulator_python() -> str:
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
