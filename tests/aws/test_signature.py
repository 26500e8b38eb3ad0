"""Signatures are those of botocore's signer, for any request that is sent."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.aws.process_credentials import Credentials
from jobpass_issuer.aws.signature import Clock, signed

_AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
_WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
# Beyond what HTTP can carry, and with spaces of all kinds within.
_VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
_HEADERS = st.fixed_dictionaries(
    {"Content-Type": _VALUES}, optional={"X-Amz-Target": _VALUES, "User-Agent": _VALUES, "X-Amz-Meta-Said": _VALUES}
)
_HOSTS = st.from_regex(r"[a-z]{1,9}\.[a-z0-9-]{1,20}\.example(:8[0-9]{3})?", fullmatch=True)
_TIMES = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(
    headers=_HEADERS,
    body=st.binary(max_size=200),
    host=_HOSTS,
    credentials=st.builds(Credentials, _WORDS, _VALUES, st.none() | _VALUES),
    service=st.sampled_from(["kms", "dynamodb", "sts"]),
    region=st.from_regex(r"[a-z]{2}-[a-z]{4,9}-[1-9]", fullmatch=True),
    at=_TIMES,
)
def test_what_is_signed_is_what_botocore_signs(
    headers: dict[str, str], body: bytes, host: str, credentials: Credentials, service: str, region: str, at: datetime
) -> None:
    request = AWSRequest("POST", f"https://{host}/", headers, body)
    with patch.object(auth, "get_current_datetime", lambda: at):
        auth.SigV4Auth(BotocoreCredentials(*credentials), service, region).add_auth(request)

    # The signature is made of the whole canonical request: where it is the same, so is that.
    assert signed(headers, body, host, credentials, service, region, at) == dict(request.headers.items())


def test_credentials_of_another_day_or_service_have_another_signature() -> None:
    def proof(secret: str = "s", service: str = "kms", region: str = "eu-west-1", at: datetime = _AT) -> str:
        return signed({}, b"", "host", Credentials("a", secret, None), service, region, at)["Authorization"][-64:]

    others = [proof("t"), proof(service="sts"), proof(region="eu-west-2"), proof(at=_AT + timedelta(days=1))]

    assert len({proof(), *others}) == 5
    assert proof() == proof()


@pytest.mark.parametrize(
    "date",
    [
        None,
        "",
        "soon",
        "Mon, 23 Nov 2026 11:00:00",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "Mon, 23 Nov 2026 11:00:00 +9999999",
    ],
)
def test_a_clock_does_not_go_by_what_is_no_time(date: str | None) -> None:
    clock = Clock()

    assert not clock.corrected(date)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("hours", [-30, 1])
def test_a_clock_goes_by_an_answer_that_is_far_off(hours: int) -> None:
    clock = Clock()
    there = datetime.now(UTC) + timedelta(hours=hours)

    assert clock.corrected(there.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert abs(clock.now() - there) < timedelta(minutes=1)
    # It goes by that from here on, and by no other time that is near it.
    assert not clock.corrected((there + timedelta(minutes=2)).strftime("%a, %d %b %Y %H:%M:%S GMT"))
