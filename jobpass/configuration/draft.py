"""A configuration with the parts left out that do not fit, so that what is left can be checked in the same run."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import Path
from jobpass.configuration.settings import NAME, Settings
from jobpass.configuration.wording import place
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

_NAMED = ("profiles", "platforms", "roles", "accounts")
# The base point of P-256, a sound public key.
_SOME_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "kid": "unread",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
# Settings on which no check of another part depends: without them the entry is still worth checking.
_INDEPENDENT: Mapping[tuple[str, str], Any] = {
    ("platforms", "max_job_seconds"): 60,
    ("platforms", "principals"): ["arn:aws:iam::000000000000:root"],
    ("platforms", "public_keys"): [_SOME_KEY],
    ("roles", "max_session_seconds"): 3600,
    ("roles", "managed_policies"): [],
    ("roles", "inline_policies"): {},
    ("roles", "permissions_boundary"): None,
    ("roles", "path"): "/",
    ("roles", "pin"): "optional",
}


@dataclass
class Draft:
    """What of a configuration could be read.

    `unread` names section and entry of what could not, the entry empty for a whole section. `profiles` holds those
    that can describe jobs; the checks of profiles leave out the others.
    """

    configuration: Configuration
    unread: frozenset[tuple[str, str]]
    profiles: dict[str, Profile] = field(default_factory=dict)

    def roles(self) -> Iterator[tuple[str, TrustingRole, Profile]]:
        """The roles whose profile can describe jobs."""
        ids = self.configuration.account_ids
        for name, settings in self.configuration.roles.items():
            if settings.profile in self.profiles:
                yield name, settings.role(name, self.configuration.name, ids), self.profiles[settings.profile]

    def platforms(self) -> Iterator[tuple[str, Platform]]:
        """All platforms that could be read."""
        for name, settings in self.configuration.platforms.items():
            yield name, settings.platform(name, self.configuration.name)

    def read(self, section: str, *names: str) -> bool:
        """Whether a section could be read, and in it these entries; without names, all that it holds."""
        spoiled = {name for other, name in self.unread if other == section}
        return spoiled.isdisjoint((*names, "")) if names else not spoiled

    def readable(self, section: str) -> bool:
        """Whether all names of a section are known, those of entries that could not be read too."""
        return all(re.fullmatch(NAME, name) for other, name in self.unread if other == section)

    def names(self, section: str) -> set[str]:
        """The names in a section, those of entries that could not be read included."""
        read = getattr(self.configuration, section)
        return {*read, *(name for other, name in self.unread if other == section)}


def draft(values: object, errors: Iterable[ErrorDetails]) -> Draft:
    """Return what can be read of the values, given how they do not fit the models."""
    rest: dict[str, Any] = deepcopy(values) if isinstance(values, dict) else {}
    unread = {spoiled for error in errors if (spoiled := _leave_out(rest, place(error), error["type"]))}
    return Draft(_construct(rest), frozenset(unread))


def _leave_out(rest: dict[str, Any], path: Path, kind: str) -> tuple[str, str] | None:
    """Take out what an error is about; return section and entry that go with it, None where none does."""
    section, entry = (*map(str, path[:2]), "", "")[:2]
    if kind == "extra_forbidden":
        _delete(rest, path)
        return None
    if len(path) > 2 and (section, str(path[2])) in _INDEPENDENT:
        if entry in rest[section]:
            rest[section][entry][path[2]] = _INDEPENDENT[(section, str(path[2]))]
        return None
    _delete(rest, path[:2])
    return section, entry


def _delete(rest: Any, path: Path) -> None:
    for part in path[:-1]:
        rest = rest.get(part) if isinstance(rest, dict) else None
    if isinstance(rest, dict) and path:
        rest.pop(path[-1], None)


def _construct(rest: Mapping[str, Any]) -> Configuration:
    """Make a configuration of what is left, without the demand that every section be there."""
    parts: dict[str, Any] = {"profiles": {}, "platforms": {}}
    for name, value in rest.items():
        annotation: Any = Configuration.model_fields[name].annotation
        if name in _NAMED:
            made = {key: _valid(get_args(annotation)[1], entry) for key, entry in value.items()}
            parts[name] = {key: entry for key, entry in made.items() if entry is not None}
        else:
            parts[name] = _valid(annotation, value) if isinstance(value, dict) else value
    return Configuration.model_construct(**{name: part for name, part in parts.items() if part is not None})


def _valid(model: type[Settings], value: object) -> Settings | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None
