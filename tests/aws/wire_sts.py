"""STS at the wire: sessions for ID tokens, with as much of its judgement as shows what it was asked."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from tests.aws.wire_error import MESSAGE, AwsError

# Looked for in logs and errors: they may be in one answer alone.
SECRET_ACCESS_KEY = "secret-access-key-of-a-session"
SESSION_TOKEN = "session-token-of-a-session"
EXPIRATION = "2030-01-02T03:04:05Z"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_PARAMETERS = {"Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds", "WebIdentityToken"}
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@dataclass(frozen=True)
class Session:
    """A session as it was asked for, with the claims of the token that bought it."""

    role_arn: str
    name: str
    duration_seconds: int
    claims: Mapping[str, Any]


@dataclass
class Sts:
    """The longest session of each role that trusts; `refusal` or `credentials` is answered where a test sets it."""

    roles: dict[str, int] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    refusal: AwsError | None = None
    credentials: str | None = None
    # Whose session an answer says that it is, where it is not the one that was asked for.
    user: str | None = None

    def answer(self, members: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        """Return what STS answers to a request of the query protocol."""
        if set(members) != _PARAMETERS or "Authorization" in headers:
            raise AwsError("SignatureOrParameterNotExpected")
        if self.refusal is not None:
            raise self.refusal
        session = Session(
            members["RoleArn"],
            members["RoleSessionName"],
            int(members["DurationSeconds"]),
            _claims(members["WebIdentityToken"]),
        )
        if session.role_arn not in self.roles:
            raise AwsError("AccessDenied", 403)
        if not _SESSION_NAME.fullmatch(session.name) or not 900 <= session.duration_seconds <= 43200:
            raise AwsError("ValidationError")
        if session.duration_seconds > self.roles[session.role_arn]:
            raise AwsError("ValidationError")
        self.sessions.append(session)
        _, _, _, _, account_id, role = session.role_arn.split(":", 5)
        user = f"arn:aws:sts::{account_id}:assumed-role/{role.rpartition('/')[2]}/{session.name}"
        return _answer(
            _CREDENTIALS if self.credentials is None else self.credentials, user if self.user is None else self.user
        )


_CREDENTIALS = (
    f"<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>{SECRET_ACCESS_KEY}</SecretAccessKey>"
    f"<SessionToken>{SESSION_TOKEN}</SessionToken><Expiration>{EXPIRATION}</Expiration>"
)


def _claims(token: str) -> Mapping[str, Any]:
    part = token.split(".")[1]
    claims: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _answer(credentials: str, user: str) -> bytes:
    name = "AssumeRoleWithWebIdentity"
    of = f"<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:x</AssumedRoleId><Arn>{escape(user)}</Arn></AssumedRoleUser>"
    result = f"<{name}Result>{of}<Credentials>{credentials}</Credentials></{name}Result>"
    metadata = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
    return f'<{name}Response xmlns="{_NAMESPACE}">{result}{metadata}</{name}Response>'.encode()


def error(code: str) -> bytes:
    """An error as STS spells it, with a message that names what nobody shall pass on."""
    message = escape(MESSAGE)
    inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return f'<ErrorResponse xmlns="{_NAMESPACE}">{inner}<RequestId>r</RequestId></ErrorResponse>'.encode()
