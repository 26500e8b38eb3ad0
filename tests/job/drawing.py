"""An issuer and an STS on loopback, which answer as they are told to and note what they were asked."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from jobpass.job.retry import Patience

ROLE = "arn:aws:iam::111122223333:role/jobpass-web-deploy"
JOB_ID = "0123456789abcdef0123456789abcdef"
REQUEST_SECRET = "s3cr3t-of-the-request-token-which-nobody-sees"
REQUEST_TOKEN = f"{JOB_ID}.{REQUEST_SECRET}"
KEY_ID, SECRET, SESSION = (
    "ASIAABCDEFGHIJKLMNOP",
    "sEcReT/0123456789+abcdefghijklmnopqrstuv",
    "SeSsIoN/" + "Ab+/" * 50 + "==",
)
WINDMILL = "/api/w/acme/oidc/token/"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stand:
    """Both servers; lists of answers are used up, and then the good answer is given."""

    port: int = 0
    from_issuer: list[Said] = field(default_factory=list)
    from_sts: list[Said] = field(default_factory=list)
    tokens_asked: list[dict[str, str]] = field(default_factory=list)
    sessions_asked: list[dict[str, str]] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    life_seconds: float = 3600.0
    count: int = 0

    @property
    def url(self) -> str:
        """Where both listen."""
        return f"http://127.0.0.1:{self.port}"

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of a job that asks here and nowhere else."""
        return {
            "JOBPASS_REQUEST_URL": f"{self.url}/v1/token?api-version=1",
            "JOBPASS_REQUEST_TOKEN": REQUEST_TOKEN,
            "AWS_ENDPOINT_URL_STS": self.url,
            **more,
        }

    def forget(self) -> None:
        """Begin anew: nothing asked, and good answers only."""
        for each in (self.from_issuer, self.from_sts, self.tokens_asked, self.sessions_asked, self.signatures):
            each.clear()
        self.life_seconds, self.count = 3600.0, 0

    def answer_token(self, query: dict[str, str]) -> Said:
        """What the issuer answers."""
        self.tokens_asked.append(query)
        if self.from_issuer:
            return self.from_issuer.pop(0)
        return Said(200, json.dumps({"value": id_token(len(self.tokens_asked))}).encode())

    def answer_session(self, parameters: dict[str, str]) -> Said:
        """What STS answers."""
        self.sessions_asked.append(parameters)
        if self.from_sts:
            return self.from_sts.pop(0)
        self.count += 1
        # Each session has a key of its own.
        return session(key_id=f"{KEY_ID[:-4]}{self.count:04d}", expiration=moment(self.life_seconds))


def id_token(number: int = 1) -> str:
    """An ID token that nobody signed."""
    now = int(time.time())
    header = {"alg": "RS256", "kid": "k", "typ": "JWT"}
    claims = {"iss": "https://i.example", "sub": "s", "aud": "sts.amazonaws.com", "iat": now, "exp": now + 300}
    parts = (json.dumps(each).encode() for each in (header, {**claims, "jti": str(number)}))
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "c2lnbmF0dXJl"])


def moment(seconds_from_now: float) -> str:
    """A moment as STS writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds_from_now))


def session(key_id: str = KEY_ID, secret: str = SECRET, token: str = SESSION, expiration: str | None = None) -> Said:
    """A session as STS gives it."""
    members = {"AccessKeyId": key_id, "SecretAccessKey": secret, "SessionToken": token}
    members["Expiration"] = moment(3600) if expiration is None else expiration
    inner = "".join(f"<{name}>{escape(value)}</{name}>\n" for name, value in members.items())
    return Said(
        200,
        f'<AssumeRoleWithWebIdentityResponse xmlns="{NAMESPACE}">\n<AssumeRoleWithWebIdentityResult>'
        f"<Audience>sts.amazonaws.com</Audience><Credentials>\n{inner}</Credentials>"
        "</AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
        "</AssumeRoleWithWebIdentityResponse>".encode(),
    )


def refusal(code: str, message: str, status: int = 400) -> Said:
    """An error as STS writes it."""
    return Said(
        status,
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>r</RequestId></ErrorResponse>".encode(),
    )


def issuers_refusal(code: str, description: str, status: int = 400) -> Said:
    """An error as the issuer writes it."""
    return Said(status, json.dumps({"error": code, "error_description": description, "request_id": "r"}).encode())


def hasty() -> Patience:
    """Patience that loses no time between its attempts."""
    return Patience(sleep=lambda _: None)


@contextmanager
def standing() -> Iterator[Stand]:
    """Both servers on a free port for as long as the block runs."""
    stand = Stand()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.headers["Authorization"] == f"Bearer {REQUEST_TOKEN}"
            self._say(stand.answer_token(_flat(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.startswith(WINDMILL):
                assert self.headers["Authorization"] == f"Bearer {REQUEST_TOKEN}"
                path, _, query = self.path[len(WINDMILL) :].partition("?")
                said = stand.answer_token({"audience": unquote(path), **_flat(query)})
                return self._say(Said(200, json.loads(said.body)["value"].encode()) if said.status == 200 else said)
            if self.headers["Authorization"] is not None:
                stand.signatures.append(self.headers["Authorization"])
                return self._say(
                    Said(200, b"<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>")
                )
            return self._say(stand.answer_session(_flat(body.decode("ascii"))))

        def _say(self, said: Said) -> None:
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stand
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _flat(query: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(query, keep_blank_values=True).items()}
