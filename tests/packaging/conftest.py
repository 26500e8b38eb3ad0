"""What is built and installed once for all tests of the package."""

import sys
from pathlib import Path

import pytest

from bench.installation import Installation, built, checkout, installation
from tests.packaging import interpreter
from tests.packaging.archive import metadata
from tests.packaging.extra import equip

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run them all, so that they are built once."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.xdist_group("packaging"))


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, in which nothing was built."""
    return checkout(tmp_path_factory.mktemp("source") / "jobpass")


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    return built(checkout(folder / "source", source=source), "wheel", folder)


@pytest.fixture(scope="session")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution that is built from the checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    return built(checkout(folder / "source", source=source), "sdist", folder)


@pytest.fixture(scope="session")
def oldest(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Jobpass without its extra on the oldest Python."""
    python = interpreter.oldest()
    return installation(wheel, tmp_path_factory.mktemp("oldest") / "environment", python)


@pytest.fixture(scope="session")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Jobpass without its extra on this Python."""
    return installation(wheel, tmp_path_factory.mktemp("plain") / "environment", sys.executable)


@pytest.fixture(scope="session")
def operators(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Jobpass with its extra on this Python."""
    made = installation(wheel, tmp_path_factory.mktemp("operators") / "environment", sys.executable)
    equip(made, metadata(wheel).get_all("Requires-Dist") or [], "operator")
    return made


@pytest.fixture(params=["oldest", "plain"])
def without_extra(request: pytest.FixtureRequest) -> Installation:
    """Jobpass without its extra, on either Python."""
    made: Installation = request.getfixturevalue(request.param)
    return made
