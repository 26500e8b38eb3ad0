"""The wheel and the source distribution hold what they must, and nothing else."""

import shutil
from pathlib import Path

from bench.installation import REPOSITORY, built
from tests.packaging.archive import metadata, sdist_files, wheel_files

_CARRIED = ("jobpass", "lambda_src/jobpass_issuer/__init__.py", "lambda_src/jobpass_issuer/domain")


def carried(source: Path) -> dict[str, bytes]:
    """The files that both must have: all of `jobpass`, and of the functions the domain alone."""
    found: dict[str, bytes] = {}
    for each in _CARRIED:
        files = [source / each] if (source / each).is_file() else (source / each).rglob("*")
        found |= {str(file.relative_to(source)): file.read_bytes() for file in files if file.is_file()}
    return found


def test_the_wheel_is_all_of_jobpass_and_the_domain_and_nothing_else(source: Path, wheel: Path) -> None:
    files = wheel_files(wheel)
    packages = {name: text for name, text in files.items() if ".dist-info/" not in name}
    wanted = {name.removeprefix("lambda_src/"): text for name, text in carried(source).items()}

    assert sorted(packages) == sorted(wanted)
    assert packages == wanted
    assert {"jobpass/py.typed", "jobpass/configuration/jobpass.schema.json"} < set(packages)
    assert [name for name in packages if name.startswith("jobpass_issuer/domain/presets/")] != []
    assert {name.partition("/")[2] for name in set(files) - set(packages)} == {
        *("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt")
    }


def test_the_source_distribution_builds_and_holds_nothing_else(source: Path, sdist: Path) -> None:
    files = [name for name in sdist_files(sdist) if not name.startswith("jobpass.egg-info/")]
    beside = ["LICENSE", "MANIFEST.in", "PKG-INFO", "README.md", "pyproject.toml", "setup.cfg"]

    assert sorted(files) == sorted([*carried(source), *beside])


def test_both_ways_to_the_wheel_end_at_the_same(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    again = built(next(tmp_path.glob("jobpass-*")), "wheel", tmp_path)

    assert again.name == wheel.name
    assert sorted(wheel_files(again)) == sorted(wheel_files(wheel))
    assert wheel_files(again) == wheel_files(wheel)


def test_neither_tells_where_it_was_built(source: Path, wheel: Path, sdist: Path) -> None:
    places = [str(path).encode() for path in (REPOSITORY, source, source.parent, wheel.parent, sdist.parent)]
    found = {**sdist_files(sdist), **wheel_files(wheel)}

    assert [name for name, text in found.items() if any(place in text for place in places)] == []


def test_the_metadata_declares_no_dependency_without_the_extra(wheel: Path) -> None:
    told = metadata(wheel)

    assert [text for text in told.get_all("Requires-Dist") or [] if not text.endswith('extra == "operator"')] == []
    assert told.get_all("Provides-Extra") == ["operator"]
    assert (told["Requires-Python"], told["License-Expression"]) == (">=3.9", "Apache-2.0")
