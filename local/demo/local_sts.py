"""The local STS as anybody may call it, and its clock, which only a demonstration may turn."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.demo.secrecy import Secrets
from local.web import Web

CLOCK_PATH = "/_jobpass/sts/clock"
ATTEMPTS = 5


class ClockError(Exception):
    """The local STS's clock cannot be turned, or time went by too fast to ask at a given second."""


@dataclass(frozen=True)
class LocalSts:
    """AssumeRoleWithWebIdentity, which takes no AWS credentials, in one line per answer."""

    client: Any
    web: Web
    endpoint_url: str
    secrets: Secrets

    def answer(self, token: str, role_arn: str, session_name: str = "demo") -> str:
        """The ARN of the assumed role, or the refusal as STS words it."""
        try:
            given = self.client.assume_role_with_web_identity(
                RoleArn=role_arn, RoleSessionName=session_name, WebIdentityToken=token
            )
        except ClientError as refusal:
            error = refusal.response["Error"]
            return f"{error['Code']}: {error['Message']}"
        self.secrets.keep(given["Credentials"]["SecretAccessKey"])
        self.secrets.keep(given["Credentials"]["SessionToken"])
        return str(given["AssumedRoleUser"]["Arn"])

    def answer_at(self, second: int, token: str, role_arn: str) -> str:
        """The answer when the STS's clock shows this second; the clock is right again afterwards."""
        return self._at(second, lambda: self.answer(token, role_arn))

    def offset_seconds(self) -> int:
        """How far the STS's clock is from the machine's."""
        return self._clock("GET", None)

    def _at(self, second: int, ask: Callable[[], str]) -> str:
        for _ in range(ATTEMPTS):
            # From the beginning of a second, so that it is not over before the answer.
            time.sleep(1 - time.time() % 1)
            offset = second - int(time.time())
            self._clock("POST", offset)
            try:
                answer = ask()
                still = int(time.time()) + offset == second
            finally:
                self._clock("POST", 0)
            if still:
                return answer
        raise ClockError(f"the machine is too busy: {ATTEMPTS} calls of the local STS took more than a second each")

    def _clock(self, method: str, offset_seconds: int | None) -> int:
        body = None if offset_seconds is None else json.dumps({"offset_seconds": offset_seconds}).encode()
        answer = self.web.request(method, self.endpoint_url + CLOCK_PATH, {"Content-Type": "application/json"}, body)
        if answer.status != 200:
            raise ClockError(f"the local STS's clock answered {answer.status}")
        return int(json.loads(answer.body)["offset_seconds"])
