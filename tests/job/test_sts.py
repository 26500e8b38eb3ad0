"""A session of a role: what is asked of STS, and what becomes of each of its answers."""

import time

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.errors import JobpassError, RefusedError, UnavailableError
from jobpass.explain import sts_errors
from jobpass.job import sts
from jobpass.job.credentials import Credentials
from jobpass.job.sts_answer import credentials_of, refusal_of
from jobpass.job.sts_remedies import PASSING_CODES, remedy
from tests.job.drawing import (
    KEY_ID,
    ROLE,
    SECRET,
    SESSION,
    Said,
    Stand,
    hasty,
    id_token,
    moment,
    refusal,
    session,
)

TOKEN = id_token()
NOW = 1_800_000_000.0
LATER = "2027-01-15T09:00:00Z"


def assume(stand: Stand, duration_seconds: int = 3600) -> Credentials:
    return sts.assume(
        TOKEN,
        ROLE,
        session_name="job-7",
        duration_seconds=duration_seconds,
        environ=stand.environ(),
        patience=hasty(),
    )


def refused(stand: Stand, *said: Said) -> JobpassError:
    """The error for these answers, which must show no token."""
    stand.from_sts.extend(said)
    with pytest.raises(JobpassError) as raised:
        assume(stand)
    assert raised.value.remedy
    for text in (str(raised.value), repr(raised.value), raised.value.message, raised.value.remedy):
        assert TOKEN not in text
        assert TOKEN.split(".")[1] not in text
    return raised.value


def test_a_session_is_asked_for_and_given(stand: Stand) -> None:
    stand.from_sts.append(session(expiration=moment(1000)))
    drawn = assume(stand, 1800)
    assert (drawn.access_key_id, drawn.secret_access_key, drawn.session_token) == (KEY_ID, SECRET, SESSION)
    assert 990 < drawn.expires_at - time.time() <= 1000
    assert stand.sessions_asked == [
        {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": ROLE,
            "RoleSessionName": "job-7",
            "DurationSeconds": "1800",
            "WebIdentityToken": TOKEN,
        }
    ]


def test_credentials_show_their_secrets_to_nobody_by_accident() -> None:
    drawn = Credentials(KEY_ID, SECRET, SESSION, 1_800_000_000)
    for shown in (repr(drawn), str(drawn), f"{drawn}", f"{[drawn]}"):
        assert SECRET not in shown
        assert SESSION not in shown
        assert KEY_ID in shown
    assert drawn.expiration == "2027-01-15T08:00:00Z"
    assert drawn.variables() == {
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": SESSION,
        "AWS_CREDENTIAL_EXPIRATION": "2027-01-15T08:00:00Z",
    }


TEXTS = [
    (sts_errors.ACCESS_DENIED, sts_errors.NOT_AUTHORIZED, f"jobpass explain {ROLE}"),
    (sts_errors.ACCESS_DENIED, sts_errors.UNRECOGNIZED_PROVIDER, "AWS_ENDPOINT_URL"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NOT_VALIDATED, "--audience"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NO_KEY, "jobpass doctor"),
    (sts_errors.INVALID_IDENTITY_TOKEN, "Incorrect token audience", "--audience"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NO_PROVIDER.format(issuer="https://i.example"), "OIDC provider"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.ROLE_NOT_LISTED, "`roles`"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NO_VALID_ROLES, "`roles`"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.ISSUED_IN_FUTURE.format(iat=1), "clock"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NOT_YET_VALID.format(clock=1, nbf=2), "clock"),
    (sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.MISSING_CLAIM.format(claim="aud"), "jobpass explain --error 'Miss"),
    (sts_errors.EXPIRED_TOKEN, sts_errors.EXPIRED.format(clock=2, exp=1), "new token"),
    (sts_errors.PACKED_POLICY_TOO_LARGE, "Packed size of session tags consumes 120% of", "aws_claims"),
    (sts_errors.VALIDATION_ERROR, sts_errors.OVER_MAXIMUM_DURATION, "--duration"),
    (sts_errors.VALIDATION_ERROR, sts_errors.CONSTRAINT.format(member="x", constraint="y"), "correct the value"),
    ("IDPRejectedClaim", sts_errors.FACEBOOK_REJECTED, "AWS_ENDPOINT_URL"),
    ("MalformedPolicyDocument", "x", "AWS_ENDPOINT_URL"),
    ("RegionDisabledException", "STS is not activated in this region", "AWS_REGION"),
    ("SomethingNew", "", "jobpass explain --error 'SomethingNew'"),
]


@pytest.mark.parametrize(("code", "text", "advice"), TEXTS)
def test_each_refusal_has_its_code_its_text_and_a_remedy(stand: Stand, code: str, text: str, advice: str) -> None:
    error = refused(stand, refusal(code, text, 403))
    assert isinstance(error, RefusedError)
    assert (error.code, error.exit_status) == (code, 1)
    assert " ".join(text.split()) in error.message
    assert ROLE in error.message
    assert advice in error.remedy
    assert len(stand.sessions_asked) == 1


def test_the_remedy_of_one_text_is_not_that_of_all() -> None:
    assert len({advice for _, _, advice in TEXTS}) > 10


def test_every_error_that_the_api_documents_has_a_remedy_of_its_own() -> None:
    model = botocore.session.Session().get_service_model("sts")
    documented = {
        shape.metadata.get("error", {}).get("code", shape.name)
        for shape in model.operation_model("AssumeRoleWithWebIdentity").error_shapes
    }
    texts = {code: text for code, text, _ in TEXTS}
    assert documented - {"IDPCommunicationError"} <= set(texts)
    found = {code: remedy(code, texts.get(code, ""), ROLE) for code in documented}
    assert [code for code, said in found.items() if not said or said == remedy("SomethingNew", "", ROLE)] == []


@pytest.mark.parametrize(
    "said",
    [
        *(refusal(code, "Rate exceeded") for code in sorted(PASSING_CODES)),
        *(Said(status, b"<html>") for status in (502, 503, 504)),
    ],
)
def test_what_may_pass_is_asked_again(stand: Stand, said: Said) -> None:
    stand.from_sts.extend([said, said])
    assert assume(stand).secret_access_key == SECRET
    assert len(stand.sessions_asked) == 3


def test_what_does_not_pass_is_said_after_five_attempts(stand: Stand) -> None:
    error = refused(stand, *[refusal("IDPCommunicationError", "Could not reach")] * 5)
    assert isinstance(error, UnavailableError)
    assert (error.code, len(stand.sessions_asked)) == ("IDPCommunicationError", 5)
    assert "jobpass doctor" in error.remedy
    stand.sessions_asked.clear()
    error = refused(stand, *[refusal("Throttling", "Rate exceeded")] * 5)
    assert "jobpass exec" in error.remedy
    assert len(stand.sessions_asked) == 5


@pytest.mark.parametrize("status", [400, 403, 500])
def test_an_internal_failure_is_not_asked_again(stand: Stand, status: int) -> None:
    error = refused(stand, refusal(sts_errors.INTERNAL_FAILURE, sts_errors.UNKNOWN_FAILURE, status))
    assert (error.code, len(stand.sessions_asked)) == ("InternalFailure", 1)
    assert isinstance(error, UnavailableError if status == 500 else RefusedError)
    assert "jobpass explain" in error.remedy


@pytest.mark.parametrize(
    "said",
    [
        Said(200, b""),
        Said(200, b"{}"),
        Said(200, b"<html><body>Please sign in</body></html>"),
        Said(302, b"", {"Location": "https://portal.example/"}),
        Said(403, b"<html>Forbidden</html>"),
        Said(400, b'<!DOCTYPE x [<!ENTITY a "b">]>' + refusal("AccessDenied", "").body),
        Said(400, b"<a>" * 100_000),
        Said(200, b"\xff\xfe<\x00"),
    ],
    ids=str,
)
def test_an_answer_that_is_not_stss_is_said_to_be_none(stand: Stand, said: Said) -> None:
    error = refused(stand, said)
    assert (type(error), error.code) == (UnavailableError, "sts_answer")
    assert "AWS_ENDPOINT_URL" in error.remedy
    assert len(stand.sessions_asked) == 1


def test_a_document_that_is_deeper_than_any_of_stss_is_none_of_them() -> None:
    inside = refusal("AccessDenied", "x").body.replace(b"<RequestId>r</RequestId>", b"%s%s")
    assert refusal_of(inside % (b"<a>" * 15, b"</a>" * 15)) is not None
    assert refusal_of(inside % (b"<a>" * 16, b"</a>" * 16)) is None


@pytest.mark.parametrize(
    "strange", [b"<%s/>" % (b"n" * 65), b"<a/>" * 200, b"".join(b"<a%d>" % number for number in range(200))]
)
def test_nor_is_one_whose_paths_would_fill_the_memory(strange: bytes) -> None:
    error = refusal("AccessDenied", "x").body.replace(b"<RequestId>r</RequestId>", b"")
    assert refusal_of(error) is not None
    assert refusal_of(error.replace(b"<Error>", strange + b"<Error>", 1)) is None


def test_a_server_that_fails_otherwise_is_unavailable(stand: Stand) -> None:
    error = refused(stand, Said(500, b"oops"))
    assert (type(error), error.code) == (UnavailableError, "sts_unavailable")


@pytest.mark.parametrize("value", ["", "a b", "a'b", 'a"b', "a$(id)", "a`id`", "a\nB=c", "a;b", "a\\b", "\u00e9", "a%"])
@pytest.mark.parametrize("member", ["key_id", "secret", "token"])
def test_credentials_with_characters_that_credentials_have_not_are_refused(member: str, value: str) -> None:
    good = {"key_id": KEY_ID, "secret": SECRET, "token": SESSION}
    body = session(**{**good, member: value + good[member] if value else ""}, expiration=LATER).body
    with pytest.raises(UnavailableError) as raised:
        credentials_of(body, NOW, "sts.example")
    assert raised.value.code == "sts_answer"
    for secret in (SECRET, SESSION):
        assert secret not in raised.value.message
    assert credentials_of(session(**good, expiration=LATER).body, NOW, "sts.example").access_key_id == KEY_ID


@pytest.mark.parametrize(
    "expiration", ["", "soon", "2027-01-15 09:00:00", "2027-13-15T09:00:00Z", "2027-01-15T09:00:00+05:00"]
)
def test_an_end_that_is_no_moment_is_refused(expiration: str) -> None:
    with pytest.raises(UnavailableError, match="Expiration"):
        credentials_of(session(expiration=expiration).body, NOW, "sts.example")


def test_credentials_that_have_ended_are_refused_with_a_word_on_the_clock() -> None:
    body = session(expiration="2027-01-15T08:00:00Z").body
    assert credentials_of(body, NOW - 1, "sts.example").expires_at == NOW
    with pytest.raises(UnavailableError) as raised:
        credentials_of(body, NOW, "sts.example")
    assert "clock" in raised.value.remedy


def test_a_fraction_of_a_second_is_no_obstacle() -> None:
    assert credentials_of(session(expiration="2027-01-15T08:00:01.999Z").body, NOW, "x").expires_at == NOW + 1


def test_what_sts_quotes_is_shown_without_tokens_and_control_characters(stand: Stand) -> None:
    other = id_token(2)
    error = refused(stand, refusal("ValidationError", f"Value '{TOKEN}' and '{other}'\x85\u202e at\n 'x'"))
    assert "(a token, which is not shown)' and '(a token" in error.message
    assert other.split(".")[1] not in error.message
    assert error.message.isprintable()


@given(st.binary(max_size=200))
def test_no_answer_ends_in_another_error(body: bytes) -> None:
    assert refusal_of(body) is None
    with pytest.raises(UnavailableError):
        credentials_of(body, NOW, "sts.example")


@pytest.mark.parametrize(
    ("role_arn", "session_name", "duration_seconds"),
    [
        ("web-deploy", "job-7", 3600),
        ("arn:aws:iam::111122223333:user/x", "job-7", 3600),
        (f"{ROLE}\n", "job-7", 3600),
        (f"{ROLE}*", "job-7", 3600),
        (ROLE, "x", 3600),
        (ROLE, "a b", 3600),
        (ROLE, "x" * 65, 3600),
        (ROLE, "job-7", 899),
        (ROLE, "job-7", 43201),
    ],
)
def test_what_sts_does_not_take_is_not_sent(
    stand: Stand, role_arn: str, session_name: str, duration_seconds: int
) -> None:
    with pytest.raises(sts.ArgumentError) as raised:
        sts.assume(
            TOKEN,
            role_arn,
            session_name=session_name,
            duration_seconds=duration_seconds,
            environ=stand.environ(),
        )
    assert (raised.value.code, raised.value.exit_status) == ("usage", 2)
    assert raised.value.remedy
    assert stand.sessions_asked == []


@pytest.mark.parametrize("url", ["http://sts.example", "ftp://127.0.0.1", "sts.example"])
def test_a_token_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(JobpassError) as raised:
        sts.assume(TOKEN, ROLE, session_name="job-7", environ={"AWS_ENDPOINT_URL": url})
    assert "AWS_ENDPOINT_URL" in raised.value.message
    assert raised.value.code in ("url_not_secure", "url_malformed")


def test_a_certificate_authority_of_ones_own_must_be_there(tmp_path: object) -> None:
    environ = {"AWS_ENDPOINT_URL": "https://127.0.0.1:9", "AWS_CA_BUNDLE": f"{tmp_path}/none.pem"}
    with pytest.raises(UnavailableError, match=r"none\.pem"):
        sts.assume(TOKEN, ROLE, session_name="job-7", environ=environ, patience=hasty())
