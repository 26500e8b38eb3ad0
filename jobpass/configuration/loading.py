"""From a file to a configuration, or to every mistake in it."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import ConfigurationError, Problem, dotted


def load(path: Path) -> Configuration:
    """Return the configuration that a file holds.

    Raises:
        ConfigurationError: with every mistake at once.
    """
    return parse(path.read_text("utf-8"), path.name)


def parse(text: str, source: str = "jobpass.yaml") -> Configuration:
    """Return the configuration that a text holds; `source` names it in messages.

    Raises:
        ConfigurationError: with every mistake at once.
    """
    try:
        return Configuration.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        problems = [Problem(dotted(each["loc"]), None, each["msg"]) for each in error.errors()]
        raise ConfigurationError(source, problems) from None
