"""What the commands print at a terminal: it fits, it looks as it is kept here, and it has colours there alone."""

import os
import re
import sys
from pathlib import Path

import pytest

from bench.installation import REPOSITORY
from jobpass.command.registry import COMMANDS, GROUPS
from tests.command.pseudo_terminal import at_a_terminal
from tests.command.scenes import KEPT, PASSING, SCENES
from tests.command.screen import WIDTHS, See, see, too_wide
from tests.platform.conftest import api

__all__ = ["api", "see"]

GOLDEN = Path(__file__).parent / "golden"
WRITE = "WRITE_GOLDEN"
SETTINGS = ("AWS_", "JOBPASS_", "ACTIONS_", "GITHUB_", "WM_", "ARM_", "INVOCATION_")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in; the machine's own settings lead nowhere."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(SETTINGS) or name.lower().endswith("proxy") or name == "CI":
            monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.parametrize("scene", SCENES)
def test_output_fits_and_looks_as_it_is_kept(
    scene: str, see: See, folder: Path, request: pytest.FixtureRequest
) -> None:
    lines = SCENES[scene](request, folder)
    pages = []
    for width in WIDTHS:
        for line in lines:
            seen = see(*line, width=width)
            assert too_wide(seen.plain, width) == []
            assert [printed for printed in seen.plain.splitlines() if printed != printed.rstrip()] == []
            assert "\x1b" not in "".join(see(*line, width=width, terminal=False).streams)
            shown = seen.lasting if scene in PASSING else seen.plain
            pages.append(f"{width} columns: jobpass {' '.join(line)}\n\n{shown}\n(ends with {seen.status})\n")
    page = "\n".join(pages)
    path = GOLDEN / f"{scene}.txt"
    if os.environ.get(WRITE) and scene in KEPT:
        path.write_text(page, "utf-8")
    if scene in KEPT:
        assert page == path.read_text("utf-8"), (
            f"`{WRITE}=1 make test T=tests/command/test_output.py` keeps the new looks"
        )


def test_nothing_is_kept_of_a_scene_that_is_gone() -> None:
    assert sorted(path.stem for path in GOLDEN.iterdir()) == sorted(KEPT)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["", *GROUPS, *COMMANDS])
def test_no_line_of_help_ends_in_blanks_or_is_too_wide(name: str, width: int, see: See) -> None:
    seen = see(*name.split(), "--help", width=width)
    text = re.split(r"\nexamples?:\n", seen.out)[0]

    assert (seen.status, seen.err) == (0, "")
    assert [line for line in seen.out.splitlines() if line != line.rstrip()] == []
    assert [line for line in text.splitlines() if len(line) > width] == []


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gives_its_width_and_gets_colours(
    variables: dict[str, str], coloured: bool, folder: Path, request: pytest.FixtureRequest
) -> None:
    granted = SCENES["explain"](request, folder)[0]
    environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm", **variables}
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "lambda_src")])
    # The window is as wide as this before the command looks at it.
    program = (
        "import fcntl, struct, sys, termios; fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 60, 0, 0)); "
        "from jobpass.command.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, *granted]
    with at_a_terminal(command, {**environment, "PYTHONPATH": paths}, str(folder)) as typist:
        assert typist.end() == 0

    assert ("\x1b[32m" in typist.shown) is coloured
    assert max(len(line) for line in re.sub(r"\x1b\[[0-9;]*m", "", typist.shown).splitlines()) <= 60
    assert "for 3600 s" in typist.shown
