"""Who can look into the folder of an embedded AWS: its owner, whatever the umask and whoever made it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import folder as folders
from local.folder import Folder


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """A umask for the test alone."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_what_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "above" / "state")

    with folder.lock():
        assert mode(folder.path) == mode(folder.path.parent) == 0o700, "before anything is in it"
        folder.prepare()

    directories = [path for path in (tmp_path / "above").rglob("*") if path.is_dir()]
    assert len(directories) == 6
    assert {mode(path) for path in directories} == {0o700}
    assert mode(folder.aws_credentials) == 0o600


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("inner", ["", "demo"])
def test_the_checkouts_own_becomes_its_owners_alone(
    inner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = tmp_path / ".local"
    monkeypatch.setattr(folders, "USUAL_FOLDER", usual)
    folder = Folder(usual / inner)
    folder.path.mkdir(parents=True)
    folder.path.chmod(0o777)

    with folder.lock():
        assert mode(folder.path) == 0o700


def test_a_folder_that_was_there_before_and_is_somebodys_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    with Folder(tmp_path).lock():
        assert mode(tmp_path) == 0o755
        assert mode(tmp_path / "run") == 0o700
