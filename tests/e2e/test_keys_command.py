"""`jobpass keys list` on the deployed stack, as a program of its own; test_rotation.py has the other commands."""

import json
import os
import sys
from pathlib import Path

from local.deployment import Deployment
from tests.e2e.programs import Ran, run


def keys(deployment: Deployment, folder: Path, *arguments: str) -> Ran:
    """The command in an empty folder, in an operator's shell."""
    environment = {"PATH": os.environ["PATH"], **deployment.embedded.variables(), "COLUMNS": "80"}
    return run([sys.executable, "-m", "jobpass", "keys", *arguments], environment, directory=folder)


def test_the_ring_of_the_deployed_stack(deployment: Deployment, tmp_path: Path) -> None:
    jwk_set = json.loads(deployment.web.request("GET", deployment.output("JwksUrl")).body)
    shown, told = keys(deployment, tmp_path, "list"), keys(deployment, tmp_path, "list", "--json")

    assert [(each.returncode, each.stderr) for each in (shown, told)] == [(0, "")] * 2
    ring = json.loads(told.stdout)
    assert sorted(ring["served"]) == sorted(jwk["kid"] for jwk in jwk_set["keys"])
    assert shown.stdout.startswith(f"signs  {ring['active']}\n")
    assert {key["kid"] for key in ring["keys"]} <= set(shown.stdout.splitlines())


def test_what_is_not_there(deployment: Deployment, tmp_path: Path) -> None:
    for option in (("--stack", "nobody"), ("--function", "nobody")):
        ran = keys(deployment, tmp_path, "list", *option, "--json")
        assert (ran.returncode, ran.stderr) == (3, "")
        assert json.loads(ran.stdout)["error"]["code"] == "no_keys_function"


def test_nothing_is_revoked_where_nobody_can_be_asked(deployment: Deployment, tmp_path: Path) -> None:
    before = keys(deployment, tmp_path, "list", "--json").stdout
    ran = keys(deployment, tmp_path, "revoke", json.loads(before)["active"], "--reason", "x")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "`--yes`" in ran.stderr
    assert json.loads(keys(deployment, tmp_path, "list", "--json").stdout)["keys"] == json.loads(before)["keys"]
