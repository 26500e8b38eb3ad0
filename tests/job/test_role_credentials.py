"""Credentials for a job: the token first, pinned where the issuer will, then the session."""

import pytest

from jobpass.errors import JobpassError, RefusedError
from jobpass.job.request_source import find
from jobpass.job.role_credentials import RoleCredentials
from jobpass.job.sts import ArgumentError
from tests.job.drawing import (
    JOB_ID,
    REQUEST_SECRET,
    REQUEST_TOKEN,
    ROLE,
    SECRET,
    Said,
    Stand,
    hasty,
    issuers_refusal,
    refusal,
)

NOT_REGISTERED = issuers_refusal("invalid_target", "role_arn: is not a role of this registration")
NOT_AUTHORIZED = refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403)


def role(
    stand: Stand,
    environ: dict[str, str] | None = None,
    audience: str | None = None,
    session_name: str | None = None,
) -> RoleCredentials:
    """What draws the role's credentials, without waiting between attempts."""
    found = stand.environ(**(environ or {}))
    return RoleCredentials(
        find(found), ROLE, audience=audience, session_name=session_name, environ=found, patience=hasty()
    )


def test_the_token_is_pinned_to_the_role_and_new_for_each_draw(stand: Stand) -> None:
    drawing = role(stand)
    assert drawing.draw().secret_access_key == SECRET
    drawing.draw()
    asked = {"api-version": "1", "audience": "sts.amazonaws.com", "role_arn": ROLE}
    assert stand.tokens_asked == [asked, asked]
    first, second = (each["WebIdentityToken"] for each in stand.sessions_asked)
    assert first != second


def test_an_audience_of_ones_own_is_asked_for(stand: Stand) -> None:
    role(stand, audience="https://acme.example").draw()
    assert stand.tokens_asked[0]["audience"] == "https://acme.example"


@pytest.mark.parametrize(
    ("environ", "asked", "name"),
    [
        ({}, None, f"jobpass-{JOB_ID}"),
        ({"AWS_ROLE_SESSION_NAME": "nightly"}, None, "nightly"),
        ({"AWS_ROLE_SESSION_NAME": "nightly"}, "run-7", "run-7"),
    ],
)
def test_the_session_is_named_for_the_job(stand: Stand, environ: dict[str, str], asked: str | None, name: str) -> None:
    role(stand, environ, session_name=asked).draw()
    assert stand.sessions_asked[0]["RoleSessionName"] == name


def test_no_part_of_another_issuers_request_token_names_the_session(stand: Stand) -> None:
    for token in ("opaque-and-secret", f"{JOB_ID}{REQUEST_SECRET}", f"x{JOB_ID}.y", "eyJhbGciOiJ9.e30.c2ln"):
        found = stand.environ(JOBPASS_REQUEST_TOKEN=token)
        assert RoleCredentials(find(found), ROLE, environ=found).session_name == "jobpass"


def test_a_role_that_is_not_the_registrations_is_asked_for_without_a_pin_from_then_on(stand: Stand) -> None:
    stand.from_issuer.append(NOT_REGISTERED)
    drawing = role(stand)
    drawing.draw()
    drawing.draw()
    assert ["role_arn" in asked for asked in stand.tokens_asked] == [True, False, False]


def test_the_remedy_for_a_role_that_wanted_a_pin_names_the_registration(stand: Stand) -> None:
    stand.from_issuer.append(NOT_REGISTERED)
    stand.from_sts.append(NOT_AUTHORIZED)
    with pytest.raises(RefusedError) as refused:
        role(stand).draw()
    assert refused.value.code == "AccessDenied"
    assert "role_arn: is not a role of this registration" in refused.value.remedy
    assert "`pin: required`" in refused.value.remedy
    assert f"jobpass explain {ROLE}" in refused.value.remedy


def test_other_refusals_keep_their_remedies(stand: Stand) -> None:
    stand.from_sts.append(NOT_AUTHORIZED)
    with pytest.raises(RefusedError) as refused:
        role(stand).draw()
    assert "pin: required" not in refused.value.remedy
    stand.from_issuer.append(NOT_REGISTERED)
    stand.from_sts.append(refusal("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration"))
    with pytest.raises(RefusedError) as refused:
        role(stand).draw()
    assert "pin: required" not in refused.value.remedy


def test_an_audience_that_is_not_the_registrations_is_what_is_said(stand: Stand) -> None:
    other = issuers_refusal("invalid_target", "audience: is not an audience of this registration")
    stand.from_issuer.extend([NOT_REGISTERED, other])
    drawing = role(stand)
    with pytest.raises(RefusedError, match="audience: is not an audience"):
        drawing.draw()
    assert stand.sessions_asked == []
    # And the pin is tried again: nothing is known of it yet.
    drawing.draw()
    assert "role_arn" in stand.tokens_asked[-1]


def test_an_ended_job_is_refused_before_sts_is_asked(stand: Stand) -> None:
    stand.from_issuer.append(issuers_refusal("invalid_token", "the job has ended", 401))
    with pytest.raises(RefusedError, match="the job has ended") as refused:
        role(stand).draw()
    assert refused.value.code == "invalid_token"
    assert (len(stand.tokens_asked), stand.sessions_asked) == (1, [])


def test_what_passes_is_waited_for_on_both_ways(stand: Stand) -> None:
    stand.from_issuer.extend([Said(503, b"{}", {"Retry-After": "1"})] * 2)
    stand.from_sts.extend([Said(503, b""), refusal("IDPCommunicationError", "x")])
    assert role(stand).draw().secret_access_key == SECRET
    assert (len(stand.tokens_asked), len(stand.sessions_asked)) == (3, 3)


def test_what_sts_would_not_take_is_said_before_anything_is_sent(stand: Stand) -> None:
    found = stand.environ()
    with pytest.raises(ArgumentError):
        RoleCredentials(find(found), "web-deploy", environ=found)
    with pytest.raises(ArgumentError, match="no name of a session"):
        role(stand, {"AWS_ROLE_SESSION_NAME": "a b"})
    assert stand.tokens_asked == []


def test_nothing_shows_the_request_token(stand: Stand) -> None:
    assert REQUEST_SECRET not in repr(role(stand))
    stand.from_issuer.append(issuers_refusal("invalid_token", f"{REQUEST_TOKEN} has ended", 401))
    with pytest.raises(JobpassError) as refused:
        role(stand).draw()
    assert REQUEST_SECRET not in f"{refused.value} {refused.value!r} {refused.value.remedy}"


def test_a_source_that_cannot_pin_is_not_asked_to(stand: Stand) -> None:
    found = {
        "BASE_INTERNAL_URL": stand.url,
        "WM_TOKEN": REQUEST_TOKEN,
        "WM_WORKSPACE": "acme",
        "AWS_ENDPOINT_URL_STS": stand.url,
    }
    RoleCredentials(find(found), ROLE, environ=found, patience=hasty()).draw()
    assert stand.tokens_asked == [{"audience": "sts.amazonaws.com"}]
