"""Synthesizes each configuration once in this process: loading the construct library is what takes time."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_cdk import App

from infra import nag
from infra.stacks import stacks
from jobpass.configuration import parse
from tests.infra.template import Template

ROOT = Path(__file__).parents[2]
ISSUER_CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef"
OWN_DOMAIN = {
    "url": "https://oidc.example.com/api/oidc",
    "certificate_arn": ISSUER_CERTIFICATE,
    "hosted_zone": {"id": "Z0123456789ABCDEFGHIJ", "name": "example.com"},
}

HERE = Path(__file__).parent

Synthesize = Callable[..., Template]
SynthesizeAll = Callable[..., dict[str, Template]]


def variant(**changes: Any) -> str:
    """Return the example configuration with some of its sections replaced."""
    document = yaml.safe_load((ROOT / "jobpass.yaml").read_text("utf-8"))
    return yaml.safe_dump({**document, **changes}, sort_keys=False)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one worker: what takes time is loading the construct library and the first synth."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("infra"))


@pytest.fixture(scope="session")
def synthesize_all(tmp_path_factory: pytest.TempPathFactory) -> SynthesizeAll:
    """Return a function that gives every template of the example configuration with sections of it replaced, by name.

    The issuer's is the first.
    """
    made: dict[str, dict[str, Template]] = {}

    def synthesized(**changes: Any) -> dict[str, Template]:
        configuration = variant(**changes)
        if configuration not in made:
            made[configuration] = _synthesized(configuration, tmp_path_factory.mktemp("assembly"))
        return made[configuration]

    return synthesized


@pytest.fixture(scope="session")
def synthesize(synthesize_all: SynthesizeAll) -> Synthesize:
    """Return a function that gives the issuer's template alone."""

    def synthesized(**changes: Any) -> Template:
        return next(iter(synthesize_all(**changes).values()))

    return synthesized


@pytest.fixture(scope="session")
def example(synthesize: Synthesize) -> Template:
    """The template of the example configuration: an issuer at the distribution's own address."""
    return synthesize()


@pytest.fixture(scope="session")
def own_domain(synthesize: Synthesize) -> Template:
    """The template of an issuer on a domain of one's own, with a path, that keeps what it has."""
    return synthesize(issuer=OWN_DOMAIN, retention="retain", deletion_protection=True)


def _synthesized(configuration_text: str, directory: Path) -> dict[str, Template]:
    configuration = parse(configuration_text)
    app = App(outdir=str(directory), analytics_reporting=False)
    made = list(stacks(app, configuration))
    nag.check(app, made, configuration)
    app.synth()
    paths = {stack.stack_name: directory / stack.template_file for stack in made}
    return {name: Template(json.loads(path.read_text("utf-8")), path) for name, path in paths.items()}
