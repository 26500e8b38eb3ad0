"""A job as its platform knows it: when it is registered, with its secret; and later, without."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jobpass.platform.document import Document
from jobpass.platform.errors import SettingsError


@dataclass(frozen=True, slots=True)
class RoleAnswer:
    """Whether the job's tokens open a role, and where not, the one field that stands in the way."""

    arn: str
    allowed: bool
    obstacle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Description:
    """What the API says of every job; times are aware, in UTC."""

    job_id: str
    platform: str
    profile: str
    fields: Mapping[str, str]
    subject: str
    audiences: tuple[str, ...]
    default_audience: str | None
    pinned: bool
    aws_claims: str
    registered_at: datetime
    expires_at: datetime


def _described(document: Document) -> dict[str, Any]:
    return {
        "job_id": document.text("job_id"),
        "platform": document.text("platform"),
        "profile": document.text("profile"),
        "fields": document.mapping("fields"),
        "subject": document.text("subject"),
        "audiences": document.texts("audiences"),
        "default_audience": document.text_or_none("default_audience"),
        "pinned": document.truth("pinned"),
        "aws_claims": document.text("aws_claims"),
        "registered_at": document.time("registered_at"),
        "expires_at": document.time("expires_at"),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(_Description):
    """A job as it was registered, without its secret: `role_arns` are its roles, `ended_at` is None until it ends."""

    role_arns: tuple[str, ...]
    ended_at: datetime | None

    @classmethod
    def of(cls, document: Document) -> "Job":
        """Return the job of an answer to `GET` or `DELETE /v1/jobs/{job_id}`; raises as `Document` does."""
        return cls(
            **_described(document), role_arns=document.texts("roles"), ended_at=document.time_or_none("ended_at")
        )

    def to_document(self) -> dict[str, Any]:
        """Return it as the API writes it, in plain values."""
        return {**_plain(self), "roles": list(self.role_arns), "ended_at": _text(self.ended_at)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredJob(_Description):
    """A job that has just been registered, with its secret, which is told this once and which `repr` hides.

    `roles` answers for each role that was named, or for each that the platform may name where none was. `environment`
    has each block by its name.
    """

    roles: Mapping[str, RoleAnswer]
    request_url: str
    request_token: str = field(repr=False)
    environment: Mapping[str, Mapping[str, Any]] = field(repr=False)

    @classmethod
    def of(cls, document: Document) -> "RegisteredJob":
        """Return the job of an answer to `POST /v1/jobs`; raises as `Document` does."""
        return cls(
            **_described(document),
            roles={
                name: RoleAnswer(role.text("arn"), role.truth("allowed"), role.text_or_none("obstacle"))
                for name, role in document.documents("roles").items()
            },
            request_url=document.text("request_url"),
            request_token=document.text("request_token"),
            environment={name: dict(block.members) for name, block in document.documents("environment").items()},
        )

    @property
    def refused_roles(self) -> dict[str, RoleAnswer]:
        """The roles that the job's tokens do not open."""
        return {name: answer for name, answer in self.roles.items() if not answer.allowed}

    def variables(self, block: str = "github") -> dict[str, str]:
        """Return the environment variables of a block, the request token among them.

        Raises:
            SettingsError: the registration did not ask for that block, or it is none of variables, as `google` is.
        """
        found = self.environment.get(block)
        if found is None:
            listed = ", ".join(self.environment) or "none"
            text = f"the job was registered without the block `{block}`; it has {listed}"
            raise SettingsError("block_missing", text, f"register it with `{block}` among `environment`")
        if not all(isinstance(value, str) for value in found.values()):
            text = f"the block `{block}` is a document, not environment variables"
            remedy = "write it to a file of mode 0600, and name that to the job: GOOGLE_APPLICATION_CREDENTIALS"
            raise SettingsError("block_is_document", text, remedy)
        return dict(found)

    def to_document(self) -> dict[str, Any]:
        """Return it as the API writes it, in plain values, the secret among them."""
        roles = {
            name: {"arn": role.arn, "allowed": role.allowed} | ({"obstacle": role.obstacle} if role.obstacle else {})
            for name, role in self.roles.items()
        }
        return {
            **_plain(self),
            "roles": roles,
            "request_url": self.request_url,
            "request_token": self.request_token,
            "environment": {name: dict(block) for name, block in self.environment.items()},
        }


def _plain(job: _Description) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "platform": job.platform,
        "profile": job.profile,
        "fields": dict(job.fields),
        "subject": job.subject,
        "audiences": list(job.audiences),
        "default_audience": job.default_audience,
        "pinned": job.pinned,
        "aws_claims": job.aws_claims,
        "registered_at": _text(job.registered_at),
        "expires_at": _text(job.expires_at),
    }


def _text(time: datetime | None) -> str | None:
    """A time as the API writes it: RFC 3339 in UTC."""
    return time.isoformat().replace("+00:00", "Z") if time else None
