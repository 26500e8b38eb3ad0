"""A profile: how one kind of job is described, and what its ID tokens say."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from jobpass_issuer.domain.errors import Problem, shown
from jobpass_issuer.domain.subject import SubjectTemplate, parse_template, render

DEFAULT_PATTERN = r"[A-Za-z0-9._/@+-]+"
MAX_VALUE_LENGTH = 256
SHORT_SUBJECT_BYTES = 127
# In the place of a source identity's template: sessions shall have none.
NO_SOURCE_IDENTITY = "none"
_HASHED = "sha256:"


# A claim is a template over the fields, a truth that always holds, or the parts of one field's value between commas.
Claim = str | bool | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a field's value may be: a pattern that it matches whole, in ASCII terms, and whether it must be there.

    `reserved` values are refused though they match. `otherwise` stands in the subject for a job that has no value, and
    no job can have it for a value: the two are never taken for one another. `like` is what a value must fit as well,
    made of the job's other fields, `*` for any text: what is demanded of the one then binds the other.
    """

    pattern: str = DEFAULT_PATTERN
    required: bool = False
    reserved: tuple[str, ...] = ()
    otherwise: str | None = None
    like: str | None = None

    @property
    def refused(self) -> tuple[str, ...]:
        """The values that no job can have, though they match the pattern."""
        return (*self.reserved, *((self.otherwise,) if self.otherwise is not None else ()))

    def mistake(self, value: str) -> str | None:
        """Return what is wrong with a value and how to mend it, or None where nothing is."""
        if not value:
            return "must not be empty: leave the field out instead"
        if len(value) > MAX_VALUE_LENGTH:
            return f"is {len(value)} characters long; {MAX_VALUE_LENGTH} is the most"
        if any(not character.isprintable() for character in value):
            return "must not hold control or invisible characters"
        if not re.fullmatch(self.pattern, value, re.ASCII):
            return f"must match the pattern {self.pattern} whole{self.escape(value)}"
        if value in self.refused:
            return (
                f"must not be `{value}`, which has a meaning of its own: leave the field out, or give it another name"
            )
        return None

    def escape(self, value: str) -> str:
        """Return a way out to add to a mistake, where the pattern takes the value with `%3A` for `:` alone."""
        escaped = value.replace(":", "%3A")
        if re.fullmatch(self.pattern, value, re.ASCII) or not re.fullmatch(self.pattern, escaped, re.ASCII):
            return ""
        return ": write `:` as `%3A`"

    def contradiction(self, value: str, fields: Mapping[str, str]) -> str | None:
        """Return how a value contradicts the job's other fields, or None where it does not, or they are not there."""
        if self.like is None:
            return None
        pieces = [render(parse_template(piece), fields) for piece in self.like.split("*")]
        told = [re.escape(piece) for piece in pieces if piece is not None]
        if len(told) < len(pieces) or re.fullmatch(".*".join(told), value):
            return None
        return (
            f"must be `{self.like}`, which the job's other fields contradict: give all of them as they are of one job"
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind of job is described.

    `claims`, `source_identity` and `default_audience` are templates over the fields, as the subject is; a claim whose
    field is absent is left out. `session_tags` says which field each tag of the AWS session takes, and
    `transitive_tags` which of them stay on when the session assumes a further role. `constants` are fields that the
    deployment fixes. Without a `source_identity`, or where its fields are absent, a token's `jti` is that; with
    NO_SOURCE_IDENTITY there is none. `short_subject` names a claim that holds the subject in at most 127 bytes. Without
    `token_lifetime_seconds` tokens live as long as the deployment says.
    """

    name: str
    fields: Mapping[str, FieldRule]
    subject: SubjectTemplate
    claims: Mapping[str, Claim] = field(default_factory=dict)
    session_tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: tuple[str, ...] = ()
    source_identity: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    default_audience: str | None = None
    token_lifetime_seconds: int | None = None
    short_subject: str | None = None

    @property
    def identifies_sessions(self) -> bool:
        """Whether tokens for AWS carry a source identity."""
        return self.source_identity != NO_SOURCE_IDENTITY

    def required_fields(self) -> tuple[str, ...]:
        """The fields without which no token can be made: those of the subject, and those marked so."""
        needed = [
            name for name in self.subject.fields if name not in self.fields or self.fields[name].otherwise is None
        ]
        marked = [name for name, rule in self.fields.items() if rule.required]
        return tuple(dict.fromkeys([*needed, *marked]))

    def complete(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the given fields with the deployment's constants."""
        return {**given, **self.constants}

    def problems(self, given: Mapping[str, str]) -> list[Problem]:
        """Return every mistake in a job's field values, each under `fields.<name>`."""
        found = []
        complete = self.complete(given)
        for name, value in given.items():
            mistake = self._value_mistake(name, value)
            if mistake is None:
                mistake = self.fields[name].contradiction(value, complete)
            if mistake:
                found.append(Problem(f"fields.{shown(name)}", mistake))
        missing = [name for name in self.required_fields() if name not in given and name not in self.constants]
        found += [Problem(f"fields.{name}", f"is missing: profile `{self.name}` needs it") for name in missing]
        return found

    def _value_mistake(self, name: str, value: str) -> str | None:
        rule = self.fields.get(name)
        if rule is None:
            return f"is no field of profile `{self.name}`; it has {', '.join(sorted(self.fields))}"
        if name in self.constants and value != self.constants[name]:
            return f"must be `{self.constants[name]}`, which the deployment fixes, or be left out"
        mistake = rule.mistake(value)
        if mistake is None and name in self.subject.fields:
            mistake = self.subject.value_mistake(name, value)
        return mistake

    def _otherwise(self) -> dict[str, str]:
        return {name: rule.otherwise for name, rule in self.fields.items() if rule.otherwise is not None}

    def subject_values(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return what stands in the subject's places for a job with these fields."""
        return {**self._otherwise(), **fields}

    def subject_of(self, fields: Mapping[str, str]) -> str:
        """Return the subject of a job with these fields.

        Raises:
            ValueError: a value is missing, empty or may not stand in a subject, or the subject is too long.
        """
        return self.subject.format(fields, self._otherwise())

    def claim_set(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return the profile's own claims for a job with these fields."""
        claims = {name: _claim(claim, fields) for name, claim in self.claims.items()}
        if self.short_subject is not None:
            claims[self.short_subject] = short(self.subject_of(fields))
        return {name: value for name, value in claims.items() if value is not None}

    def audience(self, fields: Mapping[str, str]) -> str | None:
        """Return for whom a job's tokens are where its request does not say, or None where it must."""
        return None if self.default_audience is None else render(parse_template(self.default_audience), fields)

    def tags(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return the AWS session's tags for a job with these fields."""
        return {key: fields[name] for key, name in self.session_tags.items() if name in fields}

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same profile."""
        return {
            "name": self.name,
            "fields": {name: asdict(rule) for name, rule in self.fields.items()},
            "subject": self.subject.text,
            "claims": dict(self.claims),
            "session_tags": dict(self.session_tags),
            "transitive_tags": list(self.transitive_tags),
            "source_identity": self.source_identity,
            "constants": dict(self.constants),
            "default_audience": self.default_audience,
            "token_lifetime_seconds": self.token_lifetime_seconds,
            "short_subject": self.short_subject,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the profile that `to_document` wrote."""
        fields = {name: field_rule(rule) for name, rule in document["fields"].items()}
        return cls(
            **{
                **document,
                "fields": fields,
                "subject": SubjectTemplate(document["subject"]),
                "transitive_tags": tuple(document["transitive_tags"]),
            }
        )


def field_rule(document: Mapping[str, Any]) -> FieldRule:
    """Return a field's rule from plain values, the absent ones at their defaults."""
    return FieldRule(**{**document, "reserved": tuple(document.get("reserved", ()))})


def short(subject: str) -> str:
    """Return a subject of at most 127 bytes: the same where it is that short, else its SHA-256 in hexadecimal.

    One that begins as such a hash does is hashed too, so that no job can be named like the hash of another's subject.
    Google Cloud takes no longer `google.subject` (Google Cloud, "Workload Identity Federation", attribute mappings).
    """
    if len(subject.encode()) <= SHORT_SUBJECT_BYTES and not subject.startswith(_HASHED):
        return subject
    return _HASHED + hashlib.sha256(subject.encode()).hexdigest()


def _claim(claim: Claim, fields: Mapping[str, str]) -> Any:
    if isinstance(claim, str):
        return render(parse_template(claim), fields)
    if isinstance(claim, bool):
        return claim
    listed = fields.get(claim["list"])
    return None if listed is None else listed.split(",")
