"""A profile: how one kind of job is described, and what its ID tokens say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from jobpass_issuer.domain.errors import Problem, shown
from jobpass_issuer.domain.subject import SubjectTemplate, parse_template, render

DEFAULT_PATTERN = r"[A-Za-z0-9._/@+-]+"
MAX_VALUE_LENGTH = 256


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a field's value may be: a pattern that it matches whole, in ASCII terms, and whether it must be there."""

    pattern: str = DEFAULT_PATTERN
    required: bool = False

    def mistake(self, value: str) -> str | None:
        """Return what is wrong with a value and how to mend it, or None where nothing is."""
        if not value:
            return "must not be empty: leave the field out instead"
        if len(value) > MAX_VALUE_LENGTH:
            return f"is {len(value)} characters long; {MAX_VALUE_LENGTH} is the most"
        if any(not character.isprintable() for character in value):
            return "must not hold control or invisible characters"
        if not re.fullmatch(self.pattern, value, re.ASCII):
            return f"must match the pattern {self.pattern} whole"
        return None


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind of job is described.

    `claims` and `source_identity` are templates over the fields, as the subject is; a claim whose field is absent is
    left out. `session_tags` says which field each tag of the AWS session takes. `constants` are fields that the
    deployment fixes.
    """

    name: str
    fields: Mapping[str, FieldRule]
    subject: SubjectTemplate
    claims: Mapping[str, str] = field(default_factory=dict)
    session_tags: Mapping[str, str] = field(default_factory=dict)
    source_identity: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)

    def required_fields(self) -> tuple[str, ...]:
        """The fields without which no token can be made: those of the subject, and those marked so."""
        marked = [name for name, rule in self.fields.items() if rule.required]
        return tuple(dict.fromkeys([*self.subject.fields, *marked]))

    def complete(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the given fields with the deployment's constants."""
        return {**given, **self.constants}

    def problems(self, given: Mapping[str, str]) -> list[Problem]:
        """Return every mistake in a job's field values, each under `fields.<name>`."""
        found = []
        for name, value in given.items():
            mistake = self._value_mistake(name, value)
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
            mistake = self.subject.value_mistake(value)
        return mistake

    def claim_set(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return the profile's own claims for a job with these fields."""
        return _rendered(self.claims, fields)

    def tags(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return the AWS session's tags for a job with these fields."""
        return {key: fields[name] for key, name in self.session_tags.items() if name in fields}

    def to_document(self) -> dict[str, Any]:
        """Return plain values from which `from_document` makes the same profile."""
        return {
            "name": self.name,
            "fields": {
                name: {"pattern": rule.pattern, "required": rule.required} for name, rule in self.fields.items()
            },
            "subject": self.subject.text,
            "claims": dict(self.claims),
            "session_tags": dict(self.session_tags),
            "source_identity": self.source_identity,
            "constants": dict(self.constants),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the profile that `to_document` wrote."""
        fields = {name: FieldRule(**rule) for name, rule in document["fields"].items()}
        return cls(**{**document, "fields": fields, "subject": SubjectTemplate(document["subject"])})


def _rendered(templates: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    values = {name: render(parse_template(template), fields) for name, template in templates.items()}
    return {name: value for name, value in values.items() if value is not None}
