"""The settings of a profile: how one kind of job is described."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from jobpass.configuration import preset as presets
from jobpass.configuration.issuer_settings import LifetimeSeconds
from jobpass.configuration.settings import FieldName, Settings
from jobpass_issuer.domain.profile import DEFAULT_PATTERN, Claim, FieldRule, Profile, field_rule
from jobpass_issuer.domain.subject import SubjectTemplate


class ListClaim(Settings):
    """A claim that is a list."""

    list: FieldName
    """The field whose value is the list, its parts with a comma between them."""


def _kind_of_session_tags(value: object) -> str:
    return "list" if isinstance(value, list) else "mapping"


def _kind_of_claim(value: object) -> str:
    if isinstance(value, dict | ListClaim):
        return "list"
    return "truth" if isinstance(value, bool) else "text"


SessionTags = Annotated[
    Annotated[list[FieldName], Tag("list")] | Annotated[dict[str, FieldName], Tag("mapping")],
    Discriminator(_kind_of_session_tags),
]
ClaimSetting = Annotated[
    Annotated[str, Tag("text")] | Annotated[bool, Tag("truth")] | Annotated[ListClaim, Tag("list")],
    Discriminator(_kind_of_claim),
]


class FieldSettings(Settings):
    """What a field's value may be."""

    pattern: str = DEFAULT_PATTERN
    """The regular expression (Python's syntax, read as ASCII) that a value must match as a whole."""

    required: bool = False
    """Whether a job must have the field; the fields of the subject are needed anyway."""

    reserved: list[str] = Field(default=[])
    """Values that no job may have though they match, for they mean something else elsewhere."""

    otherwise: str | None = None
    """What stands in the subject for a job that does not have the field, so that it need not. No job may have it for a
    value."""

    like: str | None = None
    """What a value must fit as well, made of the job's other fields, `*` for any text: `{owner}/*`. What a platform's
    `where` demands of `owner` then binds this field too."""

    def rule(self) -> FieldRule:
        """Return the rule that these settings make."""
        return FieldRule(self.pattern, self.required, tuple(self.reserved), self.otherwise, self.like)


class ProfileSettings(Settings):
    """How one kind of job is described: by a preset, by definitions of one's own, or by both."""

    preset: str | None = None
    """The profile shipped with Jobpass to begin with, such as `semaphore`. What stands beside it adds to the preset's
    fields and claims, and replaces its subject, session tags and default audience."""

    form: str | None = None
    """Which of the preset's forms is meant where it has several, such as `workspace` of `windmill`. Each makes its
    subjects in its own way; without it the first one is meant."""

    constants: dict[FieldName, str] = Field(default={})
    """Fields that this deployment fixes: they stand in every token and no registration needs to name them."""

    fields: dict[FieldName, FieldSettings] = Field(default={})
    """What describes a job, and what each value may be. `{}` takes letters, digits and `. _ / @ + -`."""

    subject: str | None = None
    """How `sub` is made of the fields: `team:{team}:job:{job}`. Roles tell jobs apart by these fields only. No value
    holds a character that separates them here. Needed without a preset."""

    claims: dict[str, ClaimSetting] = Field(default={})
    """Claims of the ID token: text made of fields (`{repo: "{repo}"}`), `true` or `false`, or the parts of a field
    (`{groups: {list: groups}}`). A claim whose field a job lacks is left out."""

    session_tags: SessionTags | None = None
    """Fields that become tags of the AWS session: a list of fields, or `tag: field` where the tag has another name.
    Policies read them as `aws:PrincipalTag/<tag>`."""

    transitive_tags: list[str] = Field(default=[])
    """The session tags that stay on when the session assumes a further role."""

    source_identity: str | None = None
    """The AWS session's source identity, made of fields: 2 to 64 letters, digits and `_ + = , . @ -`. CloudTrail
    names it in everything that the session does. Unless it is set, or where a job lacks one of the fields, it is the ID
    token's `jti`. With `none` there is none: for sessions that assume further roles whose trust policies do not permit
    `sts:SetSourceIdentity`."""

    default_audience: str | None = None
    """For whom a job's tokens are where its registration names no audience, made of fields:
    `https://{org}.example.com`. Its platform must have that audience too."""

    token_lifetime_seconds: LifetimeSeconds | None = None
    """How long these jobs' ID tokens live when the request does not say; the issuer's `token_lifetime_seconds` unless
    it is set."""

    short_subject: str | None = None
    """The name of a claim that holds the subject in at most 127 bytes, which is all that Google Cloud takes: the
    subject itself, or `sha256:` and its hash where it is longer."""

    def known(self) -> bool:
        """Whether the preset and the form that are named exist."""
        if self.preset is None:
            return self.form is None
        return self.preset in presets.names() and (self.form is None or self.form in presets.forms(self.preset))

    def tag_fields(self) -> dict[str, str]:
        """The field of each session tag as this file says, without the preset's."""
        if isinstance(self.session_tags, dict):
            return dict(self.session_tags)
        return {name: name for name in self.session_tags or []}

    def profile(self, name: str) -> Profile:
        """Return the profile, the preset's definitions included.

        Raises:
            KeyError: there is no such preset, or it has no such form.
        """
        base: dict[str, Any] = presets.definition(self.preset, self.form) if self.preset else {}
        return Profile(
            name=name,
            fields={
                **{key: field_rule(rule) for key, rule in base.get("fields", {}).items()},
                **{key: each.rule() for key, each in self.fields.items()},
            },
            subject=SubjectTemplate(self.subject if self.subject is not None else base.get("subject", "")),
            claims={**base.get("claims", {}), **{claim: _claim(said) for claim, said in self.claims.items()}},
            session_tags=base.get("session_tags", {}) if self.session_tags is None else self.tag_fields(),
            transitive_tags=tuple(self.transitive_tags),
            source_identity=self.source_identity,
            constants=dict(self.constants),
            default_audience=base.get("default_audience") if self.default_audience is None else self.default_audience,
            token_lifetime_seconds=self.token_lifetime_seconds,
            short_subject=self.short_subject,
        )


def _claim(said: str | bool | ListClaim) -> Claim:
    return {"list": said.list} if isinstance(said, ListClaim) else said
