"""What the tests of a job's side share."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.job.drawing import Stand, standing
from tests.job.token_endpoint import TokenEndpoint, listening


@pytest.fixture(scope="session")
def servers() -> Iterator[Stand]:
    """An issuer and an STS on loopback, for the whole run."""
    with standing() as stand:
        yield stand


@pytest.fixture
def stand(servers: Stand) -> Stand:
    """The servers, with nothing asked yet."""
    servers.forget()
    return servers


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who signs the certificates of these servers."""
    return trustme.CA()


@pytest.fixture
def endpoint(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenEndpoint]:
    """A token endpoint in TLS, whose authority the environment trusts, with no proxy before it."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with listening(context) as running:
        yield running


@pytest.fixture
def plain_endpoint() -> Iterator[TokenEndpoint]:
    """A token endpoint on this machine, in the clear."""
    with listening() as running:
        yield running
