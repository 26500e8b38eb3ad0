"""The stack on the embedded AWS, deployed once for the whole run and stopped at its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import EXAMPLE_CONFIGURATION, Deployment, deployed
from local.folder import Folder
from local.stage import Stages

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one worker: a deployment each would cost more than they gain (and `-n` uses loadgroup)."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The example configuration, deployed by the real CDK command line. Whoever changes something puts it back."""
    with deployed(EXAMPLE_CONFIGURATION, Folder(tmp_path_factory.mktemp("embedded")), Stages(None)) as running:
        yield running
