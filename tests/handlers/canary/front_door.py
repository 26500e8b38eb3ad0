"""A whole issuer as the canary meets it, over real TLS: STS, the API and the documents, each to be spoiled by name.

What is spoiled is answered otherwise than it should be; and by `aws.fail` each can fail on the wire, as AWS's calls do.
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from jobpass_issuer.domain import canary
from tests.aws import wire_sts
from tests.aws.troubled import Troubled
from tests.aws.wire import Aws
from tests.aws.wire_error import AwsError
from tests.local.seam import signing

ROLE_ARN = "arn:aws:iam::000000000000:role/jobpass-canary-platform"
SESSION_TOKEN = "sEsSiOn-ToKeN"
JOB_ID, SECRET = "0123456789abcdef" * 2, "A" * 43
REQUEST_TOKEN = f"{JOB_ID}.{SECRET}"
_SESSION = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>sEcReT</SecretAccessKey>
<SessionToken>{SESSION_TOKEN}</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>"""
_DENIED = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
)
Reply = tuple[int, Any]
# The one request that goes to AWS itself, as its log and the fault table name it.
SESSION = "sts:AssumeRole"
# What an answer is made into.
Spoil = Callable[[Reply], Reply]


class FrontDoor:
    """What is asked of it, and what is answered, as it should be or spoiled; `algorithm` and `key` sign its tokens."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.aws = Aws()
        self.spoiled: dict[str, Spoil] = {}
        self.claims: dict[str, Any] = {}
        self.algorithm, self.key = "RS256", "own"
        self.asked: list[str] = []
        self.subject = ""
        self.ended = False

    def asked_for(
        self, method: str, path: str, query: dict[str, list[str]], headers: Any, body: bytes
    ) -> tuple[str, Callable[[], Reply]]:
        """Return what one request is for, and the work of it; nothing is done before that."""
        name, work = self._work(method, path, query, headers, body)
        self.asked.append(name)
        spoil = self.spoiled.get(name)
        return name, work if spoil is None else lambda: spoil(work())

    def _work(
        self, method: str, path: str, query: dict[str, list[str]], headers: Any, body: bytes
    ) -> tuple[str, Callable[[], Reply]]:
        if path == "/":
            known = ROLE_ARN.encode() in _plain(body)
            return "session", lambda: (200, _SESSION) if known else (403, _DENIED)
        if path == "/.well-known/openid-configuration":
            document = {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", "id_token_signing_alg_values_supported": [
                self.algorithm]}  # fmt: skip
            return "discovery", lambda: (200, document)
        if path == "/jwks":
            return "jwks", lambda: (200, {"keys": [signing.jwk("ES384"), signing.jwk(self.algorithm)]})
        if path.startswith("/v1/jobs"):
            signed = headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/")
            if not signed or headers["X-Amz-Security-Token"] != SESSION_TOKEN:
                return "unsigned", lambda: (403, {"message": "Forbidden"})
            if method == "POST":
                return "register", lambda: self._registered(json.loads(body))
            return "end", lambda: self._ended(path)
        return self._token(headers["Authorization"], query["audience"])

    def _registered(self, wanted: dict[str, Any]) -> Reply:
        self.subject = canary.profile().subject_of(wanted["fields"])
        url = f"{self.url}/v1/token?api-version=1"
        return 201, {"job_id": JOB_ID, "subject": self.subject, "request_url": url, "request_token": REQUEST_TOKEN}

    def _ended(self, path: str) -> Reply:
        self.ended = path == f"/v1/jobs/{JOB_ID}"
        return 200, {"job_id": JOB_ID, "ended_at": "2026-01-01T00:00:00Z"}

    def _token(self, authorization: str, audiences: list[str]) -> tuple[str, Callable[[], Reply]]:
        token, refused = self.token(), (401, {"error": "invalid_token"})
        if authorization != f"Bearer {REQUEST_TOKEN}":
            return "unknown_job", lambda: refused
        if self.ended:
            return "ended_job", lambda: refused
        if audiences != [canary.AUDIENCE]:
            return "wrong_audience", lambda: (400, {"error": "invalid_target"})
        return "token", lambda: (200, {"value": token, "count": len(token)})

    def token(self) -> str:
        """A good token, but for the claims that are to be otherwise."""
        now = int(time.time())
        good = {"iss": self.url, "aud": canary.AUDIENCE, "sub": self.subject, "iat": now, "nbf": now, "exp": now + 300}
        header = {"alg": self.algorithm, "kid": self.algorithm, "typ": "JWT"}
        return signing.token(header, {**good, **self.claims}, self.key)


def _plain(body: bytes) -> bytes:
    return body.replace(b"%3A", b":").replace(b"%2F", b"/")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    door: FrontDoor
    tls: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        try:
            with self.tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except OSError:  # a client that left
            return


class _Handler(Troubled):
    wbufsize = -1
    server: _Server

    @property
    def aws(self) -> Aws:
        return self.server.door.aws

    def spelled(self, operation: str, error: AwsError) -> bytes:
        return wire_sts.error(error.code)

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        name, work = self.server.door.asked_for(
            self.command, parts.path, parse_qs(parts.query), self.headers, self.body()
        )
        self.speaks_aws = name == "session"
        self.serve(SESSION if self.speaks_aws else name, parts.path, lambda: self._written(*work()))

    def _written(self, status: int, told: Any) -> tuple[int, bytes, dict[str, str]]:
        content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        return status, content, {"Location": f"{self.server.door.url}/jwks"} if status == 302 else {}

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that the base class looks for


@contextmanager
def opened(authority_file: Path) -> Iterator[FrontDoor]:
    """The issuer, while it runs, and the certificate authority that vouches for it in a file."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(authority_file)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA).configure_cert(server.tls)
        server.door = FrontDoor(f"https://localhost:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.door
        server.shutdown()
