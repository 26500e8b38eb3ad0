"""A stand-in of Google's Security Token Service: it proves the ID token as Google does, and answers an access token."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt as pyjwt

from local.deployment import Deployment
from tests.e2e.relying_parties import PyJwt

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:jwt"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
MAX_SUBJECT_BYTES = 127


@dataclass(frozen=True)
class GoogleSts:
    """A workload identity provider that trusts one issuer; `subjects` are those that it gave access tokens to."""

    provider: str
    issuer: Deployment = field(repr=False)
    subjects: list[str] = field(default_factory=list)

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Answer a request of RFC 8693, section 2.1."""
        if (form.get("grant_type"), form.get("subject_token_type")) != (TOKEN_EXCHANGE, ID_TOKEN):
            return 400, {"error": "invalid_request"}
        if form.get("audience") != self.provider:
            return 400, {"error": "invalid_target"}
        try:
            # Unless a provider says otherwise, it takes its own name, with the scheme before it.
            subject = str(PyJwt(self.issuer, f"https:{self.provider}").claims(form["subject_token"])["sub"])
        except pyjwt.PyJWTError as refusal:
            return 400, {"error": "invalid_grant", "error_description": str(refusal)}
        if len(subject.encode()) > MAX_SUBJECT_BYTES:
            return 400, {"error": "invalid_grant", "error_description": "the mapped subject is too long"}
        self.subjects.append(subject)
        return 200, {
            "access_token": f"google-{len(self.subjects)}",
            "issued_token_type": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": 3600,
        }


@contextmanager
def serving(sts: GoogleSts) -> Iterator[str]:
    """Its token URL, on a free port of 127.0.0.1, for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, document = sts.exchange({name: values[0] for name, values in parse_qs(text).items()})
            body = json.dumps(document).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gives
            """Nothing: requests carry secrets."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/token"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
