"""A configuration with the parts left out that do not fit, so that what is left can be checked in the same run."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import Path
from jobpass.configuration.settings import Settings
from jobpass.configuration.wording import place
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

_NAMED = ("profiles", "platforms", "roles")
# Settings on which no check of another part depends: without them the entry is still worth checking.
_INDEPENDENT: Mapping[tuple[str, str], Any] = {
    ("platforms", "max_job_seconds"): 60,
    ("platforms", "principals"): ["arn:aws:iam::000000000000:root"],
    ("roles", "max_session_seconds"): 3600,
    ("roles", "managed_policies"): [],
}


@dataclass
class Draft:
    """What of a configuration could be read; `whole` tells, by section, whether all of it could.

    `profiles` holds those that can describe jobs; the checks of profiles leave out the others.
    """

    configuration: Configuration
    whole: Mapping[str, bool]
    unread: frozenset[tuple[str, str]]
    profiles: dict[str, Profile] = field(default_factory=dict)

    def roles(self) -> Iterator[tuple[str, TrustingRole, Profile]]:
        """The roles whose profile can describe jobs."""
        for name, settings in self.configuration.roles.items():
            if settings.profile in self.profiles:
                yield name, settings.role(name, self.configuration.name), self.profiles[settings.profile]

    def platforms(self) -> Iterator[tuple[str, Platform]]:
        """All platforms that could be read."""
        for name, settings in self.configuration.platforms.items():
            yield name, settings.platform(name, self.configuration.name)

    def names(self, section: str) -> set[str]:
        """The names in a section, those of entries that could not be read included."""
        read = getattr(self.configuration, section)
        return {*read, *(name for other, name in self.unread if other == section)}


def draft(values: object, errors: Iterable[ErrorDetails]) -> Draft:
    """Return what can be read of the values, given how they do not fit the models."""
    rest: dict[str, Any] = deepcopy(values) if isinstance(values, dict) else {}
    unread = {spoiled for error in errors if (spoiled := _leave_out(rest, place(error), error["type"]))}
    sections = {name: rest.get(name) if isinstance(rest.get(name), dict) else None for name in _NAMED}
    whole = {
        name: (sections[name] is not None or (name == "roles" and name not in rest))
        and not any(each[0] == name for each in unread)
        for name in _NAMED
    }
    whole["issuer"] = not any(section == "issuer" for section, _ in unread)
    return Draft(_construct(rest, sections), whole, frozenset(unread))


def _leave_out(rest: dict[str, Any], path: Path, kind: str) -> tuple[str, str] | None:
    """Take out what an error is about; return section and name where a whole entry goes."""
    section = str(path[0]) if path else ""
    if kind == "extra_forbidden":
        _delete(rest, path)
    elif section in _NAMED and len(path) > 1:
        if (section, str(path[2]) if len(path) > 2 else "") in _INDEPENDENT:
            rest[section][path[1]][path[2]] = _INDEPENDENT[(section, str(path[2]))]
            return None
        _delete(rest, path[:2])
        return section, str(path[1])
    elif section not in _NAMED:
        _delete(rest, path[:2])
        return section, str(path[1]) if len(path) > 1 else ""
    return None


def _delete(rest: Any, path: Path) -> None:
    for part in path[:-1]:
        rest = rest.get(part) if isinstance(rest, dict) else None
    if isinstance(rest, dict) and path:
        rest.pop(path[-1], None)


def _construct(rest: Mapping[str, Any], sections: Mapping[str, dict[str, Any] | None]) -> Configuration:
    """Make a configuration of what is left, without the demand that every section be there."""
    fields = Configuration.model_fields
    parts: dict[str, Any] = {}
    for name, value in rest.items():
        annotation: Any = fields[name].annotation if name in fields else None
        if name in _NAMED:
            continue
        if isinstance(annotation, type) and issubclass(annotation, Settings):
            parts[name] = _valid(annotation, value)
        elif name in fields:
            parts[name] = value
    for name, entries in sections.items():
        model = get_args(fields[name].annotation)[1]
        made = {key: _valid(model, entry) for key, entry in (entries or {}).items()}
        parts[name] = {key: entry for key, entry in made.items() if entry is not None}
    return Configuration.model_construct(**{name: part for name, part in parts.items() if part is not None})


def _valid(model: type[Settings], value: object) -> Settings | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None
