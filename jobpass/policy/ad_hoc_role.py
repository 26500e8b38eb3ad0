"""A role that stands in no file: described on the command line, and checked as synthesis checks the file's roles."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jobpass.configuration import preset
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.deployment_checks import findings
from jobpass.configuration.draft import draft
from jobpass.configuration.errors import ConfigurationError, Finding, Path, Problem
from jobpass.configuration.role_settings import DEFAULT_AUDIENCE
from jobpass.configuration.suggestion import suggestion
from jobpass.configuration.when_checks import REASON
from jobpass.configuration.wording import place, words
from jobpass.configuration.yaml_document import YamlDocument
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

SOURCE = "the command line"
_NAME = "ad-hoc"
_PLACE = ("roles", _NAME)
_OPTIONS = {"profile": "--profile", "allow_any": "--allow-any", "pin": "--pin"}


@dataclass(frozen=True, slots=True)
class AdHocRole:
    """Which jobs of which profile are to be trusted, as somebody wrote it in options."""

    profile: str
    when: Mapping[str, str] = field(default_factory=dict)
    audiences: tuple[str, ...] = (DEFAULT_AUDIENCE,)
    pin_required: bool = False
    allow_any: str | None = None
    form: str | None = None

    def resolve(self, file: Mapping[str, Any] | None = None) -> tuple[TrustingRole, Profile]:
        """Return the role and its profile: a profile of the file whose values are given, else a preset.

        Raises:
            ConfigurationError: with every mistake at once, each at the option that made it.
        """
        values = self._among(deepcopy(dict(file))) if file is not None else self._with_a_preset()
        try:
            configuration, errors = Configuration.model_validate(values), []
        except ValidationError as error:
            configuration, errors = None, error.errors(include_url=False)
        problems = [Problem(self._option(path), None, said) for path, said in _own(values, errors)]
        if configuration is None or problems:
            raise ConfigurationError(SOURCE, problems)
        deployment = configuration.deployment()
        return deployment.roles[_NAME], deployment.profiles[self.profile]

    def _among(self, values: dict[str, Any]) -> dict[str, Any]:
        """The file's values with this role among its roles, for every platform to name."""
        values["roles"] = {**values.get("roles", {}), _NAME: self._settings()}
        for platform in values["platforms"].values():
            platform["roles"] = [*platform.get("roles", []), _NAME]
        return values

    def _with_a_preset(self) -> dict[str, Any]:
        if self.profile not in preset.names():
            text = f"`{self.profile}` is no preset: {suggestion(self.profile, preset.names())}; "
            text += "for a profile of a file name the file with `--config`"
            raise ConfigurationError(SOURCE, [Problem("--profile", None, text)])
        anybody = {
            "principals": ["arn:aws:iam::000000000000:root"],
            "profiles": [self.profile],
            "audiences": list(self.audiences),
        }
        described = {"preset": self.profile} if self.form is None else {"preset": self.profile, "form": self.form}
        return self._among({"profiles": {self.profile: described}, "platforms": {"anybody": anybody}})

    def _settings(self) -> dict[str, Any]:
        made: dict[str, Any] = {"profile": self.profile, "when": dict(self.when), "audiences": list(self.audiences)}
        if self.pin_required:
            made["pin"] = "required"
        return made if self.allow_any is None else {**made, "allow_any": self.allow_any}

    def _option(self, path: Path) -> str:
        """The option that a place in the role's settings comes from."""
        if path[2:3] == ("form",):
            return "--form"
        setting, inner = (*path[2:], None, None)[:2]
        if setting == "audiences" and isinstance(inner, int):
            return f"--audience {self.audiences[inner]}"
        if setting == "when":
            return f"--when {inner}" if inner is not None else "--when"
        return _OPTIONS.get(str(setting), "")


def _own(values: Mapping[str, Any], errors: list[ErrorDetails]) -> Iterator[Finding]:
    """What is wrong with this role, or with the form of its profile; the rest was sound before it came."""
    for error in errors:
        yield place(error), words(error, YamlDocument())
    for path, said in findings(draft(values, errors)):
        if path[:2] == _PLACE or path[2:3] == ("form",):
            yield path, said.replace(REASON, REASON.replace("allow_any", _OPTIONS["allow_any"]))
