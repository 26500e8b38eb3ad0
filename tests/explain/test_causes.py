"""What an error text alone says: its causes in order, and what can be read from the text itself."""

import pytest

from jobpass.explain import diagnose
from jobpass.explain.error_texts import KNOWN
from tests.explain.account import NOW
from tests.explain.mistakes import NO_KEY, NOT_VALIDATED

EXPIRED = "Token expired: current date/time 1789123337 must be before the expiration date/time 1789123313"


def test_the_date_in_an_expiry_text_is_the_clock_less_300_seconds() -> None:
    diagnosis = diagnose(f"An error occurred (ExpiredTokenException) when calling …: {EXPIRED}")

    assert diagnosis is not None
    assert (diagnosis.code, diagnosis.text) == ("ExpiredTokenException", EXPIRED)
    assert diagnosis.facts == (
        "the date in the text is STS's clock less 300 s: STS's clock was 2026-09-11T10:47:17Z (1789123637)",
        "the token's `exp` is 2026-09-11T10:41:53Z (1789123313): STS saw it 324 s after that",
    )


def test_the_date_in_a_text_of_nbf_is_the_clock_plus_300_seconds() -> None:
    diagnosis = diagnose(
        "Token not yet valid: current date/time 1789124026 "
        "must be after or equal to the not-before date/time 1789127298"
    )

    assert diagnosis is not None
    assert "plus 300 s: STS's clock was 2026-09-11T10:48:46Z (1789123726)" in diagnosis.facts[0]
    assert "`nbf` is 2026-09-11T11:48:18Z (1789127298): STS saw it 3572 s before that" in diagnosis.facts[1]


@pytest.mark.parametrize(
    "log",
    [
        EXPIRED.replace("date/time 1789123313", "date/time1789123313"),  # as STS wrote it until 2021 at least
        EXPIRED.replace("Token expired: ", "Token expired:\n    "),
        EXPIRED.upper(),
    ],
)
def test_how_a_log_breaks_the_text_does_not_count(log: str) -> None:
    diagnosis = diagnose(log)

    assert diagnosis is not None
    assert diagnosis.code == "ExpiredTokenException"
    assert len(diagnosis.facts) == 2


def test_dates_beyond_the_calendar_are_left_alone() -> None:
    diagnosis = diagnose(EXPIRED.replace("1789123337", "999999999999999"))

    assert diagnosis is not None
    assert diagnosis.facts == ()


@pytest.mark.parametrize(
    ("log", "least", "first"),
    [
        ("Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity", 7, "subject"),
        (f"InvalidIdentityToken: {NOT_VALIDATED}", 4, "audience"),
        (f"(InvalidIdentityToken) … {NO_KEY}".replace("'", "\u2019"), 6, "reach"),
    ],
)
def test_the_three_ambiguous_texts_name_their_causes_and_how_to_tell_them_apart(
    log: str, least: int, first: str
) -> None:
    diagnosis = diagnose(log)

    assert diagnosis is not None
    assert not diagnosis.certain
    assert len(diagnosis.causes) >= least
    assert first in diagnosis.causes[0].cause
    assert len({cause.how_to_tell for cause in diagnosis.causes}) == len(diagnosis.causes)


@pytest.mark.parametrize(
    ("log", "code", "word"),
    [
        ("Incorrect token audience", "InvalidIdentityToken", "client IDs"),
        (
            "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
            "InvalidIdentityToken",
            "provider",
        ),
        ("Missing a required claim: aud", "InvalidIdentityToken", "lacks the claim"),
        ("Packed size of session tags consumes 142% of allotted space.", "PackedPolicyTooLarge", "too large"),
        (
            "User: arn:aws:sts::111122223333:assumed-role/a/b is not authorized to perform: sts:TagSession on …",
            "AccessDenied",
            "sts:TagSession",
        ),
        ("Token issued in the future: 1789127298", "InvalidIdentityToken", "ahead"),
        ("Unknown error validating third-party token", "InternalFailure", "`sub` is null"),
    ],
)
def test_other_texts(log: str, code: str, word: str) -> None:
    diagnosis = diagnose(f"##[error] {log}")

    assert diagnosis is not None
    assert diagnosis.code == code
    assert word in diagnosis.causes[0].cause


def test_a_log_with_two_texts_is_read_from_its_beginning() -> None:
    diagnosis = diagnose(f"Missing a required claim: aud\n{EXPIRED}")

    assert diagnosis is not None
    assert diagnosis.text == "Missing a required claim: aud"


def test_what_is_not_known_is_not_explained() -> None:
    assert diagnose("") is None
    assert diagnose("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied") is None


def test_every_cause_says_how_to_tell_it_and_what_to_do() -> None:
    causes = [cause for known in KNOWN for cause in known.causes]

    assert all(cause.cause and cause.how_to_tell and cause.remedy for cause in causes)
    assert all(known.causes for known in KNOWN)


def test_the_document_is_plain() -> None:
    diagnosis = diagnose(f"Token issued in the future: {NOW}")

    assert diagnosis is not None
    document = diagnosis.to_document()
    assert document["certain"] is True
    assert document["causes"] == [
        {
            "cause": "the issuer's clock is ahead by more than five minutes",
            "how_to_tell": "compare the token's `iat` with the moment in which the job fetched it",
            "remedy": "set the issuer's clock right (NTP)",
        }
    ]
