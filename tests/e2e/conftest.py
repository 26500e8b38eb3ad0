"""The stack on the embedded AWS, deployed once for the whole run and stopped at its end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import EXAMPLE_CONFIGURATION, Deployment, deployed
from local.folder import Folder
from local.node import NodeError
from local.registration import Job, Platform, Registration
from local.stage import Stages
from tests.e2e import build_host as build_host_of
from tests.e2e import callers, npm_packages
from tests.e2e.build_host import BuildHost
from tests.e2e.npm_packages import NpmPackages
from tests.e2e.registering import NIGHTLY
from tests.e2e.relay import Relay, relaying
from tests.e2e.two_issuers import Issuers, deployed_issuers

HERE = Path(__file__).parent


# Tests that share a deployment share a worker (`-n` uses loadgroup): a deployment each would cost more than they gain.
GROUPS = {"deployment": "e2e", "issuers": "own-domain", "stack": "rotation", "clients": "clients"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group these tests by the deployment that they ask for; the rest, which start what they need, go apart."""
    for item in items:
        if item.path.is_relative_to(HERE):
            asked = getattr(item, "fixturenames", ())
            group = next((GROUPS[name] for name in GROUPS if name in asked), "e2e-apart")
            item.add_marker(pytest.mark.xdist_group(group))
    # Whoever shares the deployments that these destroy must have been there before.
    items.sort(key=lambda item: item.path.name == "test_own_domain_destroyed.py")


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
def scheduler(deployment: Deployment) -> Platform:
    """The example's other platform."""
    return callers.scheduler(deployment)


@pytest.fixture(scope="session")
def nightly(scheduler: Platform) -> Registration:
    """A job of the other platform, whose profile has session tags and a source identity."""
    return scheduler.register(Job(NIGHTLY, profile="nightly", roles=("nightly-report",)))


@pytest.fixture(scope="session")
def issuers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuers]:
    """Two more issuers on an embedded AWS of their own, in the state that the last test left."""
    with deployed_issuers(tmp_path_factory.mktemp("own-domain")) as both:
        yield both


@pytest.fixture(scope="session")
def build_host(tmp_path_factory: pytest.TempPathFactory) -> BuildHost:
    """A platform without AWS credentials, whose key is made for this run."""
    return build_host_of.made(tmp_path_factory.mktemp("buildhost"))


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory, build_host: BuildHost) -> Iterator[Deployment]:
    """The stack that the clients of other projects are run against: clients.yaml, and `build_host` added to it."""
    configuration = build_host.added_to(HERE / "clients.yaml")
    with deployed(configuration, Folder(tmp_path_factory.mktemp("clients")), Stages(None)) as running:
        yield running


@pytest.fixture(scope="session")
def npm() -> NpmPackages:
    """The npm packages of other projects, and Node, Deno and Bun; installed at the first test that asks for them."""
    try:
        return npm_packages.installed()
    except NodeError as error:
        pytest.fail(f"the npm packages of tests/clients are needed here: {error}")


@pytest.fixture
def relay(clients: Deployment) -> Iterator[Relay]:
    """A loopback address of the API of `clients`."""
    with relaying(clients.web, clients.output("ApiUrl")) as running:
        yield running
