"""What these tests need of a Windmill: its word on tokens and jobs, a variable, and a path rule in front of it.

Tokens of jobs are JWTs that Windmill signs for itself, after the text `jwt_`; the routes and members are those of
windmill-client 1.818.0 (`UserService.whoami`, `JobService.getJob`, `VariableService.getVariableValue`).
"""

import http.client
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt

SECRET = "what this Windmill alone knows, long enough for HS256"
EMAIL = "example@example.com"
ROLE_VARIABLE = "f/backup/role_arn"
_ROUTE = re.compile(
    r"/api/w/([^/]+)/(users/whoami|jobs_u/get/(?P<job>[^/?]+)|variables/get_value/(?P<variable>.+?))(\?.*)?"
)


def token(job_id: str | None, workspace: str = "acme", secret: str = SECRET) -> str:
    """The token of a job, or of a person where there is none."""
    claims = {"email": EMAIL, "username": "example", "workspace_id": workspace, "job_id": job_id}
    return "jwt_" + jwt.encode(claims, secret, "HS256")


def job(job_id: str, path: str, **changed: Any) -> dict[str, Any]:
    """A running job of a deployed script."""
    common = {"id": job_id, "email": EMAIL, "workspace_id": "acme", "script_path": path}
    return {**common, "job_kind": "script", "running": True, **changed}


@dataclass
class Windmill:
    """Its jobs by ID, its variables by path; `rule` is a path rule, `front` where what it fits goes."""

    rule: str
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    port: int = 0
    front: int = 0

    @property
    def url(self) -> str:
        """Where it and the rule in front of it listen."""
        return f"http://127.0.0.1:{self.port}"

    def variables_of(self, job_id: str, workspace: str = "acme") -> dict[str, str]:
        """What a worker gives to a job's script."""
        return {"BASE_INTERNAL_URL": self.url, "WM_TOKEN": token(job_id), "WM_WORKSPACE": workspace}

    def answer(self, target: str, authorization: str) -> tuple[int, Any]:
        """A status and a JSON document for a GET."""
        route = _ROUTE.fullmatch(target)
        if route is None:
            return 404, "no such route"
        claims = self._proven(authorization)
        if claims is None or claims["workspace_id"] != route[1]:
            return 401, "Unauthorized"
        if route["job"]:
            found = self.jobs.get(route["job"])
            return (200, found) if found else (404, "no such job")
        if route["variable"]:
            return 200, self.variables[route["variable"]]
        return 200, {"email": claims["email"], "username": claims["username"], "groups": ["all", "ops"]}

    def _proven(self, authorization: str) -> Mapping[str, Any] | None:
        try:
            signed = authorization.removeprefix("Bearer ").removeprefix("jwt_ext_").removeprefix("jwt_")
            claims: Mapping[str, Any] = jwt.decode(signed, SECRET, ["HS256"])
            return claims
        except jwt.InvalidTokenError:
            return None


@contextmanager
def serving(windmill: Windmill) -> Iterator[Windmill]:
    """Serve on a free port of 127.0.0.1 for as long as the block runs."""
    server = _Server(windmill)
    windmill.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield windmill
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def __init__(self, windmill: Windmill) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.windmill = windmill


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        status, document = self.server.windmill.answer(self.path, self.headers.get("Authorization", ""))
        self._send(status, "application/json", json.dumps(document).encode())

    def do_POST(self) -> None:
        windmill = self.server.windmill
        if re.match(windmill.rule, self.path) is None:
            self._send(404, "text/plain", b"no OIDC in this edition")
            return
        connection = http.client.HTTPConnection("127.0.0.1", windmill.front, timeout=60)
        try:
            connection.request("POST", self.path, headers=dict(self.headers.items()))
            answer = connection.getresponse()
            self._send(answer.status, str(answer.getheader("Content-Type")), answer.read())
        finally:
            connection.close()

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
        """Nothing."""
