"""Each of the mistakes that people make: STS's text, the true cause, the one thing to change."""

import pytest

from jobpass.explain import Verdict, diagnose
from tests.explain.account import present
from tests.explain.mistakes import MISTAKES, Mistake


def test_there_are_twelve() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == 12


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_mistake(mistake: Mistake) -> None:
    verdict = presented(mistake)

    assert verdict.refusal is not None
    assert verdict.refusal.message == mistake.says
    assert mistake.cause in verdict.refusal.cause
    assert mistake.remedy in verdict.refusal.remedy
    assert verdict.further_obstacles == ()


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_its_remedy_opens_the_role(mistake: Mistake) -> None:
    verdict = presented(mistake.remedied)

    assert verdict.allowed, verdict.refusal


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_its_text_alone_has_the_cause_among_others(mistake: Mistake) -> None:
    diagnosis = diagnose(f"Error: Could not assume role with OIDC: {mistake.says}")

    assert diagnosis is not None
    assert all(cause.cause and cause.how_to_tell and cause.remedy for cause in diagnosis.causes)


def presented(mistake: Mistake) -> Verdict:
    """The verdict on a mistake."""
    return present(
        mistake.token, mistake.trust, jwk_set=mistake.jwk_set, providers=mistake.providers, request=mistake.request
    )
