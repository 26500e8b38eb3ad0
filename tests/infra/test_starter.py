"""A first configuration, as `jobpass init` writes it in an empty folder, synthesizes as it is."""

import json
from pathlib import Path

import pytest
import yaml

from jobpass.command.main import main
from tests.infra.conftest import Synthesize, variant
from tests.infra.template import trust_policy

KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}


@pytest.mark.parametrize(
    ("options", "subject"),
    [
        ([], "repo:acme/web:ref:refs/heads/main"),
        (["--preset", "windmill", "--demonstration", "--public-key", "key.json"], "*::f/ci/deploy::*::prod"),
    ],
)
def test_it_synthesizes(
    options: list[str], subject: str, synthesize: Synthesize, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("key.json").write_text(json.dumps(KEY))
    assert main(["init", *options]) == 0
    # What the file leaves out, and the example does not, is as production wants it.
    written = {"canary": {}, **yaml.safe_load(Path("jobpass.yaml").read_text())}

    # Every section of the example is replaced: what is synthesized is the file's content and nothing else.
    assert yaml.safe_load(variant(**written)) == written
    policy = trust_policy(synthesize(**written).role("jobpass-deploy"))
    assert subject in json.dumps(policy)
