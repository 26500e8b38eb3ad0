"""A topic's subscribers over HTTP: told once they have confirmed, and not before."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers
from tests.local.seam.trail import soon


@pytest.fixture
def subscriber() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a subscriber on loopback, and what it was sent."""
    sent: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/alarms", sent
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_subscriber_over_http_is_told_after_it_confirmed(
    emulator: Emulator, subscriber: tuple[str, list[dict[str, Any]]]
) -> None:
    sns, (address, sent) = emulator.client("sns"), subscriber
    topic = sns.create_topic(Name=f"topic-{next(numbers)}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=address)
    (asked,) = soon(lambda: list(sent))
    assert asked["Type"] == "SubscriptionConfirmation"

    sns.publish(TopicArn=topic, Message="before")
    sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
    sns.publish(TopicArn=topic, Message="after", Subject="s")

    told = soon(lambda: [each for each in sent if each["Type"] == "Notification"])
    assert [(each["Message"], each["Subject"], each["TopicArn"]) for each in told] == [("after", "s", topic)]
