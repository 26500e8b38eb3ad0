"""What AWS hands a trust policy to decide on: the condition keys of one AssumeRoleWithWebIdentity call.

Sources: IAM user guide, "IAM and AWS STS condition context keys" (tab Default, and those of single issuers) and "AWS
global condition context keys"; the `aws:Principal…` and `aws:userid` keys as observed for a web identity.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jobpass.explain.federation import Provider, Request
from jobpass.explain.required_claims import claim_text
from jobpass.explain.roles_claim import authorized_by_idp
from jobpass.explain.session_tags import SessionTags

# The claims of any issuer that become keys, each by the name of the key; `aud` is apart.
DEFAULT_CLAIMS = ("amr", "email", "sub")
OWN_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "token.actions.githubusercontent.com": (
        "actor",
        "actor_id",
        "enterprise_id",
        "environment",
        "job_workflow_ref",
        "ref",
        "repository",
        "repository_id",
        "workflow",
    ),
}
# Issuers for which AWS has further keys, whose list this module does not know for certain.
UNLISTED_ISSUERS = ("oidc.circleci.com", "accounts.google.com")

TAG_PREFIX = "aws:RequestTag/"
# What a call has by how and from where it is made, of which neither token nor role says anything ("AWS global condition
# context keys", "Properties of the network" and "of the request"; the session's name is a parameter).
OF_THE_CALL = (
    "aws:PrincipalIsAWSService",
    "aws:Referer",
    "aws:RequestedRegion",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
    "sts:RoleSessionName",
)
_OF_THE_CALL = frozenset(map(str.lower, OF_THE_CALL))


class ConditionKeys:
    """The keys of a request and their values; names of keys ignore case, as IAM does."""

    def __init__(self, values: Mapping[str, str | tuple[str, ...]]) -> None:
        self._values = {name: (value,) if isinstance(value, str) else value for name, value in values.items()}
        self._by_lower = {name.lower(): value for name, value in self._values.items()}

    def get(self, key: str) -> tuple[str, ...] | None:
        """Return the values of a key, or None where the request has none; an empty list counts as none."""
        return self._by_lower.get(key.lower()) or None

    def single(self, key: str) -> str | None:
        """Return the value of a key that has one, as a policy variable wants it."""
        values = self.get(key)
        return values[0] if values and len(values) == 1 else None

    def is_open(self, key: str) -> bool:
        """Whether the request may have a key or not, since it is the call's and the call is not known."""
        return key.lower() in _OF_THE_CALL and self.get(key) is None

    def with_values(self, values: Mapping[str, str | tuple[str, ...]]) -> "ConditionKeys":
        """Return these keys and others, which replace those of the same name."""
        lower = {name.lower() for name in values}
        kept = {name: value for name, value in self._values.items() if name.lower() not in lower}
        return ConditionKeys(kept | dict(values))

    def to_document(self) -> dict[str, list[str]]:
        """Return plain values for JSON."""
        return {name: list(value) for name, value in sorted(self._values.items()) if value}


def claims_known(provider: Provider) -> tuple[str, ...]:
    """Return which keys AWS makes of a provider's tokens, without their prefix."""
    return (*DEFAULT_CLAIMS, "aud", "oaud", *OWN_CLAIMS.get(provider.name, ()))


def condition_keys(
    claims: Mapping[str, Any],
    *,
    provider: Provider,
    audience: str,
    role_arn: str,
    request: Request,
    tags: SessionTags,
    source_identity: str | None,
    now: int,
) -> ConditionKeys:
    """Return the keys for a token of a provider, at `now` in Unix seconds."""
    own = {name: claims[name] for name in (*DEFAULT_CLAIMS, *OWN_CLAIMS.get(provider.name, ())) if name in claims}
    own |= {"aud": audience, "oaud": claims["aud"]}
    values: dict[str, str | tuple[str, ...]] = {
        f"{provider.name}:{name}": _texts(value) for name, value in own.items() if value is not None
    }
    values |= {
        "sts:RoleAuthorizedByIdp": "true" if authorized_by_idp(claims, role_arn) else "false",
        "aws:CurrentTime": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(now),
        "aws:SecureTransport": "true",
        # A web identity is no AWS principal: it has no ARN, and these three as observed.
        "aws:PrincipalAccount": provider.account,
        "aws:PrincipalType": "User",
        "aws:userid": provider.arn,
    }
    if request.session_name is not None:
        values["sts:RoleSessionName"] = request.session_name
    if request.source_ip is not None:
        values["aws:SourceIp"] = request.source_ip
    if source_identity is not None:
        values["sts:SourceIdentity"] = source_identity
    values |= {f"{TAG_PREFIX}{name}": value for name, value in tags.tags.items()}
    values |= {"aws:TagKeys": tuple(tags.tags), "sts:TransitiveTagKeys": tags.transitive_keys}
    return ConditionKeys(values).with_values(request.keys)


def _texts(value: Any) -> tuple[str, ...]:
    """A claim as the values of a key: a list has several."""
    return tuple(claim_text(member) for member in value) if isinstance(value, list) else (claim_text(value),)
