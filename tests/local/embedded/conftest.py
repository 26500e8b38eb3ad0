"""One embedded AWS for all tests of this folder that only use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import EmbeddedAws, embedded_aws
from local.folder import Folder

OWN_NAME = "oidc.example.com"


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """A running embedded AWS that also answers for a name of one's own."""
    with embedded_aws(Folder(tmp_path_factory.mktemp("embedded")), [OWN_NAME]) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A prepared folder."""
    made = Folder(tmp_path / "state")
    made.prepare()
    return made
