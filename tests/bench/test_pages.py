"""What the documentation says of measurements is what was measured, and computed from it."""

import json
import re
from pathlib import Path

import pytest

from bench import pages

ROOT = Path(__file__).parents[2]
FIGURES = json.loads((pages.KEPT / "figures.json").read_text("utf-8"))


def test_the_pages_are_current() -> None:
    assert pages.main(["--check"]) == 0


def test_a_page_that_is_not_current_is_told_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "size.md"
    page.write_text("# Sizes\n\n<!-- sizes -->\nof another day\n<!-- /sizes -->\n\nSo much.\n")
    monkeypatch.setattr(pages, "PAGES", (page,))

    assert pages.main(["--check"]) == 1
    assert "size.md: not what the figures say" in capsys.readouterr().out
    assert "of another day" in page.read_text()
    assert pages.main([]) == 0
    assert pages.main(["--check"]) == 0
    assert page.read_text().startswith("# Sizes\n\n<!-- sizes -->\n| MB |")
    assert page.read_text().endswith("<!-- /sizes -->\n\nSo much.\n")


def test_every_block_is_on_a_page() -> None:
    marked = {found["name"] for page in pages.PAGES for found in pages.MARKED.finditer(page.read_text("utf-8"))}

    assert marked == set(pages.BLOCKS)


def test_a_run_of_one_part_takes_no_place(tmp_path: Path) -> None:
    run = tmp_path / "figures.json"
    run.write_text(json.dumps({"token": FIGURES["token"]}))

    with pytest.raises(ValueError, match="has nothing of peers"):
        pages.keep(run)


def test_the_sizes_are_those_that_can_be_chosen_and_more_costs_more() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in pages.sizes(FIGURES).splitlines()[2:]]

    assert [int(row[0]) for row in rows] == list(pages.SIZES_MB)
    dearer = [float(row[4].lstrip("$")) for row in rows]
    quicker = [float(row[5]) for row in rows]
    assert dearer == sorted(dearer)
    assert quicker == sorted(quicker, reverse=True)


def test_the_parts_of_a_price_make_the_whole() -> None:
    column = [float(cell) for cell in re.findall(r"\$([\d.]+)", pages.prices(FIGURES))][:: len(pages.KINDS)]

    assert sum(column[:-1]) == pytest.approx(column[-1], abs=0.02)


def test_a_verdict_is_kept_as_it_was() -> None:
    told = [line.strip("|").split("|")[3].strip() for line in pages.goals(FIGURES).splitlines()[2:]]

    assert told == [row["verdict"] for row in FIGURES["token"]["rows"]]


def test_the_plots_that_the_page_shows_are_kept() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+\.svg)\)", (ROOT / "docs/performance.md").read_text("utf-8"))

    assert sorted(Path(each).name for each in shown) == sorted(each.name for each in pages.KEPT.glob("*.svg"))
