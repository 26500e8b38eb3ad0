"""Lambda on loopback, where the keys function always tells of the same ring."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = "jobpass-keys"
_DAY = 86400
_AT = 1_800_000_000


def _moment(days: float) -> str:
    return datetime.fromtimestamp(_AT + days * _DAY, UTC).isoformat()


def _key(letter: str, state: str, since: float, **more: object) -> dict[str, object]:
    return {
        "kid": letter * 43,
        "state": state,
        "algorithm": "ES256" if letter == "d" else "RS256",
        "key_arn": f"arn:aws:kms:eu-central-1:111122223333:key/{letter * 8}-1111-2222-3333-444455556666",
        "usable": True,
        "reason": None,
        "since": {state: _moment(since)},
        "known_everywhere_from": _moment(since + 1),
        "published_until": None,
        "deleted_at": None,
        **more,
    }


RING = {
    "at": _moment(0),
    "active": "b" * 43,
    "rotation_wanted": False,
    "rotation_due_at": _moment(50),
    "keys": [
        _key("a", "prepared", -0.5),
        _key("b", "active", -40),
        _key("c", "retired", -40, published_until=_moment(3)),
        _key("d", "revoked", -5, usable=False, reason="the build host was broken into", deleted_at=_moment(-4)),
    ],
}


@contextmanager
def keys_function() -> Iterator[dict[str, str]]:
    """Serve, and yield the variables that lead AWS's SDK there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIAOPERATOR",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer an invocation."""
        self.rfile.read(int(self.headers["Content-Length"]))
        known = self.path == f"/2015-03-31/functions/{NAME}/invocations"
        body = json.dumps(RING if known else {"Message": f"Function not found: {self.path}"}).encode()
        self.send_response(200 if known else 404)
        if not known:
            self.send_header("x-amzn-ErrorType", "ResourceNotFoundException")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
