"""Lines of a width, as the standard library breaks them."""

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from jobpass.command.wrapping import wrapped

TEXTS = st.text(st.sampled_from("ab-  \n\t"), max_size=60)


@given(TEXTS, st.integers(8, 40), st.integers(0, 5), st.none() | st.sampled_from(["", "x: ", "jobpass: "]))
def test_it_is_what_textwrap_makes(text: str, width: int, indent: int, first: str | None) -> None:
    blanks = " " * indent
    expected = textwrap.fill(
        text.strip().expandtabs(1),
        width,
        initial_indent=blanks if first is None else first,
        subsequent_indent=blanks,
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert wrapped(text, width, blanks, first) == expected


def test_what_has_no_blank_is_never_broken() -> None:
    assert wrapped(f"see {'x' * 90} there", 20, "  ") == f"  see\n  {'x' * 90}\n  there"


def test_what_drives_a_terminal_is_not_printed() -> None:
    assert wrapped("a\x1b[2J \u009b31m b\u202e \u00e9", 40) == "a?[2J ?31m b? \u00e9"
    assert wrapped("x", 40, first="\x1b[32msigns\x1b[0m ") == "\x1b[32msigns\x1b[0m x"
