"""The functions as deployed: their settings, their real clients, a clock, and what they log and count."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config

from jobpass_issuer.aws import client, cloudfront_site, exchange, json_service, kms_keys
from jobpass_issuer.aws.item import ring_of
from jobpass_issuer.aws.patience import Limits
from jobpass_issuer.aws.process_credentials import ProcessCredentials
from jobpass_issuer.domain.documents import published_documents
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import EMPTY, KeyRing, KeyState
from jobpass_issuer.handlers import id_token, keys
from jobpass_issuer.handlers.telemetry import logger
from tests.aws import sdk_clients
from tests.aws.edge import EdgeServer
from tests.aws.wire import Aws
from tests.aws.wire_server import Server

HOUR = 3600
DAY = 86400
NOW = 1_800_000_000
ISSUER = Issuer("https://oidc.example.com")
JWKS = ".well-known/jwks.json"
DISCOVERY = ".well-known/openid-configuration"
COPY = "ring/copy.json"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "NO_PROXY": "localhost,127.0.0.1",
    "POWERTOOLS_SERVICE_NAME": "jobpass-keys",
    "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
    "TABLE_NAME": "jobpass",
    "ISSUER_URL": ISSUER.url,
    "ISSUER_NAME": "jobpass",
    "BUCKET_NAME": "documents",
    "DISTRIBUTION_ID": "E1",
    "SIGNING_ALGORITHM": "RS256",
    "ROTATE_EVERY_SECONDS": str(90 * DAY),
    "PUBLISH_AHEAD_SECONDS": str(DAY),
    "TOKEN_LIFETIME_SECONDS": "300",
    "MAX_TOKEN_LIFETIME_SECONDS": str(HOUR),
    "PARTITION": "aws",
    "ACCOUNT_ID": "000000000000",
    "TOKEN_ROLE_ARN": "arn:aws:iam::000000000000:role/jobpass-token",
    "KEYS_ROLE_ARN": "arn:aws:iam::000000000000:role/jobpass-keys",
    "RETENTION": "retain",
}
# As the functions ship, before any test changes it.
SHIPPED = client._UNHURRIED
# One try and a patient wait, so that a test meets each failure once; other tests see the retries.
PATIENT = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
IMPATIENT = Config(connect_timeout=5, read_timeout=0.8, retries={"mode": "standard", "total_max_attempts": 1})


# A cloud after its first run, by which later tests begin at once.
_FOUNDED: list[Aws] = []


@dataclass
class Deployed:
    """Both functions over one cloud, at a time that tests move."""

    server: Server
    edge: EdgeServer
    monkeypatch: pytest.MonkeyPatch
    output: pytest.CaptureFixture[str]
    log_stream: io.StringIO = field(default_factory=io.StringIO)
    now: float = NOW
    printed: str = ""

    @property
    def cloud(self) -> Aws:
        """What AWS has."""
        return self.server.aws

    @property
    def table(self) -> dict[str, Any]:
        """The table's items by their `pk`."""
        return self.cloud.dynamodb.items(SETTINGS["TABLE_NAME"])

    def put(self, cloud: Aws) -> None:
        """Put the functions over another cloud."""
        self.server.aws = self.edge.aws = cloud

    def found(self) -> None:
        """Begin with a cloud whose first run is done, and whose keys have been published for long enough."""
        if not _FOUNDED:
            self.run()
            _FOUNDED.append(self.cloud)
        self.put(_FOUNDED[0].copy())
        self.wait(2 * DAY)

    def run(self, command: str = "settle", **members: Any) -> Mapping[str, Any]:
        """Invoke the keys function with a command."""
        answer = keys.handler({"command": command, **members}, None)
        assert answer is not None
        return answer

    def deploy(self, request_type: str, response_url: str, **properties: str) -> Mapping[str, Any]:
        """Invoke the keys function as CloudFormation does, and return what it is answered."""
        event = {
            "RequestType": request_type,
            "ResponseURL": response_url,
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Documents",
            "PhysicalResourceId": keys.PHYSICAL_ID,
            "ResourceProperties": {"IssuerUrl": SETTINGS["ISSUER_URL"], **properties},
        }
        assert keys.handler(event, None) is None
        response: Mapping[str, Any] = self.cloud.answers[-1]
        return response

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def change(self, **settings: str) -> None:
        """Deploy with other settings."""
        for name, value in settings.items():
            self.monkeypatch.setenv(name, value)
        start_anew()

    def clients(self, config: Config) -> None:
        """Have the functions make their clients anew, with other deadlines."""
        for name in ("_CONFIG", "_UNHURRIED"):
            self.monkeypatch.setattr(client, name, config)
        self.monkeypatch.setattr(json_service, "LIMITS", limits_of(config))
        start_anew()

    @property
    def ring(self) -> KeyRing:
        """The ring as it is stored."""
        item = self.table.get("ring")
        return ring_of(item) if item else EMPTY

    @property
    def active_kid(self) -> str:
        """The `kid` that signs."""
        active = self.ring.active
        assert active is not None
        return active.kid

    def served_kids(self) -> list[str]:
        """The `kid`s that a stranger gets."""
        return _kids(self.cloud.s3.served(JWKS))

    def log(self) -> list[dict[str, Any]]:
        """The lines that the functions logged."""
        return [json.loads(line) for line in self.log_stream.getvalue().splitlines()]

    def metrics(self) -> list[dict[str, Any]]:
        """The metrics that the functions printed, each with its dimensions."""
        self.printed += self.output.readouterr().out
        lines = [line for line in self.printed.splitlines() if '"_aws"' in line]
        return [json.loads(line) for line in lines]

    def metric(self, name: str) -> list[dict[str, Any]]:
        """The records of one metric."""
        return [each for each in self.metrics() if name in each]

    def assert_consistent(self) -> None:
        """At most one key signs, KMS would sign with it, and every stranger knows it."""
        ring = self.ring
        states = [key.state for key in ring.keys]
        assert states.count(KeyState.ACTIVE) <= 1
        assert len({key.kid for key in ring.keys}) == len(ring.keys) == len({key.key_arn for key in ring.keys})
        if ring.active is not None:
            assert self.cloud.kms.keys[ring.active.key_arn].state == "Enabled"
            assert ring.active.kid in self.served_kids()

    def assert_at_rest(self) -> None:
        """One key signs, one is in reserve, exactly the published ones are served, and a further run writes nothing."""
        self.assert_consistent()
        ring = self.ring
        assert ring.active is not None
        assert any(key.state is KeyState.PREPARED for key in ring.keys)
        assert self.served_kids() == list(ring.published_kids) == list(ring.served)
        for key, body in published_documents(ISSUER, ring).items():
            assert self.cloud.s3.served(key) == body
        assert KeyRing.from_document(json.loads(self.cloud.s3.objects[COPY])) == ring
        before = len(self.cloud.writes())
        self.run()
        assert self.cloud.writes()[before:] == []
        assert self.ring == ring


def _kids(body: bytes | None) -> list[str]:
    return [jwk["kid"] for jwk in json.loads(body)["keys"]] if body else []


def start_anew() -> None:
    """Forget what the functions keep between invocations, as a new execution environment does."""
    for module in (keys, id_token):
        for member in list(vars(module).values()):
            if hasattr(member, "cache_clear"):
                member.cache_clear()


def limits_of(config: Config) -> Limits:
    """Return the same deadlines and tries for the function that has no clients of botocore's."""
    given: Any = config
    return Limits(given.connect_timeout, given.read_timeout, given.retries["total_max_attempts"])


@contextmanager
def deployed(
    server: Server, edge: EdgeServer, monkeypatch: pytest.MonkeyPatch, output: pytest.CaptureFixture[str]
) -> Iterator[Deployed]:
    """Both functions over a new cloud, until the test is over."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    sdk_clients.for_server(server.url)
    monkeypatch.setenv("DISTRIBUTION_DOMAIN_NAME", edge.host)
    for name in ("_CONFIG", "_UNHURRIED"):
        monkeypatch.setattr(client, name, PATIENT)
    monkeypatch.setattr(json_service, "LIMITS", limits_of(PATIENT))
    monkeypatch.setattr(exchange, "_credentials", ProcessCredentials())
    monkeypatch.setattr(cloudfront_site, "_WAIT_SECONDS", 0)
    monkeypatch.setattr(cloudfront_site, "_PATIENCE_SECONDS", 0)
    for name in ("_POLICY_WAIT_SECONDS", "_CONFIRMATION_WAIT_SECONDS"):
        monkeypatch.setattr(kms_keys, name, 0)
    start_anew()
    world = Deployed(server, edge, monkeypatch, output)
    world.put(Aws())
    clock = SimpleNamespace(time=lambda: world.now)
    monkeypatch.setattr(keys, "time", clock)
    monkeypatch.setattr(id_token, "time", clock)
    line_handler = logging.StreamHandler(world.log_stream)
    line_handler.setFormatter(logger.registered_formatter)
    logger.addHandler(line_handler)
    try:
        yield world
    finally:
        logger._logger.removeHandler(line_handler)
        start_anew()
