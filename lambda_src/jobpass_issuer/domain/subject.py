"""The subject: one definition that formats `sub` and gives the pattern by which a role trusts it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from jobpass_issuer.domain.shape import PRINTABLE, Shape
from jobpass_issuer.domain.string_like import WILDCARDS, has_wildcard, like

MAX_LENGTH = 255
# Where it is there, it separates first of all: what else separates counts between two of it only.
_FIRST_SEPARATOR = ":"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a template that a field's value takes."""

    name: str


def parse_template(template: str) -> tuple[str | Field, ...]:
    """Split `org:{org}` into literals and fields.

    Raises:
        ValueError: a brace that is not part of a `{field}`.
    """
    parts: list[str | Field] = []
    end = 0
    for match in _PLACEHOLDER.finditer(template):
        _add_literal(parts, template[end : match.start()])
        if not _FIELD_NAME.fullmatch(match[1]):
            raise ValueError(f"`{match[0]}` is no field: write a name of a-z, 0-9 and _, such as {{repo}}")
        parts.append(Field(match[1]))
        end = match.end()
    _add_literal(parts, template[end:])
    return tuple(parts)


def _add_literal(parts: list[str | Field], literal: str) -> None:
    if "{" in literal or "}" in literal:
        raise ValueError("has a brace without its partner: write each field as {name}")
    if literal:
        parts.append(literal)


def render(parts: Sequence[str | Field], values: Mapping[str, str]) -> str | None:
    """Return the template with its fields filled in, or None where one of them has no value."""
    text = []
    for part in parts:
        value = part if isinstance(part, str) else values.get(part.name)
        if value is None:
            return None
        text.append(value)
    return "".join(text)


def _separators(literal: str) -> list[str]:
    """The characters of a literal that can separate fields: none that names are commonly made of."""
    return [character for character in literal if not (character.isalnum() or character in "_-.")]


@dataclass(frozen=True)
class SubjectTemplate:
    """How a profile makes the subject of a job.

    Two jobs that differ in a field never share a subject: no value holds a delimiter of its place, and every two
    fields are separated by one, so a subject can be taken apart in one way only.
    """

    text: str

    @cached_property
    def parts(self) -> tuple[str | Field, ...]:
        """Literals and fields in their order."""
        return parse_template(self.text)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that a subject is made of."""
        return tuple(part.name for part in self.parts if isinstance(part, Field))

    @cached_property
    def _delimiters(self) -> Mapping[str, frozenset[str]]:
        """The delimiters of each field's place."""
        stretches: list[tuple[list[str], set[str]]] = [([], set())]
        separators = {sign for part in self.parts if isinstance(part, str) for sign in _separators(part)}
        first = separators & {_FIRST_SEPARATOR}
        for part in self.parts:
            if isinstance(part, Field):
                stretches[-1][0].append(part.name)
                continue
            for index, piece in enumerate(part.split(_FIRST_SEPARATOR)):
                if index:
                    stretches.append(([], set()))
                stretches[-1][1].update(_separators(piece))
        return {name: WILDCARDS.union(first, marks) for names, marks in stretches for name in names}

    def delimiters(self, name: str) -> frozenset[str]:
        """The characters that a field of this subject may not hold, wildcards included.

        Where the literals hold a `:`, no field may, and of the other separators a field may not hold those that stand
        in its own stretch between two `:`. As many `:` as the template has are in each subject, so that neither a
        reading nor a pattern can shift from one stretch into the next.
        """
        return self._delimiters[name]

    def mistakes(self, *, shared: bool = False) -> list[str]:
        """Return what keeps this template from naming each job unmistakably, each with its remedy.

        `shared` permits a template without fields: one subject for every job.
        """
        try:
            parts = self.parts
        except ValueError as error:
            return [str(error)]
        found = [
            f"`{part}` holds `{mark}`: use printable ASCII without blanks, `*` and `?`"
            for part in parts
            if isinstance(part, str)
            for mark in part
            if mark not in PRINTABLE - WILDCARDS
        ]
        if not self.text:
            found.append("is empty: name at least one field, such as `job:{job}`")
        elif not self.fields and not shared:
            found.append("names no field: every job would have the same subject; add one, such as `{job}`")
        repeated = sorted({name for name in self.fields if self.fields.count(name) > 1})
        found += [f"uses {{{name}}} twice: once is enough to tell jobs apart" for name in repeated]
        for left, middle, right in zip(parts, parts[1:], parts[2:], strict=False):
            if isinstance(left, Field) and isinstance(right, Field) and not _separators(str(middle)):
                found.append(f"puts only `{middle}` between {{{left.name}}} and {{{right.name}}}: put a `:` there")
        for left, right in pairwise(parts):
            if isinstance(left, Field) and isinstance(right, Field):
                found.append(f"puts nothing between {{{left.name}}} and {{{right.name}}}: put a `:` there")
        return found

    def value_mistake(self, name: str, value: str) -> str | None:
        """Return why a value cannot stand for a field of this subject, or None where it can."""
        for character in value:
            if character in self.delimiters(name):
                return f"must not hold `{character}`, which separates the parts of the subject or is a wildcard"
            if character not in PRINTABLE:
                return f"must be printable ASCII without blanks; it holds U+{ord(character):04X}"
        return None

    def format(self, values: Mapping[str, str], otherwise: Mapping[str, str] | None = None) -> str:
        """Return the subject of the job with these values; `otherwise` says what stands for a field that has none.

        Raises:
            ValueError: a value is missing, empty or may not stand in a subject, or the subject is too long.
        """
        stand_ins = {name: text for name, text in (otherwise or {}).items() if name not in values}
        for name in self.fields:
            if name in stand_ins:
                continue
            if not values.get(name):
                raise ValueError(f"{name} is missing or empty")
            mistake = self.value_mistake(name, values[name])
            if mistake:
                raise ValueError(f"{name} {mistake}")
        subject = render(self.parts, {**values, **stand_ins})
        if not subject:
            raise ValueError("the subject is empty")
        if len(subject) > MAX_LENGTH:
            raise ValueError(f"the subject is longer than {MAX_LENGTH} characters")
        return subject

    def pattern(self, when: Mapping[str, str]) -> "SubjectPattern":
        """Return the pattern that takes exactly the subjects whose fields are as `when` says."""
        return SubjectPattern(
            "".join(part if isinstance(part, str) else when.get(part.name, "*") for part in self.parts)
        )

    def shape(self, values: Mapping[str, Shape]) -> Shape:
        """Return every subject that this template makes of these values, of all that a place permits where none are."""
        return Shape.chain(
            Shape.text(part)
            if isinstance(part, str)
            else values.get(part.name) or Shape.run(PRINTABLE - self.delimiters(part.name))
            for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class SubjectPattern:
    """What a trust policy says of `sub`."""

    text: str

    @property
    def operator(self) -> str:
        """IAM's condition operator: StringEquals where there is no wildcard, else StringLike."""
        return "StringLike" if has_wildcard(self.text) else "StringEquals"

    def matches(self, subject: str) -> bool:
        """Whether IAM takes the subject."""
        return like(self.text, subject) if has_wildcard(self.text) else self.text == subject

    def shape(self) -> Shape:
        """Return every subject that this pattern takes."""
        wild = {"*": Shape.run(PRINTABLE, least=0), "?": Shape.one_of(PRINTABLE)}
        return Shape.chain(wild.get(mark) or Shape.one_of(mark) for mark in self.text)
