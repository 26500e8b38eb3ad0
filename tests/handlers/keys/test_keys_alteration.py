"""What somebody else has written into the bucket or the table: told by the next run, and put right by it."""

import json
from collections.abc import Callable

import pytest

from tests.aws.wire_error import AwsError
from tests.handlers.keys.deployed import COPY, DAY, DISCOVERY, HOUR, JWKS, Deployed

METRIC = "AlteredByOthers"


def _measured(aws: Deployed) -> list[int]:
    return [value for each in aws.metric(METRIC) for value in each[METRIC]]


def _with_a_key_of_ones_own(aws: Deployed) -> None:
    jwks = json.loads(aws.cloud.s3.objects[JWKS])
    jwks["keys"].append({**jwks["keys"][0], "kid": "mine", "n": "x" * 342})
    aws.cloud.s3.put(JWKS, json.dumps(jwks).encode(), {})


def _with_a_known_name(aws: Deployed) -> None:
    jwks = json.loads(aws.cloud.s3.objects[JWKS])
    jwks["keys"][1]["n"] = "x" * 342
    aws.cloud.s3.put(JWKS, json.dumps(jwks).encode(), {})


def _led_elsewhere(aws: Deployed) -> None:
    said = json.loads(aws.cloud.s3.objects[DISCOVERY])
    aws.cloud.s3.put(DISCOVERY, json.dumps({**said, "jwks_uri": "https://attacker.example.com"}).encode(), {})


@pytest.mark.parametrize(
    ("alter", "place"), [(_with_a_key_of_ones_own, JWKS), (_with_a_known_name, JWKS), (_led_elsewhere, DISCOVERY)]
)
def test_a_document_that_somebody_changed_is_told_and_put_right(
    founded: Deployed, alter: Callable[[Deployed], None], place: str
) -> None:
    before = dict(founded.cloud.s3.objects)
    alter(founded)
    founded.cloud.s3.edge.clear()
    founded.run()

    assert _measured(founded) == [1]
    (line,) = [each for each in founded.log() if each["message"] == "altered by somebody else"]
    assert (line["level"], line["altered"]) == ("ERROR", [place])
    assert {key: founded.cloud.s3.objects[key] for key in (JWKS, DISCOVERY)} == {
        key: before[key] for key in (JWKS, DISCOVERY)
    }
    founded.run()
    assert _measured(founded) == [1]


def test_a_ring_that_somebody_changed_is_told(founded: Deployed) -> None:
    item = founded.table["ring"]
    document = json.loads(item["document"]["S"])
    document["keys"][1]["state"] = "retired"
    # Anew, not within: other tests begin with the same item.
    founded.table["ring"] = {**item, "document": {"S": json.dumps(document)}}
    founded.run()

    assert _measured(founded) == [1]
    (line,) = [each for each in founded.log() if each["message"] == "altered by somebody else"]
    assert line["altered"] == ["ring"]


def test_nothing_that_the_issuer_does_is_an_alteration(founded: Deployed) -> None:
    founded.run("rotate")
    founded.wait(2 * DAY)
    founded.run()
    founded.run("revoke", kid=founded.active_kid, reason="x")
    founded.wait(40 * DAY)
    founded.run()
    founded.cloud.fail("s3:PutObject", AwsError("InternalError", 500))
    with pytest.raises(RuntimeError, match="s3:PutObject"):
        founded.run("rotate")
    founded.wait(HOUR)
    founded.run()
    founded.cloud.s3.objects.pop(COPY)
    founded.run()

    assert len(founded.metric("PublishedKeys")) >= 6
    assert _measured(founded) == []
