"""docs/explain.md says what the command says."""

import re

import pytest

from tests.explain import page
from tests.explain.mistakes import MISTAKES, Mistake

TEXT = page.PAGE.read_text("utf-8")


def test_the_page_is_current() -> None:
    """Run `python -m tests.explain.page` where it is not."""
    assert page.page() == TEXT


def test_every_block_is_there_once_and_no_other() -> None:
    assert [found["name"] for found in page.BLOCK.finditer(TEXT)] == list(page.blocks())
    assert TEXT.count("```text") == len(page.blocks())


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_each_mistake_has_what_sts_says_what_explain_says_and_what_to_change(mistake: Mistake) -> None:
    sections = re.split(r"^### \d+\. ", TEXT, flags=re.MULTILINE)
    section = " ".join(next(each for each in sections if f"<!-- mistake: {mistake.name} -->" in each).split())

    for said in (mistake.says, mistake.cause, mistake.remedy):
        assert " ".join(said.split()) in section
    assert "What to change: " in section
    assert f"({mistake.thread})" in section
