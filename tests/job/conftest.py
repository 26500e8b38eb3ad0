"""What the tests of a job's side share."""

from collections.abc import Iterator

import pytest

from tests.job.drawing import Stand, standing


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
