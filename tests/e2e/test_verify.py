"""`jobpass verify` of a real token of the deployed stack, whose keys it fetches as any relying party does."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from local.deployment import Deployment
from local.registration import MAIN_BRANCH, Job, Platform
from tests.e2e.asking import QUERY, ask_for_token, bearer, token_of
from tests.e2e.programs import run


@pytest.fixture(scope="module")
def token(deployment: Deployment, platform: Platform) -> str:
    """A fresh token for AWS."""
    return token_of(ask_for_token(deployment, QUERY, bearer(platform.register(Job(MAIN_BRANCH)))))


def verify(deployment: Deployment, folder: Path, token: str, *arguments: str) -> tuple[int, Any]:
    """The command in an empty folder, with the token in its environment and nowhere in what it prints."""
    reaching = {name: value for name, value in deployment.embedded.variables().items() if "ISSUER" not in name}
    environment = {"PATH": os.environ["PATH"], **reaching, "ID_TOKEN": token}
    words = [sys.executable, "-m", "jobpass", "verify", "--token-env", "ID_TOKEN", *arguments, "--json"]
    ran = run(words, environment, directory=folder)
    assert ran.stderr == ""
    assert all(part not in ran.stdout for part in token.split("."))
    return ran.returncode, json.loads(ran.stdout)


def test_a_real_token_is_good(deployment: Deployment, token: str, tmp_path: Path) -> None:
    issuer = deployment.output("IssuerUrl")
    named = ("--issuer-url", issuer, "--audience", "sts.amazonaws.com")
    status, told = verify(deployment, tmp_path, token, *named)

    assert (status, told["verdict"], told["issuer"], told["notes"]) == (0, "valid", issuer, [])
    assert told["subject"] == told["claims"]["sub"]
    status, told = verify(deployment, tmp_path, token)
    assert (status, told["issuer"], told["issuer_named_by"]) == (0, issuer, "token")


def test_a_bad_one_is_refused(deployment: Deployment, token: str, tmp_path: Path) -> None:
    issuer = ("--issuer-url", deployment.output("IssuerUrl"))
    head, claims, signature = token.split(".")
    changed = ".".join([head, claims, ("B" if signature.startswith("A") else "A") + signature[1:]])
    later = ("--at", str(int(time.time()) + 300))
    asked = {
        "signature": (changed, *issuer),
        "expired": (token, *issuer, *later),
        "audience": (token, *issuer, "--audience", "vault.example.com"),
        "issuer": (token, "--issuer-url", f"{issuer[1]}/"),
    }

    for code, (given, *options) in asked.items():
        status, told = verify(deployment, tmp_path, given, *options)
        assert (status, told["error"]["code"]) == (1, code)
