"""The issuer that the canary function goes about, once a module, and anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobpass_issuer.handlers import canary
from tests.aws import sdk_clients
from tests.handlers.canary import front_door
from tests.handlers.canary.front_door import ROLE_ARN, FrontDoor


@pytest.fixture(scope="module")
def _door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FrontDoor, Path]]:
    authority = tmp_path_factory.mktemp("front-door") / "authority.pem"
    with front_door.opened(authority) as door:
        yield door, authority


@pytest.fixture
def door(_door: tuple[FrontDoor, Path], aws: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontDoor]:
    """A sound issuer, which the function is told of by URL."""
    running, authority = _door
    running.__init__(running.url)  # type: ignore[misc]
    told = {"ISSUER_URL": running.url, "API_URL": running.url, "INVOCATION_ROLE_ARN": ROLE_ARN}
    trusted = dict.fromkeys(("SSL_CERT_FILE", "AWS_CA_BUNDLE"), str(authority))
    for name, value in {**told, **trusted, "AWS_ENDPOINT_URL": running.url}.items():
        monkeypatch.setenv(name, value)
    for cache in (canary._settings, canary._sts):
        cache.cache_clear()
    sdk_clients.forget()
    yield running
    sdk_clients.forget()
    for cache in (canary._settings, canary._sts):
        cache.cache_clear()
