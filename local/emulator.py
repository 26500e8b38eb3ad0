"""The emulator's process: started on a free loopback port over TLS, waited for, stopped."""

import os
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from local import process
from local.certificates import Certificates
from local.clock import FUNCTION_CLOCK, clock_file
from local.folder import REPOSITORY, USUAL_FOLDER, Folder

REGION = "us-east-1"
ISSUER_ACCOUNT = "000000000000"
# An access key ID of twelve digits selects that account; any other means the first one. Nothing here is a secret.
ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"  # noqa: S105
READY_LIMIT_SECONDS = 60.0
SETTINGS_PREFIX = "JOBPASS_LOCAL_"
PYTHON_VARIABLE = "JOBPASS_EMULATOR_PYTHON"


class EmulatorError(Exception):
    """The embedded AWS cannot be started; the message says why and what to do."""


class PortTakenError(EmulatorError):
    """Somebody took the port between its choice and its use: choose another."""


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def endpoint(port: int) -> str:
    """Where clients find AWS. An address, not a name: S3 clients then put the bucket in the path."""
    return f"https://127.0.0.1:{port}"


def interpreter() -> Path:
    """The Python of the emulator's own environment, which holds the emulator and nothing of ours.

    Raises EmulatorError when it is not installed.
    """
    chosen = Path(os.environ.get(PYTHON_VARIABLE) or USUAL_FOLDER / "emulator-venv" / "bin" / "python")
    if not chosen.exists():
        raise EmulatorError(f"{chosen} does not exist: run `make setup`, which installs the emulator")
    return chosen


def environment(folder: Folder, certificates: Certificates, port: int, proxy_url: str, path: str) -> dict[str, str]:
    """What the emulator is told, and, since it hands its environment on to them, what the Lambda functions see.

    Nothing of the user's own environment is in it. PYTHONPATH leads to the functions' clock alone: with our source on
    it, a dependency missing from a function's asset would not be noticed.
    """
    trusted = str(certificates.authority)
    scratch = str(folder.scratch)
    return {
        # What a person or a test sets for the seam (how long it keeps a JWK Set).
        **{name: value for name, value in os.environ.items() if name.startswith(SETTINGS_PREFIX)},
        "PATH": path,
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(FUNCTION_CLOCK),
        "JOBPASS_LOCAL_CLOCK_FILE": str(clock_file(folder)),
        # ministack's own settings.
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificates.certificate),
        "MINISTACK_SSL_KEY": str(certificates.key),
        "CLOUDTRAIL_RECORDING": "1",
        "STATE_DIR": f"{scratch}/state",
        "S3_DATA_DIR": f"{scratch}/s3",
        # Without these it listens for MQTT on every interface, for SFTP, and clears away Docker containers.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{scratch}/no-docker",
        # For the functions: the endpoint, whom to trust, and a way to the issuer's own address and nowhere else.
        "AWS_ENDPOINT_URL": endpoint(port),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder.aws_config),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder.aws_credentials),
        **dict.fromkeys(("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), trusted),
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy_url),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
        "NODE_USE_ENV_PROXY": "1",
    }


def pid_file(folder: Folder) -> Path:
    """Where the emulator's process identity is kept."""
    return folder.run / "emulator.pid"


def log_file(folder: Folder) -> Path:
    """What the emulator wrote."""
    return folder.logs / "emulator.log"


def start(
    folder: Folder,
    certificates: Certificates,
    port: int,
    proxy_url: str,
    *,
    attached: bool = True,
    entry: Sequence[str] = ("-m", "local.seam"),
    extra_path: str = "",
    ready_limit_seconds: float = READY_LIMIT_SECONDS,
) -> process.Process:
    """Start the emulator and return when it answers; `extra_path` is where Node is, for functions that need it.

    Raises PortTakenError or EmulatorError, with the end of the log; then nothing is left running.
    """
    path = os.pathsep.join(part for part in (extra_path, "/usr/local/bin:/usr/bin:/bin") if part)
    started = process.start(
        "emulator",
        [str(interpreter()), *entry],
        environment=environment(folder, certificates, port, proxy_url, path),
        # `-m` finds the package in the working directory, so that no variable has to say where it is.
        working_directory=REPOSITORY,
        log=log_file(folder),
        pid_file=pid_file(folder),
        attached=attached,
    )
    try:
        _wait_until_ready(started, certificates, port, log_file(folder), ready_limit_seconds)
    except BaseException:
        started.stop()
        raise
    return started


def _wait_until_ready(
    started: process.Process, certificates: Certificates, port: int, log: Path, limit_seconds: float
) -> None:
    deadline = time.monotonic() + limit_seconds
    while not is_ready(certificates, port):
        if not started.is_running():
            written = process.last_lines(log)
            if "already in use" in written or "address in use" in written.lower():
                raise PortTakenError(f"port {port} was taken by another program")
            raise EmulatorError(f"the embedded AWS ended while starting; the end of {log}:\n{written}")
        if time.monotonic() > deadline:
            raise EmulatorError(
                f"the embedded AWS was not ready within {limit_seconds:.0f} s; the end of {log}:\n"
                f"{process.last_lines(log)}"
            )
        time.sleep(0.05)


def is_ready(certificates: Certificates, port: int, limit_seconds: float = 2.0) -> bool:
    """Whether the emulator at this port presents our certificate and says that it is ready."""
    try:
        trust = ssl.create_default_context(cafile=str(certificates.authority))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        with opener.open(f"{endpoint(port)}/_ministack/ready", timeout=limit_seconds) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def stop(folder: Folder) -> None:
    """Stop the emulator that the folder's pid file names, if it runs."""
    running = process.recover(pid_file(folder))
    if running is not None:
        running.stop()
    shutil.rmtree(folder.scratch, ignore_errors=True)
    pid_file(folder).unlink(missing_ok=True)
