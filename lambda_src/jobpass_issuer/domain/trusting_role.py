"""A trusting role: which jobs an IAM role trusts, as one definition for the policy and for the answer to a job."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from jobpass_issuer.domain.errors import listed
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.string_like import has_wildcard, like

ASSUME = "sts:AssumeRoleWithWebIdentity"
TAG = "sts:TagSession"
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job as a role sees it: what its ID tokens can say.

    `values` are what stands in its subject's places, `session_tags` those that its tokens carry, and `roles` names the
    roles that they can be pinned to.
    """

    profile: str
    values: Mapping[str, str]
    audiences: tuple[str, ...]
    session_tags: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrustingRole:
    """Which jobs of which profile a role trusts.

    `arn_path` is the part of its ARN after `role/`, path and name; `account_id` is None in the issuer's own account.
    Each mapping of `when` is an alternative, one at least: a job is trusted whose fields are as one of them says.
    `session_tags` says what tags of the session must be.
    """

    name: str
    arn_path: str
    profile: str
    when: tuple[Mapping[str, str], ...]
    audiences: tuple[str, ...]
    pin_required: bool = False
    max_session_seconds: int = 3600
    account_id: str | None = None
    session_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def role_name(self) -> str:
        """The role's name in IAM, which is one in its account whatever the path."""
        return self.arn_path.rpartition("/")[2]

    @property
    def path(self) -> str:
        """The role's path in IAM; `/` where it has none."""
        return "/" + self.arn_path.removesuffix(self.role_name)

    def arn(self, partition: str, own_account_id: str) -> str:
        """Return the role's ARN, given the issuer's own account."""
        return f"arn:{partition}:iam::{self.account_id or own_account_id}:role/{self.arn_path}"

    def subjects(self, profile: Profile) -> tuple[str, ...]:
        """Return the patterns of `sub` that it trusts, one per alternative."""
        return tuple(
            dict.fromkeys(profile.subject.pattern(profile.complete(alternative)).text for alternative in self.when)
        )

    def trust_policy(self, profile: Profile, issuer: Issuer, provider_arn: str) -> dict[str, Any]:
        """Return the trust policy that admits exactly these jobs (IAM, "Create a role for OIDC federation").

        Tags and source identity are permitted where the tokens of the profile carry them, and nowhere else. The issuer
        and the ARN may hold placeholders that CloudFormation fills in later.
        """
        subjects = self.subjects(profile)
        condition: dict[str, dict[str, Any]] = {
            "StringEquals": {f"{issuer.host_and_path}:aud": _one_or_list(self.audiences)}
        }
        condition.setdefault(_operator(*subjects), {})[f"{issuer.host_and_path}:sub"] = _one_or_list(subjects)
        for tag, wanted in self.session_tags.items():
            condition.setdefault(_operator(wanted), {})[f"aws:RequestTag/{tag}"] = wanted
        if self.pin_required:
            condition["Bool"] = {"sts:RoleAuthorizedByIdp": "true"}
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": _one_or_list(_actions(profile)),
            "Condition": condition,
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    def obstacle(self, job: Candidate) -> str | None:
        """Return what keeps a job from this role, named by one field and its value, or None where nothing does."""
        if job.profile != self.profile:
            return f"`profile` is `{job.profile}`; the role wants `{self.profile}`"
        return (
            self._field_obstacle(job.values)
            or self._audience_obstacle(job.audiences)
            or self._tag_obstacle(job.session_tags)
            or self._pin_obstacle(job.roles)
        )

    def _field_obstacle(self, values: Mapping[str, str]) -> str | None:
        """The field that the alternative misses which comes closest; what others miss it by alone is told along."""
        misses = [
            [name for name, wanted in alternative.items() if not like(wanted, values.get(name, ""))]
            for alternative in self.when
        ]
        closest = min(misses, key=len)
        if not closest:
            return None
        name = closest[0]
        alone = [each[name] for each, missed in zip(self.when, misses, strict=True) if missed == [name]]
        wanted = tuple(dict.fromkeys(alone)) or (self.when[misses.index(closest)][name],)
        several = "one of " if len(wanted) > 1 else ""
        return f"`{name}` is `{values.get(name, '')}`; the role wants {several}{_listed(wanted)}"

    def _audience_obstacle(self, audiences: tuple[str, ...]) -> str | None:
        if set(audiences) & set(self.audiences):
            return None
        return f"`audiences` are {_listed(audiences)}; the role wants {_listed(self.audiences)}"

    def _tag_obstacle(self, tags: Mapping[str, str]) -> str | None:
        for tag, wanted in self.session_tags.items():
            if tag not in tags:
                return f"the session tag `{tag}` is absent; the role wants `{wanted}`"
            if not like(wanted, tags[tag]):
                return f"the session tag `{tag}` is `{tags[tag]}`; the role wants `{wanted}`"
        return None

    def _pin_obstacle(self, roles: tuple[str, ...]) -> str | None:
        if not self.pin_required or self.name in roles:
            return None
        return f"`roles` are {_listed(roles)}; the role wants tokens that are pinned to `{self.name}`"

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same role."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the role that `to_document` wrote."""
        return cls(**{**document, "when": tuple(document["when"]), "audiences": tuple(document["audiences"])})


def _actions(profile: Profile) -> tuple[str, ...]:
    """What a token of the profile asks of STS (IAM user guide, "Pass session tags in AWS STS")."""
    tags = (TAG,) if profile.session_tags else ()
    return (ASSUME, *tags, *((SET_SOURCE_IDENTITY,) if profile.identifies_sessions else ()))


def _operator(*values: str) -> str:
    return "StringLike" if any(map(has_wildcard, values)) else "StringEquals"


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _listed(values: tuple[str, ...]) -> str:
    return listed([f"`{value}`" for value in values])
