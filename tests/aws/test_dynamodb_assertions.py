"""Spending assertions with the real client at the wire: once and no more, also where answers are lost on the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from jobpass_issuer.aws import client as clients
from jobpass_issuer.aws.dynamodb_assertions import SpentAssertions
from jobpass_issuer.aws.failure import DependencyError
from tests.aws import wire_server
from tests.aws.wire import Aws, Trouble

TABLE = "jobpass-table"
JTI, OTHER_JTI = "a" * 64, "b" * 64
EXPIRES_AT = 1_800_000_060
PUT = "dynamodb:PutItem"
# As the functions have it, with less patience for each answer.
_CONFIG = clients._CONFIG.merge(Config(read_timeout=0.4))
ATTEMPTS = 3


class Cloud:
    """The stand-in, and what is spent in its table."""

    def __init__(self, aws: Aws, dynamodb: Any) -> None:
        self.aws = aws
        self.spent = SpentAssertions(dynamodb, TABLE)

    def lose(self, answers: int) -> None:
        """Lose the next so many answers."""
        self.aws.fail(PUT, Trouble.LOST, answers)

    def spend(self, platform: str = "buildhost", jti_sha256: str = JTI) -> bool:
        """Use an assertion."""
        return self.spent.spend(platform, jti_sha256, EXPIRES_AT)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """A stand-in of its own for each test."""
    for name in ("AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with wire_server.running() as server:
        session = Session()
        session.set_credentials("test", "test")
        yield Cloud(server.aws, session.create_client("dynamodb", "us-east-1", endpoint_url=server.url, config=_CONFIG))


def test_an_assertion_is_spent_once(cloud: Cloud) -> None:
    assert cloud.spend()
    assert not cloud.spend()
    assert not cloud.spend()


def test_other_assertions_and_other_platforms_are_others(cloud: Cloud) -> None:
    assert cloud.spend()
    assert cloud.spend(jti_sha256=OTHER_JTI)
    assert cloud.spend(platform="farm")
    assert set(cloud.aws.dynamodb.items(TABLE)) == {
        f"assertion#buildhost#{JTI}",
        f"assertion#buildhost#{OTHER_JTI}",
        f"assertion#farm#{JTI}",
    }


def test_each_use_is_one_write_of_its_own(cloud: Cloud) -> None:
    cloud.spend()
    cloud.spend()

    assert cloud.aws.operations() == [PUT, PUT]
    first, second = (call.body["Item"]["nonce"]["S"] for call in cloud.aws.calls)
    assert len(first) == len(second) == 32
    assert first != second
    (item,) = cloud.aws.dynamodb.items(TABLE).values()
    assert item["nonce"] == {"S": first}


@pytest.mark.parametrize("lost", range(1, ATTEMPTS))
def test_an_answer_that_was_lost_is_no_replay(cloud: Cloud, lost: int) -> None:
    cloud.lose(lost)

    assert cloud.spend()
    assert len(cloud.aws.calls) == lost + 1
    assert not cloud.spend()


def test_a_replay_whose_answers_are_lost_is_still_one(cloud: Cloud) -> None:
    assert cloud.spend()
    cloud.lose(ATTEMPTS - 1)

    assert not cloud.spend()


def test_where_every_answer_is_lost_nobody_is_let_through_and_the_assertion_is_spent(cloud: Cloud) -> None:
    cloud.lose(ATTEMPTS)

    with pytest.raises(DependencyError):
        cloud.spend()
    assert len(cloud.aws.calls) == ATTEMPTS
    assert not cloud.spend()


@pytest.mark.parametrize(
    "trouble", [Trouble.THROTTLED, Trouble.UNAVAILABLE, Trouble.FAULT, Trouble.SLOW, Trouble.DROPPED]
)
def test_trouble_that_passes_is_waited_out(cloud: Cloud, trouble: Trouble) -> None:
    cloud.aws.fail(PUT, trouble)

    assert cloud.spend()
    assert len(cloud.aws.calls) == 2
    assert not cloud.spend()


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble.THROTTLED, "ProvisionedThroughputExceededException"),
        (Trouble.UNAVAILABLE, "ServiceUnavailable"),
        (Trouble.FAULT, "InternalServerError"),
        (Trouble.DENIED, "AccessDeniedException"),
        (Trouble.SLOW, "ReadTimeoutError"),
        (Trouble.DROPPED, "ConnectionClosedError"),
    ],
)
def test_trouble_that_stays_lets_nobody_through_and_spends_nothing(cloud: Cloud, trouble: Trouble, reason: str) -> None:
    cloud.aws.fail(PUT, trouble, ATTEMPTS)

    with pytest.raises(DependencyError) as error:
        cloud.spend()
    assert (error.value.operation, error.value.reason) == (PUT, reason)
    assert "secret-name" not in str(error.value) + error.value.description
    cloud.aws.fail(PUT, trouble, 0)
    assert cloud.spend()


@pytest.mark.parametrize("trouble", [Trouble.MALFORMED, Trouble.CUT_SHORT])
def test_an_answer_that_cannot_be_read_lets_nobody_through(cloud: Cloud, trouble: Trouble) -> None:
    cloud.aws.fail(PUT, trouble, ATTEMPTS)

    with pytest.raises(DependencyError):
        cloud.spend()
