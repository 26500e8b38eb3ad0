"""What may be an audience."""

import pytest

from jobpass_issuer.domain.audience import mistake


@pytest.mark.parametrize(
    "audience", ["sts.amazonaws.com", "a", "x" * 255, "https://vault.example.com/v1", "urn:x:y%2F"]
)
def test_a_client_id_of_iam_is_an_audience(audience: str) -> None:
    assert mistake(audience) is None


@pytest.mark.parametrize(
    ("audience", "remedy"),
    [
        ("", "must not be empty"),
        ("x" * 256, "255 is the most"),
        ("a b", "U+0020"),
        ("a\n", "U+000A"),
        ("a\x00", "U+0000"),
        ("a\x7f", "U+007F"),
        ("\u0430", "U+0430"),
        ("\ud800", "U+D800"),
        ("a\u200b", "U+200B"),
        *((f"a{mark}", f"`{mark}`") for mark in '"\\*?$<>{}'),
    ],
)
def test_anything_else_is_refused_with_its_character(audience: str, remedy: str) -> None:
    assert remedy in (mistake(audience) or "")
