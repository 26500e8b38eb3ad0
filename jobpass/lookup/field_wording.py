"""What stands in a job's way, said in its fields instead of its subject, for profiles of a `jobpass.yaml`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from jobpass.explain import Check, Verdict
from jobpass.explain.quoting import quoted
from jobpass.explain.trust_obstacle import nearest_condition
from jobpass.explain.trust_policy import ConditionResult
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.string_like import like
from jobpass_issuer.domain.subject import Field, SubjectTemplate

_PIN = "sts:roleauthorizedbyidp"


@dataclass(frozen=True, slots=True)
class Miss:
    """A field whose value a role does not want."""

    field: str
    value: str
    wanted: str

    def __str__(self) -> str:
        return f"{quoted(self.field)} is {quoted(self.value)}; the role wants {quoted(self.wanted)}"


def taken_apart(template: SubjectTemplate, subject: str, *, pattern: bool = False) -> dict[str, str] | None:
    """Return what stands in each place of a subject, or of a pattern for subjects, None where it is of another form.

    No value holds a delimiter of its place, so there is one way only.
    """
    expression = ""
    for part in template.parts:
        if isinstance(part, Field):
            barred = template.delimiters(part.name) - (frozenset("*?") if pattern else frozenset())
            expression += (
                f"(?P<{part.name}>[^{re.escape(''.join(sorted(barred)))}]+)" if barred else f"(?P<{part.name}>.+)"
            )
        else:
            expression += re.escape(part)
    found = re.fullmatch(expression, subject)
    return found.groupdict() if found else None


def misses(template: SubjectTemplate, subject: str, patterns: Iterable[str]) -> tuple[Miss, ...]:
    """Return the fields that keep a subject from the pattern that comes closest; none where that cannot be told."""
    values = taken_apart(template, subject)
    wants = [found for each in patterns if (found := taken_apart(template, each, pattern=True)) is not None]
    if values is None or not wants:
        return ()
    return min((_missed(values, wanted) for wanted in wants), key=len)


def _missed(values: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Miss, ...]:
    return tuple(Miss(name, values[name], want) for name, want in wanted.items() if not like(want, values[name]))


@dataclass(frozen=True, slots=True)
class FieldWording:
    """The profiles that a token's job may be of, and the role of the file that refuses it, where it is one."""

    profiles: Mapping[str, Profile]
    profile: str | None = None
    role: str | None = None
    role_profile: str | None = None

    def of(self, verdict: Verdict) -> Verdict:
        """Return the verdict, its obstacle in a condition on the subject said by field."""
        found = nearest_condition(verdict.trust) if verdict.trust else None
        if found is None:
            return verdict
        statement, line = found
        if not line.key.lower().endswith(":sub") or not line.actual or "Not" in line.operator:
            return verdict
        said = self._another_profile(line) or self._fields(line)
        if said is None:
            return verdict
        cause, remedy = said
        if any(each.key.lower() == _PIN and not each.matched for each in statement.conditions):
            # It would refuse a job of the right fields too.
            cause, remedy = (
                f"{cause}; and it wants a pinned token",
                f"{remedy}; and ask for a token pinned to this role",
            )
        return replace(verdict, checks=tuple(_worded(check, cause, remedy) for check in verdict.checks))

    def _fields(self, line: ConditionResult) -> tuple[str, str] | None:
        subject = (line.actual or ("",))[0]
        for profile in self._candidates():
            missed = misses(profile.subject, subject, line.expected)
            if missed:
                first = missed[0]
                wish = f"register the job with {quoted(first.field)} {quoted(first.wanted)}"
                place = f"`roles.{self.role}.when`" if self.role else f"the condition on {quoted(line.key)}"
                others = f" (and {', '.join(quoted(each.field) for each in missed[1:])})" if missed[1:] else ""
                return "; ".join(map(str, missed)), f"{wish}{others}, or change {place}"
        return None

    def _candidates(self) -> list[Profile]:
        """The job's profile where it is known, else the role's, else all."""
        known = self.profiles.get(self.profile or self.role_profile or "")
        return [known] if known else list(self.profiles.values())

    def _another_profile(self, line: ConditionResult) -> tuple[str, str] | None:
        """What to say where the role trusts jobs of one profile and the token is of another."""
        role_profile = self.profiles.get(self.role_profile or "")
        if role_profile is None:
            return None
        subject = (line.actual or ("",))[0]
        if self.profile is not None:
            made = self.profile
        elif taken_apart(role_profile.subject, subject) is not None:
            return None
        else:
            others = [name for name, each in self.profiles.items() if taken_apart(each.subject, subject) is not None]
            made = others[0] if len(others) == 1 else role_profile.name
        if made == role_profile.name:
            return None
        cause = f"`profile` is {quoted(made)}; the role wants {quoted(role_profile.name)}"
        return cause, f"register the job with profile {quoted(role_profile.name)}, or use a role for {quoted(made)}"


def _worded(check: Check, cause: str, remedy: str) -> Check:
    if check.name != "trust policy" or check.refusal is None:
        return check
    return replace(check, detail=cause, refusal=replace(check.refusal, cause=cause, remedy=remedy))
