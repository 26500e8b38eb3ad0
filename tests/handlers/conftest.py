"""The functions in this process, their SDK clients pointed at the stand-in for AWS, and all that they print."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from jobpass_issuer.aws import client as clients
from jobpass_issuer.aws import exchange, json_service, kms_keys, sts_sessions
from jobpass_issuer.aws.patience import Limits
from jobpass_issuer.aws.process_credentials import ProcessCredentials
from jobpass_issuer.domain.standing import Standing
from jobpass_issuer.handlers import aws_credentials, id_token, jobs, keys, telemetry
from tests.aws import sdk_clients, wire_server
from tests.aws.wire import Aws
from tests.aws.wire_server import Server
from tests.domain.examples import DEPLOYMENT, ISSUER_URL

TABLE = "jobpass-table"
API_URL = "https://api.example.com"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
    "POWERTOOLS_SERVICE_NAME": "jobpass-test",
    "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
    "TABLE_NAME": TABLE,
    "ISSUER_URL": ISSUER_URL,
    "ISSUER_NAME": "jobpass",
    "TOKEN_LIFETIME_SECONDS": "300",
    "MAX_TOKEN_LIFETIME_SECONDS": "3600",
    "API_URL": API_URL,
    "PARTITION": "aws",
    "ACCOUNT_ID": "000000000000",
    "BUCKET_NAME": "documents",
    "DISTRIBUTION_ID": "E123",
    "DISTRIBUTION_DOMAIN_NAME": "localhost:1",
    "SIGNING_ALGORITHM": "RS256",
    "TOKEN_ROLE_ARN": "arn:aws:iam::000000000000:role/token-function",
    "KEYS_ROLE_ARN": "arn:aws:iam::000000000000:role/keys-function",
    "RETENTION": "destroy",
}
# One try and little patience: how often the SDK tries again is tested by itself.
_IMPATIENT = Config(connect_timeout=1, read_timeout=0.4, retries={"mode": "standard", "total_max_attempts": 1})
_CACHES: tuple[Any, ...] = (
    *(id_token._settings, id_token._standing, id_token._table, id_token._signer),
    *(aws_credentials._sts,),
    *(jobs._settings, jobs._deployment, jobs._dynamodb, jobs._table, jobs._spent),
    *(keys._settings, keys._issuer, keys._rings, keys._keys, keys._documents, keys._rotation),
)


def forget() -> None:
    """Let the functions begin anew, as a fresh process would."""
    for cache in _CACHES:
        cache.cache_clear()


@pytest.fixture(scope="session")
def _wire() -> Iterator[Server]:
    with wire_server.running() as running:
        yield running


@pytest.fixture
def aws(_wire: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Aws]:
    """The stand-in, with nothing in it, and the functions' environment."""
    stand_in = _wire.aws
    stand_in.reset()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**_ENVIRONMENT, "AWS_ENDPOINT_URL": _wire.url}.items():
        monkeypatch.setenv(name, value)
    sdk_clients.for_server(_wire.url)
    (tmp_path / "deployment.json").write_text(json.dumps(DEPLOYMENT.to_document()))
    monkeypatch.setattr(jobs, "_DEPLOYMENT_FILE", tmp_path / "deployment.json")
    (tmp_path / "standing.json").write_text(json.dumps(Standing.of(DEPLOYMENT).to_document()))
    monkeypatch.setattr(id_token, "_STANDING_FILE", tmp_path / "standing.json")
    monkeypatch.setattr(clients, "_CONFIG", _IMPATIENT)
    monkeypatch.setattr(json_service, "LIMITS", Limits(connect_seconds=1, read_seconds=0.4, tries=1))
    monkeypatch.setattr(sts_sessions, "LIMITS", sts_sessions.LIMITS._replace(read_seconds=0.4))
    monkeypatch.setattr(exchange, "_credentials", ProcessCredentials())
    monkeypatch.setattr(kms_keys, "_POLICY_WAIT_SECONDS", 0)
    forget()
    yield stand_in
    forget()


@pytest.fixture
def endpoint(_wire: Server) -> str:
    """Where the stand-in listens."""
    return _wire.url


class _StandardOutput(io.TextIOBase):
    """Whatever standard output is at the moment; a log handler otherwise keeps the one that it found first."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """All that the functions have written so far: log lines and metrics."""
    for handler in telemetry.logger.handlers:
        monkeypatch.setattr(handler, "stream", _StandardOutput())
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jobpass")
    written = []

    def read() -> str:
        captured = capsys.readouterr()
        written.append(captured.out + captured.err)
        return "".join(written)

    return read


@pytest.fixture
def records(printed: Callable[[], str]) -> Callable[[], list[dict[str, Any]]]:
    """The same, each line parsed: every one is JSON."""
    return lambda: [json.loads(line) for line in printed().splitlines()]
