"""Tags, source identity and the parameters of the call, at their bounds and beyond."""

from typing import Any

import pytest

from jobpass.explain import Request
from tests.explain.account import present, token

TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


@pytest.mark.parametrize(
    ("claims", "cause"),
    [
        ({TAGS: []}, "no list of one text"),
        ({TAGS: {"principal_tags": {"Team": ["a", "b"]}}}, "no list of one text"),
        ({f"{TAGS}/principal_tags/Team": ["a"]}, "a flat tag claim is no text"),
        ({TAGS: {"transitive_tag_keys": "Team"}}, "`transitive_tag_keys` is no list"),
        ({TAGS: {"principal_tags": {"Team": ["a"]}, "transitive_tag_keys": ["Ref"]}}, "not among the tags"),
        ({TAGS: {"principal_tags": {f"k{n}": ["v"] for n in range(51)}}}, "carries 51 tags"),
        ({TAGS: {"principal_tags": {"Team": ["a"], "team": ["b"]}}}, "differ in capital letters only"),
        ({TAGS: {"principal_tags": {"k" * 129: ["v"]}}}, "the tag key"),
        ({TAGS: {"principal_tags": {"aws:Team": ["v"]}}}, "the tag key `aws:Team`"),
        ({TAGS: {"principal_tags": {"Team": ["v" * 257]}}}, "the tag `Team`"),
        ({TAGS: {"principal_tags": {"Team": ["a#b"]}}}, "the tag `Team` is `a#b`"),
        ({TAGS: {"principal_tags": {"Team": ["a\tb"]}}}, "the tag `Team` is `a\\tb`"),
        ({SOURCE_IDENTITY: "x"}, "the source identity is `x`"),
        ({SOURCE_IDENTITY: ["run"]}, "the source identity is"),
        ({SOURCE_IDENTITY: "a b"}, "the source identity is `a b`"),
    ],
)
def test_tags_and_source_identity_that_sts_does_not_take(claims: dict[str, Any], cause: str) -> None:
    verdict = present(token(claims))

    assert verdict.refusal is not None
    assert cause in verdict.refusal.cause
    assert verdict.session is None


def test_tags_at_their_bounds() -> None:
    tags = {f"k{n}": ["v"] for n in range(48)} | {"k" * 128: ["v" * 256], "Grüße _.:/=+-@": [""]}

    verdict = present(token({TAGS: {"principal_tags": tags}, SOURCE_IDENTITY: "r" * 64}))

    assert verdict.allowed, verdict.refusal
    assert verdict.session is not None
    assert verdict.session.to_document()["tags"] == {name: value[0] for name, value in tags.items()}
    assert verdict.session.source_identity == "r" * 64


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        (Request(session_name="x"), "roleSessionName"),
        (Request(session_name="a b"), "roleSessionName"),
        (Request(duration_seconds=899), "greater than or equal to 900"),
        (Request(duration_seconds=43_201), "less than or equal to 43200"),
        (Request(duration_seconds=7201), "MaxSessionDuration"),
    ],
)
def test_parameters_that_sts_does_not_take(request_: Request, word: str) -> None:
    refusal = present(token(), request=request_).refusal

    assert refusal is not None
    assert refusal.code == "ValidationError"
    assert word in refusal.message


@pytest.mark.parametrize("seconds", [900, 7200])
def test_durations_at_their_bounds(seconds: int) -> None:
    verdict = present(token(), request=Request(duration_seconds=seconds))

    assert verdict.session is not None
    assert verdict.allowed
    assert verdict.session.seconds == seconds
