"""Whether a request token proves a right to tokens, and what the answer tells to whom."""

import sys
from collections import Counter
from typing import Any

import pytest

from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.issuance import authenticate
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.request_token import NO_SECRET_SHA256, RequestToken
from tests.domain.examples import JOB_ID, NOW, REGISTRATION, SECRET, TOKEN, registration

ENDED = registration(ended_at=NOW)
EXPIRED = registration(expires_at=NOW)

WRONG = RequestToken(JOB_ID, SECRET[:-1] + "y")


def _refusal(token: RequestToken, held: Registration | None, now: int = NOW) -> str:
    with pytest.raises(InvalidTokenError) as refused:
        authenticate(token, held, None, now)
    assert token.secret not in refused.value.description
    return refused.value.description


def test_the_right_secret_proves_the_registration() -> None:
    assert authenticate(TOKEN, REGISTRATION, None, NOW) is REGISTRATION


def test_an_unknown_job_and_a_wrong_secret_get_one_answer() -> None:
    assert _refusal(TOKEN, None) == _refusal(WRONG, REGISTRATION)


def test_whether_a_job_has_ended_is_told_to_its_secret_alone() -> None:
    ended, expired = registration(ended_at=NOW), registration(expires_at=NOW)

    assert "has ended" in _refusal(TOKEN, ended)
    assert "has expired" in _refusal(TOKEN, expired)
    assert _refusal(WRONG, ended) == _refusal(WRONG, expired) == _refusal(WRONG, None)


@pytest.mark.parametrize("ended_at", [0, NOW - 1, NOW, NOW + 1])
def test_an_ended_job_gets_nothing(ended_at: int) -> None:
    assert "has ended" in _refusal(TOKEN, registration(ended_at=ended_at))


def test_a_registration_ends_at_the_exact_second() -> None:
    held = registration(expires_at=NOW + 10)

    assert authenticate(TOKEN, held, None, NOW + 9) is held
    assert "has expired" in _refusal(TOKEN, held, NOW + 10)
    assert "has expired" in _refusal(TOKEN, held, NOW + 11)


def test_a_registration_is_live_until_its_end_or_its_expiry() -> None:
    held = registration(expires_at=NOW + 10)

    assert held.is_live(NOW + 9)
    assert not held.is_live(NOW + 10)
    assert not held.ended(NOW).is_live(NOW)


def _work(token: RequestToken, held: Registration | None) -> Counter[str]:
    """How often an authentication calls each built-in function that hashes or compares secrets."""
    called: Counter[str] = Counter()

    def note(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and any(word in function.__name__ for word in ("sha256", "compare_digest")):
            called[function.__name__] += 1

    sys.setprofile(note)
    try:
        authenticate(token, held, None, NOW)
    except InvalidTokenError:
        pass
    finally:
        sys.setprofile(None)
    return called


@pytest.mark.parametrize(
    ("token", "held"),
    [(TOKEN, None), (WRONG, REGISTRATION), (WRONG, ENDED), (TOKEN, ENDED), (TOKEN, EXPIRED)],
    ids=["unknown job", "wrong secret", "wrong secret of an ended job", "ended job", "expired"],
)
def test_every_refusal_costs_the_hash_and_the_comparison_of_a_grant(
    token: RequestToken, held: Registration | None
) -> None:
    granted = _work(TOKEN, REGISTRATION)

    assert sorted(granted.values()) == [1, 1]
    assert _work(token, held) == granted


def test_what_is_compared_where_there_is_no_job_is_as_long_as_a_hash() -> None:
    assert len(NO_SECRET_SHA256) == len(REGISTRATION.secret_sha256) == len(TOKEN.secret_sha256)
