"""The claims that no profile makes, however they are written, beside those that it may."""

import pytest

from jobpass_issuer.domain.reserved_claims import RESERVED_CLAIMS, is_reserved


@pytest.mark.parametrize("name", [*sorted(RESERVED_CLAIMS), "https://aws.amazon.com/roles"])
def test_a_reserved_claim_is_one_in_any_case(name: str) -> None:
    assert is_reserved(name)
    assert is_reserved(name.upper())
    assert is_reserved(name.title())


@pytest.mark.parametrize("name", ["\u017fub", "i\u017fs", "https://aws.amazon.com/tags/principal_tags/Team"])
def test_what_readers_take_for_a_reserved_claim_is_one(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", ["", "repo", "subject", "su", "audience", "email", "groups", "roles", "https://example.com/tags", "oaud"]
)
def test_other_claims_are_free(name: str) -> None:
    assert not is_reserved(name)
