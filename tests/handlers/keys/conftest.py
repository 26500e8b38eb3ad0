"""The servers that stand for AWS, once a run, and the functions over them, anew for each test."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobpass_issuer.domain.standing import Standing
from jobpass_issuer.handlers import id_token
from tests.aws import edge, wire_server
from tests.aws.edge import EdgeServer
from tests.aws.signing_material import private_key
from tests.aws.wire_server import Server
from tests.domain.examples import DEPLOYMENT
from tests.handlers.keys.deployed import Deployed, deployed
from tests.handlers.keys.invoking import keys_function, operations
from tests.handlers.keys.operating import FUNCTION, Operator


@pytest.fixture(scope="session")
def cloud_server() -> Iterator[Server]:
    """AWS's services."""
    for number in range(4):
        private_key("RSA_2048", number)
    with wire_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def edge_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeServer]:
    """CloudFront's edge, vouched for by an authority of its own."""
    authority = tmp_path_factory.mktemp("authority") / "ca.pem"
    with edge.running(authority) as server:
        yield server


@pytest.fixture
def aws(
    cloud_server: Server,
    edge_server: EdgeServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Iterator[Deployed]:
    """Both functions over an AWS account in which nothing is yet."""
    (tmp_path / "standing.json").write_text(json.dumps(Standing.of(DEPLOYMENT).to_document()))
    monkeypatch.setattr(id_token, "_STANDING_FILE", tmp_path / "standing.json")
    monkeypatch.setenv("SSL_CERT_FILE", str(edge_server.authority))
    with deployed(cloud_server, edge_server, monkeypatch, capsys) as world:
        yield world


@pytest.fixture
def founded(aws: Deployed) -> Deployed:
    """The same once the first run is done and its keys have been published for long enough."""
    aws.found()
    return aws


@pytest.fixture
def operator(founded: Deployed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Operator]:
    """An operator in an empty folder, with credentials, at 120 columns."""
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.delenv("AWS_REGION", raising=False)
    with operations() as wire:
        wire.stacks["jobpass"] = {"IssuerUrl": "https://oidc.example.com", "KeysFunctionName": FUNCTION}
        wire.functions[FUNCTION] = keys_function
        for service in ("LAMBDA", "CLOUDFORMATION"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", wire.url)
        yield Operator(founded, wire, monkeypatch, folder)
