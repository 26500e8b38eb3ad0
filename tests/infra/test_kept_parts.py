"""What a package keeps of a library asks for nothing that was left out of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.function_asset import FunctionAsset

LIBRARY = "aws_lambda_powertools"
# Asked for within a function that no function of ours calls: it turns pydantic's models into plain values.
NEVER_CALLED = {("aws_lambda_powertools/shared/functions.py", "aws_lambda_powertools.event_handler.openapi.compat")}


@pytest.fixture(scope="module")
def package() -> Path:
    """The token function's package."""
    return FunctionAsset("token", ()).build().path


def _asked(file: Path, root: Path) -> Iterator[str]:
    """The modules of the library that a file imports, at any time, but for its annotations alone."""
    tree = ast.parse(file.read_text("utf-8"))
    for_annotations = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for each in node.body
        for inner in ast.walk(each)
    }
    for node in ast.walk(tree):
        if id(node) in for_annotations:
            continue
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = file.relative_to(root).parent.parts
            within = above[: len(above) - node.level + 1] if node.level else ()
            yield ".".join([*within, *([node.module] if node.module else [])])


def _missing(root: Path) -> set[tuple[str, str]]:
    return {
        (file.relative_to(root).as_posix(), name)
        for file in (root / LIBRARY).rglob("*.py")
        for name in _asked(file, root)
        if name.partition(".")[0] == LIBRARY
        if not (root / f"{name.replace('.', '/')}.py").exists() and not (root / name.replace(".", "/")).is_dir()
    }


def test_what_is_kept_asks_for_nothing_that_is_not(package: Path) -> None:
    assert _missing(package) == NEVER_CALLED


def test_a_part_that_is_missing_is_noticed(package: Path, tmp_path: Path) -> None:
    kept = tmp_path / LIBRARY / "logging"
    kept.mkdir(parents=True)
    (kept / "__init__.py").write_text("def late():\n    from ..shared import constants\n")

    assert _missing(tmp_path) == {(f"{LIBRARY}/logging/__init__.py", f"{LIBRARY}.shared")}
    assert (package / LIBRARY / "shared").is_dir()
