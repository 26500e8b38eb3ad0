"""The locked dependencies, as far as they can be audited offline: pinned, hashed, and the same everywhere."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
LOCKS = sorted(FOLDER.glob("*.txt"))
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==(\S+)(?: ;.*?)? \\$", re.MULTILINE)
# What looks at the others, from an environment of its own.
APART = {"scan.txt"}


def _pins(lock: Path) -> list[tuple[str, str]]:
    return _PIN.findall(lock.read_text("utf-8"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_and_has_a_strong_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text("utf-8").strip())
    pins = _pins(lock)

    assert len(pins) == len([entry for entry in entries if not entry.startswith("#")])
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:60]
    assert "://" not in lock.read_text("utf-8")


def test_what_runs_in_a_function_is_what_is_tested() -> None:
    tested = dict(_pins(FOLDER / "dev.txt"))

    for lock in LOCKS:
        if lock.name.startswith("function-"):
            assert {name: tested.get(name) for name, _ in _pins(lock)} == dict(_pins(lock)), lock.name


def test_every_lock_is_of_a_list_of_its_own() -> None:
    assert {lock.stem for lock in LOCKS} == {listed.stem for listed in FOLDER.glob("*.in")}
    assert {lock.name for lock in LOCKS} >= APART
