"""An authority made on the spot, issuers under names that a proxy on loopback knows, and the doctor's command."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from jobpass.command.main import main
from tests.doctor.issuer_server import IssuerServer, running
from tests.local.seam import connect_proxy

ISSUER = "https://oidc.example.test/api"
HOST = "oidc.example.test"
# What the doctor says of every issuer that is looked at as these are: a proxy, and an authority of one's own.
HERE = frozenset({"dns_proxy", "tls_own_roots"})


@dataclass
class Stand:
    """Where issuers are put up for a test; each host leads to its own server."""

    stack: ExitStack
    authority: trustme.CA
    ports: dict[str, int] = field(default_factory=dict)

    def serve(self, issuer: str = ISSUER, tls: ssl.SSLContext | None = None, host: str = HOST) -> IssuerServer:
        """Put up a sound issuer, for the test to spoil."""
        server = self.stack.enter_context(running(IssuerServer(issuer), tls or self.tls(host)))
        self.ports[host] = server.port
        return server

    def tls(self, *names: str, **settings: Any) -> ssl.SSLContext:
        """A server's side of TLS with a certificate for names, by the authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names, **settings).configure_cert(context)
        return context


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Whom the doctor trusts here."""
    return trustme.CA()


@pytest.fixture
def stand(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """The doctor's environment leads to loopback alone."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    for name in ("ALL_PROXY", "all_proxy", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with ExitStack() as stack:
        made = Stand(stack, authority)
        monkeypatch.setenv("HTTPS_PROXY", stack.enter_context(connect_proxy.running(made.ports.get)))
        yield made


Doctor = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    """The command with `--json`: its exit status and what it printed."""

    def run(url: str = ISSUER, *options: str) -> tuple[int, dict[str, Any]]:
        status = main(["doctor", url, "--json", *options])
        captured = capsys.readouterr()
        assert captured.err == ""
        report: dict[str, Any] = json.loads(captured.out)
        return status, report

    return run


def codes(report: dict[str, Any]) -> set[str]:
    """The codes that a report has beyond those of every issuer here."""
    return {each["code"] for each in report["findings"]} - HERE
