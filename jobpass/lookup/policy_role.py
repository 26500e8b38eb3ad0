"""A role of which there is a trust policy in a file, as IAM has it or as `aws iam get-role` prints it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from jobpass.command.errors import UsageError
from jobpass.explain import Account, Provider, Role
from jobpass.explain.federation import is_role_arn
from jobpass.lookup.presented import Presented
from jobpass.lookup.role_side import ANY_ACCOUNT, RoleSide, federated, provider
from jobpass.lookup.text_input import read_json, unusable

# IAM takes 4096 characters; `get-role` tells more of a role, perhaps percent-encoded.
MAX_POLICY_BYTES = 1 << 16
_ROLE_NAME = "role-of-the-file"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A trust policy in a file, and what the command line says beside it."""

    source: str
    role_arn: str | None = None
    provider_url: str | None = None
    client_ids: Sequence[str] = ()
    max_session_seconds: int | None = None

    def side(self, presented: Presented | None) -> RoleSide:
        """Return the role's side; what the file does not say is assumed, and said so.

        Raises:
            CommandError: the file holds no trust policy.
            UsageError: the provider's URL is none.
        """
        document = read_json(self.source, "the trust policy", MAX_POLICY_BYTES)
        policy, described = _policy(document)
        arn = self.role_arn or described.get("Arn")
        named = [found for each in federated(policy) if (found := provider(each))]
        account_id = arn.split(":")[4] if arn else named[0].account if named else ANY_ACCOUNT
        stand_in = f"arn:aws:iam::{account_id}:role/{_ROLE_NAME}"
        providers, assumed = self._providers(named, account_id, presented)
        longest = self.max_session_seconds or described.get("MaxSessionDuration") or 3600
        return RoleSide(
            Account.of(Role(arn or stand_in, policy, longest), providers), None, assumed, (), arn is not None
        )

    def _providers(
        self, named: list[Provider], account_id: str, presented: Presented | None
    ) -> tuple[list[Provider], tuple[str, ...]]:
        if self.provider_url is not None:
            made = provider(f"arn:aws:iam::{account_id}:oidc-provider/{self.provider_url.removeprefix('https://')}")
            if made is None or not self.provider_url.startswith("https://"):
                text = "`--provider-url` is no URL of an OIDC provider"
                raise UsageError(text, "write it as IAM shows it, with `https://` before it")
            named, assumed = [made], []
        else:
            assumed = ["the account has the OIDC providers that the policy names (`--provider-url`)"]
        client_ids = tuple(self.client_ids)
        if not client_ids:
            client_ids = tuple(filter(None, [presented.audience if presented else None]))
            assumed.append("the token's audience is a client ID of the provider (`--client-id`)")
        return [Provider(each.arn, client_ids) for each in named], tuple(assumed)


def _policy(document: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The policy in a document, and the role around it where it is what IAM tells of one."""
    described = document.get("Role", document) if isinstance(document, Mapping) else None
    if not isinstance(described, Mapping):
        raise unusable("the trust policy: it is no JSON object", "hand over the policy, or what `get-role` prints")
    inner = described.get("AssumeRolePolicyDocument")
    if inner is None:
        return described, {}
    if isinstance(inner, str):
        try:
            inner = json.loads(unquote(inner))  # IAM's API has it percent-encoded (RFC 3986).
        except ValueError:
            inner = None
    arn, longest = described.get("Arn"), described.get("MaxSessionDuration")
    sound = isinstance(arn, str) and is_role_arn(arn) and (longest is None or isinstance(longest, int))
    if not isinstance(inner, Mapping) or not sound:
        raise unusable("the trust policy: it is not what `get-role` prints", "hand over its answer whole")
    return inner, described
