"""The platform routes and STS on loopback: it proves every request, keeps the jobs, and fails where a test says so."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import jwt
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ISSUER_URL = "https://oidc.example.com"
REGION = "eu-central-1"
ROLE_ARN = "arn:aws:iam::444455556666:role/jobpass-platform-ci-server"
REQUEST_TOKEN = "0123456789abcdef0123456789abcdef." + "s3cret_" + "x" * 36
DEPLOY = "arn:aws:iam::444455556666:role/jobpass-web-deploy"
RELEASE = "arn:aws:iam::444455556666:role/jobpass-web-release"
ROLES = {"web-deploy": (DEPLOY, None), "web-release": (RELEASE, "`ref` is `main`; the role wants `refs/tags/v*`")}
OWN_KEY_ID, OWN_SECRET = "AKIAPLATFORM", "the-platforms-own-secret"


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Scripted:
    """An answer in the place of the right one. `dropped` closes the connection instead, once the work is done."""

    status: int = 503
    body: bytes = b'{"message": "Service Unavailable"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    dropped: bool = False


@dataclass
class ApiServer:
    """What stands behind the loopback address, and what a test may set."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    scripted: list[Scripted] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    public_keys: dict[str, tuple[str, Any]] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    secrets: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    assumed: list[dict[str, str]] = field(default_factory=list)
    session_seconds: float = 3600
    answers_delete_with: Scripted | None = None
    sts_error: tuple[int, str] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, method: str) -> list[Received]:
        """The requests of a method, those of STS aside."""
        return [each for each in self.received if each.method == method and each.path != "/"]

    def sts(self, request: Received) -> tuple[int, bytes]:
        """Answer AssumeRole; raises nothing, and refuses loudly what it does not know."""
        members = dict(parse_qsl(request.body.decode(), strict_parsing=True))
        assert members.pop("Action") == "AssumeRole"
        assert self.signer(request, "sts") == OWN_KEY_ID
        if self.sts_error:
            status, code = self.sts_error
            told = "<Message>User: arn:aws:iam::111122223333:user/secret-name is not authorized</Message>"
            return status, f"<ErrorResponse><Error><Code>{code}</Code>{told}</Error></ErrorResponse>".encode()
        self.assumed.append(members)
        key_id, secret, token = (f"{each}{len(self.assumed)}" for each in ("ASIA", "secret-", "token-"))
        self.secrets[key_id] = (secret, token)
        ends = datetime.fromtimestamp(time.time() + self.session_seconds, UTC).isoformat()
        given = f"<AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
        given += f"<SessionToken>{token}</SessionToken><Expiration>{ends}</Expiration>"
        return 200, (
            f"<AssumeRoleResponse><AssumeRoleResult><Credentials>{given}</Credentials></AssumeRoleResult>"
            "</AssumeRoleResponse>"
        ).encode()

    def signer(self, request: Received, service: str) -> str | None:
        """The access key ID whose secret has signed a request for this Region and service, None where none has."""
        given = dict(
            each.split("=", 1)
            for each in request.headers.get("authorization", "").partition(" ")[2].replace(" ", "").split(",")
            if "=" in each
        )
        key_id, _, scope = given.get("Credential", "").partition("/")
        secret, token = self.secrets.get(key_id, ("", None))
        if not secret or request.headers.get("x-amz-security-token") != token:
            return None
        auth = SigV4Auth(Credentials(key_id, secret, token), service, REGION)
        names = given["SignedHeaders"].split(";")
        assert {"host", "x-amz-date"} <= set(names)
        signed = AWSRequest(
            request.method,
            f"{self.url}{request.path}",
            headers={name: request.headers[name] for name in names if name != "host"},
            data=request.body,
        )
        signed.context["timestamp"] = request.headers["x-amz-date"]
        text = auth.string_to_sign(signed, auth.canonical_request(signed))
        right = scope == auth.credential_scope(signed) and auth.signature(text, signed) == given["Signature"]
        return key_id if right else None

    def platform(self, request: Received) -> str | None:
        """Who an assertion proves, which is good once; None where it proves nobody."""
        text = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            algorithm, key = self.public_keys[jwt.get_unverified_header(text)["kid"]]
            claims = jwt.decode(text, key, [algorithm], audience=ISSUER_URL, options={"require": ["exp", "iat", "jti"]})
        except (jwt.PyJWTError, KeyError):
            return None
        fresh = claims["jti"] not in self.spent and len(claims["jti"]) >= 16 and claims["exp"] - claims["iat"] <= 300
        self.spent.add(claims["jti"])
        return str(claims["iss"]) if fresh and claims["iss"] == claims["sub"] else None

    def answer(self, request: Received) -> tuple[int, Any]:
        """Answer the platform routes as the API does."""
        for prefix, proof in (("/v1/assertion/jobs", self.platform), ("/v1/jobs", self._session)):
            if request.path == prefix or request.path.startswith(f"{prefix}/"):
                if proof(request) is None:
                    return 403, {"message": "Forbidden"}
                return self._jobs(request, request.path.removeprefix(prefix).removeprefix("/"))
        return 404, {"message": "Not Found"}

    def _session(self, request: Received) -> str | None:
        key_id = self.signer(request, "execute-api")
        return key_id if key_id != OWN_KEY_ID else None

    def _jobs(self, request: Received, job_id: str) -> tuple[int, Any]:
        if request.method == "POST":
            return self._register(request.json)
        if job_id not in self.jobs:
            return 404, error("not_found", "this platform has no such job")
        if request.method == "DELETE":
            self.jobs[job_id]["ended_at"] = "2027-01-15T08:00:00Z"
        return 200, self.jobs[job_id]

    def _register(self, body: dict[str, Any]) -> tuple[int, Any]:
        if "ref" not in body["fields"]:
            return 400, error("invalid_request", "fields.ref: is missing", {"fields.ref": "is missing"})
        now = int(time.time())
        job_id = f"{len(self.jobs) + 1:032x}"
        made = {
            "job_id": job_id,
            "platform": "ci-server",
            "profile": body["profile"],
            "fields": body["fields"],
            "subject": f"ref:{body['fields']['ref']}",
            "audiences": body.get("audiences", ["sts.amazonaws.com"]),
            "default_audience": "sts.amazonaws.com",
            "pinned": body.get("pinned", False),
            "aws_claims": body.get("aws_claims", "full"),
            "registered_at": instant(now),
            "expires_at": instant(now + body.get("expires_in_seconds", 3600)),
            "ended_at": None,
        }
        named = body.get("roles", [])
        self.jobs[job_id] = {**made, "roles": [ROLES[name][0] for name in named]}
        roles = {
            name: {"arn": arn, "allowed": obstacle is None, **({"obstacle": obstacle} if obstacle else {})}
            for name, (arn, obstacle) in ROLES.items()
            if not named or name in named
        }
        url = "https://api.example.com/v1/token?api-version=1"
        known = {
            "jobpass": {"JOBPASS_REQUEST_URL": url, "JOBPASS_REQUEST_TOKEN": REQUEST_TOKEN},
            "github": {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN},
            "google": {"type": "external_account", "credential_source": {"headers": {"Authorization": REQUEST_TOKEN}}},
        }
        blocks = {name: known[name] for name in body.get("environment", ["github"])}
        secret = {"roles": roles, "request_url": url, "request_token": REQUEST_TOKEN, "environment": blocks}
        return 201, {**made, **secret}


def instant(seconds: int) -> str:
    """A time as the API writes it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def error(code: str, description: str, problems: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An error as the API's functions word it."""
    told = {"error": code, "error_description": description, "request_id": "request-1"}
    listed = [{"field": name, "problem": text} for name, text in (problems or {}).items()]
    return {**told, "problems": listed} if listed else told


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_side: ApiServer

    def _serve(self) -> None:
        api = self.server_side
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.command, self.path, headers, body)
        with api.lock:
            api.received.append(request)
            if request.path == "/":
                self._send(*api.sts(request), {"Content-Type": "text/xml"})
                return
            scripted = api.scripted.pop(0) if api.scripted else None
            if api.answers_delete_with and request.method == "DELETE":
                scripted = api.answers_delete_with
            if scripted and scripted.dropped:
                api.answer(request)
                self.close_connection = True
            elif scripted:
                self._send(scripted.status, scripted.body, scripted.headers)
            else:
                status, document = api.answer(request)
                self._send(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {"Date": self.date_time_string(), **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the requests are kept."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has left, as one does that waits no longer."""


@contextmanager
def serving() -> Iterator[ApiServer]:
    """Serve on a free port for as long as the block runs."""
    api = ApiServer(secrets={OWN_KEY_ID: (OWN_SECRET, None)})
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"server_side": api}))
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
