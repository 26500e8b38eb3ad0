"""One account's trust in one issuer on a running emulator: what a test asks of STS, and what it is told."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam.https_issuer import HttpsIssuer

CLIENT_IDS = ["client-a", "client-b"]
ACTIONS = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]

_CLOCK_SLACK_SECONDS = 5
_SHIFTED_CLOCK = re.compile(r"\{now([+-]300)\}")


@dataclass(frozen=True)
class Outcome:
    """What STS said: the answer, or the error's code and message and HTTP status."""

    answer: Mapping[str, Any] = field(default_factory=dict)
    code: str | None = None
    message: str | None = None
    status: int = 200

    @property
    def allowed(self) -> bool:
        return self.code is None


class Federation:
    """An OIDC provider and roles in one account, and the issuer that the provider trusts."""

    def __init__(self, emulator: Emulator, issuer: HttpsIssuer, url: str, account: str = "000000000000") -> None:
        self._iam = emulator.client("iam", account)
        self._sts = emulator.client("sts", account)
        self._issuer = issuer
        self.url = url
        self.account = account
        self.provider = f"arn:aws:iam::{account}:oidc-provider/{url.removeprefix('https://')}"
        self._roles: set[str] = set()

    def trust(self, client_ids: list[str] | None = None) -> None:
        """Make the account trust the issuer."""
        made = self._iam.create_open_id_connect_provider(Url=self.url, ClientIDList=client_ids or CLIENT_IDS)
        assert made["OpenIDConnectProviderArn"] == self.provider

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{name}"

    def role(self, name: str, policy: Mapping[str, Any]) -> str:
        """A role with this trust policy and sessions of up to two hours; made, or changed."""
        if name in self._roles:
            self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))
        else:
            self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy), MaxSessionDuration=7200)
            self._roles.add(name)
        return self.role_arn(name)

    def policy(
        self,
        condition: Mapping[str, Any] | None = None,
        principal: Mapping[str, Any] | None = None,
        actions: list[str] | None = None,
    ) -> dict[str, Any]:
        """A trust policy of one statement, for the provider and without a condition unless given."""
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": principal or {"Federated": self.provider},
            "Action": actions or ACTIONS,
        }
        return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}

    def assume(self, role_arn: str, token: str, jwk_set: Any = None, **request: Any) -> Outcome:
        """Publish the JWK Set, if given, and ask STS for the role."""
        if jwk_set is not None:
            self._issuer.publish(self.url, jwk_set)
        parameters = {"RoleArn": role_arn, "RoleSessionName": "decision", "WebIdentityToken": token} | request
        try:
            return Outcome(self._sts.assume_role_with_web_identity(**parameters))
        except ClientError as error:
            told = error.response["Error"]
            return Outcome({}, told["Code"], told["Message"], error.response["ResponseMetadata"]["HTTPStatusCode"])


def says(message: str | None, expected: str, times: Mapping[str, Any]) -> bool:
    """Whether a message is the expected one, in which `{now-300}`, `{iat}` and the like stand for times."""
    text = expected
    for name, value in times.items():
        text = text.replace(f"{{{name}}}", str(value))
    shifts = [int(shift) for shift in _SHIFTED_CLOCK.findall(text)]
    fixed = [re.escape(part) for part in _SHIFTED_CLOCK.split(text)[::2]]
    found = re.fullmatch(r"(\d+)".join(fixed), message or "")
    now = time.time()
    return found is not None and all(
        abs(int(printed) - (now + shift)) <= _CLOCK_SLACK_SECONDS
        for printed, shift in zip(found.groups(), shifts, strict=True)
    )
