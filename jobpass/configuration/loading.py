"""From a file to a configuration, or to every mistake in it."""

from collections.abc import Iterator
from pathlib import Path as FilePath

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jobpass.configuration.configuration import Configuration
from jobpass.configuration.deployment_checks import findings
from jobpass.configuration.draft import draft
from jobpass.configuration.errors import ConfigurationError, Path, Problem, dotted
from jobpass.configuration.wording import place, words
from jobpass.configuration.yaml_document import YamlDocument, read


def load(path: FilePath) -> Configuration:
    """Return the configuration that a file holds.

    Raises:
        ConfigurationError: with every mistake at once; also where there is no such file, or it is not UTF-8.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        message = f"cannot be read ({error.strerror}): begin with a copy of the example `jobpass.yaml`"
        raise ConfigurationError(path.name, [Problem("", None, message)]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError(path.name, [Problem("", line, "is not UTF-8: save it in that encoding")]) from None
    return parse(text, path.name)


def parse(text: str, source: str = "jobpass.yaml") -> Configuration:
    """Return the configuration that a text holds; `source` names it in messages.

    Raises:
        ConfigurationError: with every mistake at once.
    """
    document = read(text)
    if document.values is None and document.mistakes:
        raise ConfigurationError(source, [Problem(dotted(path), line, said) for path, line, said in document.mistakes])
    configuration, errors = _fit(document.values)
    problems = list(_problems(document, errors))
    if configuration is None or problems:
        raise ConfigurationError(source, problems)
    return configuration


def _fit(values: object) -> tuple[Configuration | None, list[ErrorDetails]]:
    try:
        return Configuration.model_validate(values), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _problems(document: YamlDocument, errors: list[ErrorDetails]) -> Iterator[Problem]:
    """Every mistake in the order of the file, what the checks say only of places that could be read."""
    written = [(path, line, message) for path, line, message in document.mistakes]
    told = {path for path, _, _ in written}
    misfits = [(place(error), words(error, document)) for error in errors if place(error) not in told]
    told |= {path for path, _ in misfits}
    checked = [finding for finding in findings(draft(document.values, errors)) if finding[0] not in told]
    found: list[tuple[Path, int | None, str]] = [
        *written,
        *((path, document.line(path), message) for path, message in [*misfits, *checked]),
    ]
    for path, line, message in sorted(found, key=lambda each: each[1] or 0):
        yield Problem(dotted(path), line, message)
