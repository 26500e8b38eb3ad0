"""The stack on the embedded AWS, deployed once for the whole run and stopped at its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import EXAMPLE_CONFIGURATION, Deployment, deployed
from local.folder import Folder
from local.registration import Job, Platform, Registration
from local.stage import Stages
from tests.e2e import callers
from tests.e2e.registering import NIGHTLY

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one worker: a deployment each would cost more than they gain (and `-n` uses loadgroup).

    A module that has a deployment of its own says so by a group of its own.
    """
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The example configuration, deployed by the real CDK command line. Whoever changes something puts it back."""
    with deployed(EXAMPLE_CONFIGURATION, Folder(tmp_path_factory.mktemp("embedded")), Stages(None)) as running:
        yield running


@pytest.fixture(scope="session")
def platform(deployment: Deployment) -> Platform:
    """The CI server, with credentials of its invocation role."""
    return deployment.platform()


@pytest.fixture(scope="session")
def scheduler(deployment: Deployment) -> Iterator[Platform]:
    """The example's other platform."""
    with callers.scheduler(deployment) as other:
        yield other


@pytest.fixture(scope="session")
def nightly(scheduler: Platform) -> Registration:
    """A job of the other platform, whose profile has session tags and a source identity."""
    return scheduler.register(Job(NIGHTLY, profile="nightly", roles=("nightly-report",)))
