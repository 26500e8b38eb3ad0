"""What one AssumeRoleWithWebIdentity proved, handed from the judge to the record of the call."""

from contextvars import ContextVar
from dataclasses import dataclass

from local.seam.judgement import WebIdentity


@dataclass(frozen=True)
class WebIdentityCall:
    """A call whose token was proven, whether the role's trust policy then let it in or not."""

    role_arn: str
    session_name: str
    duration_seconds: int
    identity: WebIdentity

    @property
    def account(self) -> str:
        """The account of the role, which records the call."""
        return self.role_arn.split(":")[4]


# A list, since a thread that works for the request sees the same one and can put into it.
_remembered: ContextVar[list[WebIdentityCall]] = ContextVar("jobpass_web_identity_call")


def begin() -> list[WebIdentityCall]:
    """Begin a request; the list that is returned holds its call as soon as there is one."""
    calls: list[WebIdentityCall] = []
    _remembered.set(calls)
    return calls


def remember(call: WebIdentityCall) -> None:
    """Hand over what the token of the present request proved."""
    _remembered.get([]).append(call)
