"""The relay hands on what it is given and nothing else, and is gone with its test."""

import json
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job
from tests.e2e.asking import unverified
from tests.e2e.relay import Relay, relaying


def fetch(url: str, token: str = "", method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Ask without a proxy, as a client that knows of none does."""
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}, method=method)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=30) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, dict(refused.headers.items()), refused.read()


def test_a_job_gets_its_token_through_the_relay(clients: Deployment, relay: Relay) -> None:
    job = clients.platform().register(Job(MAIN_BRANCH, audiences=["vault.example.com"]))
    status, headers, body = fetch(f"{relay.instead(job.request_url)}&audience=vault.example.com", job.request_token)
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert unverified(json.loads(body)["value"])[1]["aud"] == "vault.example.com"


def test_a_refusal_comes_through_with_its_status_and_headers(clients: Deployment, relay: Relay) -> None:
    status, headers, body = fetch(f"{relay.url}/v1/token?audience=vault.example.com", "nobody.nothing")
    assert (status, headers["WWW-Authenticate"].split()[0]) == (401, "Bearer")
    assert json.loads(body)["error"] == "invalid_token"


def test_a_path_with_escapes_and_doubled_slashes_is_left_as_it_is(relay: Relay) -> None:
    fetch(f"{relay.url}//v1//x%2F%20y?a=%31&a=2", method="POST")
    assert [(each.method, each.target) for each in relay.asked] == [("POST", "//v1//x%2F%20y?a=%31&a=2")]


def test_it_is_on_loopback_alone_and_gone_with_its_block(clients: Deployment) -> None:
    with relaying(clients.web, clients.output("ApiUrl")) as relay:
        address = (str(urlsplit(relay.url).hostname), relay.port)
        with socket.create_connection(address, 5) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)
