"""The settings of a profile: how one kind of job is described."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from jobpass.configuration import preset as presets
from jobpass.configuration.settings import FieldName, Settings
from jobpass_issuer.domain.profile import DEFAULT_PATTERN, FieldRule, Profile
from jobpass_issuer.domain.subject import SubjectTemplate


def _kind_of_session_tags(value: object) -> str:
    return "list" if isinstance(value, list) else "mapping"


SessionTags = Annotated[
    Annotated[list[FieldName], Tag("list")] | Annotated[dict[str, FieldName], Tag("mapping")],
    Discriminator(_kind_of_session_tags),
]


class FieldSettings(Settings):
    """What a field's value may be."""

    pattern: str = DEFAULT_PATTERN
    """The regular expression (Python's syntax, read as ASCII) that a value must match as a whole."""

    required: bool = False
    """Whether a job must have the field; the fields of the subject are needed anyway."""


class ProfileSettings(Settings):
    """How one kind of job is described: by a preset, by definitions of one's own, or by both."""

    preset: str | None = None
    """The profile shipped with Jobpass to begin with, such as `semaphore`. What stands beside it adds to the preset's
    fields and claims, and replaces its subject, session tags and source identity."""

    constants: dict[FieldName, str] = Field(default={})
    """Fields that this deployment fixes: they stand in every token and no registration needs to name them."""

    fields: dict[FieldName, FieldSettings] = Field(default={})
    """What describes a job, and what each value may be. `{}` takes letters, digits and `. _ / @ + -`."""

    subject: str | None = None
    """How `sub` is made of the fields: `team:{team}:job:{job}`. Roles tell jobs apart by these fields only. No value
    holds a character that separates them here. Needed without a preset."""

    claims: dict[str, str] = Field(default={})
    """Claims of the ID token, each made of fields: `{repo: "{repo}"}`. A claim whose field a job lacks is left out."""

    session_tags: SessionTags | None = None
    """Fields that become tags of the AWS session: a list of fields, or `tag: field` where the tag has another name.
    Policies read them as `aws:PrincipalTag/<tag>`."""

    source_identity: str | None = None
    """The AWS session's source identity, made of fields: 2 to 64 letters, digits and `_ + = , . @ -`. CloudTrail
    names it in everything that the session does."""

    def tag_fields(self) -> dict[str, str]:
        """The field of each session tag as this file says, without the preset's."""
        if isinstance(self.session_tags, dict):
            return dict(self.session_tags)
        return {name: name for name in self.session_tags or []}

    def profile(self, name: str) -> Profile:
        """Return the profile, the preset's definitions included.

        Raises:
            KeyError: there is no such preset.
        """
        base: dict[str, Any] = presets.document(self.preset) if self.preset else {}
        own = {key: FieldRule(each.pattern, each.required) for key, each in self.fields.items()}
        return Profile(
            name=name,
            fields={**{key: FieldRule(**rule) for key, rule in base.get("fields", {}).items()}, **own},
            subject=SubjectTemplate(self.subject if self.subject is not None else base.get("subject", "")),
            claims={**base.get("claims", {}), **self.claims},
            session_tags=base.get("session_tags", {}) if self.session_tags is None else self.tag_fields(),
            source_identity=base.get("source_identity") if self.source_identity is None else self.source_identity,
            constants=dict(self.constants),
        )
