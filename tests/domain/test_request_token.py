"""The request token: what parses as one, what it proves, and where its secret never shows."""

import hashlib

import pytest

from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.request_token import NO_SECRET_SHA256, RequestToken, from_authorization
from tests.domain.examples import JOB_ID, SECRET, TOKEN

TEXT = f"{JOB_ID}.{SECRET}"


def test_a_request_token_is_taken_apart() -> None:
    assert RequestToken.parse(TEXT) == TOKEN
    assert (TOKEN.job_id, TOKEN.secret) == (JOB_ID, SECRET)
    assert str(TOKEN) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        JOB_ID,
        SECRET,
        f"{JOB_ID}.",
        f".{SECRET}",
        f"{JOB_ID}{SECRET}",
        f"{JOB_ID}.{SECRET[:-1]}",
        f"{JOB_ID}.{SECRET}x",
        f"{JOB_ID}.{SECRET}=",
        f"{JOB_ID[:-1]}.{SECRET}",
        f"{JOB_ID}0.{SECRET}",
        f"{JOB_ID.upper()}.{SECRET}",
        f"{TEXT}\n",
        f" {TEXT}",
        f"{TEXT},{TEXT}",
        f"{JOB_ID}..{SECRET[1:]}",
        f"{JOB_ID}.{SECRET[:-1]}+",
        f"{JOB_ID}.{SECRET[:-1]}\u0430",
        f"{JOB_ID[:-1]}\u0660.{SECRET}",
        f"{JOB_ID}.{SECRET[:-1]}\x00",
        TEXT * 1000,
    ],
)
def test_what_does_not_have_the_form_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(InvalidTokenError) as refused:
        RequestToken.parse(text)

    assert "malformed" in str(refused.value)
    assert SECRET[:20] not in str(refused.value) + repr(refused.value)


@pytest.mark.parametrize("header", [f"Bearer {TEXT}", f"bearer {TEXT}", f"BEARER {TEXT}", f"Bearer  {TEXT} "])
def test_the_schemes_case_and_blanks_do_not_matter(header: str) -> None:
    assert from_authorization(header) == TOKEN


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "Bearer",
        "Bearer ",
        TEXT,
        f"Basic {TEXT}",
        f"Bearer\t{TEXT}",
        f"Bearer:{TEXT}",
        f" Bearer {TEXT}",
        f"Bearer Bearer {TEXT}",
        f"Bearer {TEXT}, Bearer {TEXT}",
        f"Bearer {TEXT},{TEXT}",
        f"Bearer {TEXT}\t",
        f'Bearer "{TEXT}"',
        f"token {TEXT}",
        f"B\u0435arer {TEXT}",
    ],
)
def test_any_other_authorization_is_refused_without_the_secret(header: str | None) -> None:
    with pytest.raises(InvalidTokenError) as refused:
        from_authorization(header)

    assert SECRET not in refused.value.description + repr(refused.value)


@pytest.mark.parametrize("header", [TEXT, f"Bearer {TEXT}", f"bearer  {TEXT}"])
def test_the_bare_token_is_taken_where_a_route_says_so(header: str) -> None:
    assert from_authorization(header, bare=True) == TOKEN


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "Bearer",
        "Bearer ",
        f" {TEXT}",
        f"{TEXT} ",
        f"{TEXT}\t",
        f"{TEXT},{TEXT}",
        f"Basic {TEXT}",
        JOB_ID,
    ],
)
def test_what_is_no_bare_token_is_refused_there_too(header: str | None) -> None:
    with pytest.raises(InvalidTokenError) as refused:
        from_authorization(header, bare=True)

    assert SECRET not in refused.value.description + repr(refused.value)


def test_a_token_proves_its_own_secret_alone() -> None:
    other = RequestToken(JOB_ID, SECRET[:-1] + "y")

    assert TOKEN.proves(hashlib.sha256(SECRET.encode()).hexdigest())
    assert not other.proves(TOKEN.secret_sha256)
    assert not TOKEN.proves(TOKEN.secret_sha256.upper())
    assert not TOKEN.proves(TOKEN.secret_sha256[:-1])
    assert not TOKEN.proves("")
    assert not TOKEN.proves(SECRET)
    assert not TOKEN.proves(NO_SECRET_SHA256)


def test_the_representation_shows_the_job_alone() -> None:
    shown = f"{TOKEN!r} {[TOKEN]} { ({'token': TOKEN}) }"

    assert JOB_ID in shown
    assert SECRET not in shown
