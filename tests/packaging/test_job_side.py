"""What runs on jobs is checked for a job's Python and libraries, whichever modules it comes to be."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bench.installation import REPOSITORY, Installation
from bench.issuer import issuer, token
from tests.packaging.job_side import WITH_BOTO3, modules

RUFF = Path(sys.executable).parent / "ruff"
# Python 3.10 brought it.
NEWER = "match 1:\n    case 1:\n        pass\n"


def too_new(module: str) -> bool:
    """Whether ruff holds a module to a Python that lacks something newer."""
    path = REPOSITORY.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    assert file.is_file(), module
    checking = [str(RUFF), "check", "--no-cache", "--quiet", "--output-format=json", "--stdin-filename", str(file), "-"]
    ran = subprocess.run(checking, cwd=REPOSITORY, input=NEWER, capture_output=True, text=True, timeout=60, check=False)
    return any("on Python 3.9" in found["message"] for found in json.loads(ran.stdout))


def test_ruff_holds_every_module_to_the_oldest_python() -> None:
    assert [module for module in [*modules(), WITH_BOTO3] if not too_new(module)] == []
    assert not too_new("jobpass.configuration")


def test_a_contract_keeps_libraries_out_of_every_module() -> None:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    held = next(each["source_modules"] for each in contracts if each["name"].startswith("what jobs run"))
    # Packages of which operators have modules as well say nothing themselves.
    shared = {"jobpass", "jobpass.__main__", "jobpass.command"}

    assert [
        module
        for module in modules()
        if module not in shared and not any(module == each or module.startswith(f"{each}.") for each in held)
    ] == []


def test_every_module_runs_without_a_library(without_extra: Installation) -> None:
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint('all')"
    ran = without_extra.run(without_extra.python, "-W", "error", "-c", script, *modules())

    assert (ran.stdout, ran.stderr) == ("all\n", "")


def test_a_token_is_fetched(without_extra: Installation) -> None:
    with issuer() as block:
        ran = without_extra.run(without_extra.jobpass, "token", "--audience", "sts.amazonaws.com", **block)
        wrong = {**block, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": f"{'1' * 32}.{'B' * 43}"}
        refused = without_extra.run(without_extra.jobpass, "token", "--json", **wrong)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.strip().split(".")[0] == token().split(".")[0]
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "unauthorized"


def test_what_needs_a_newer_python_says_so(oldest: Installation) -> None:
    script = "import jobpass\ntry: jobpass.Jobs\nexcept jobpass.JobpassError as error: print(error.code, error.message)"
    ran = oldest.run(oldest.python, "-c", script)

    assert (ran.stdout, ran.stderr) == ("python_too_old `jobpass.Jobs` needs Python 3.11, and this is 3.9\n", "")


def test_what_needs_a_library_says_so(plain: Installation) -> None:
    script = (
        "import jobpass\n"
        "def register(): jobpass.Jobs('https://jobs.example.com').register('ci', {})\n"
        "for asked in (lambda: jobpass.aws_session, register):\n"
        "    try:\n"
        "        asked()\n"
        "    except jobpass.JobpassError as error:\n"
        "        print(error.code, error.remedy)\n"
    )
    ran = plain.run(plain.python, "-c", script)

    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "extra_missing run: pip install 'boto3'",
        "extra_missing run: pip install 'jobpass[operator]'",
    ]


@pytest.mark.parametrize("name", ["JobpassError", "RefusedError", "UnavailableError", "get_id_token"])
def test_the_library_has_its_other_names(name: str, without_extra: Installation) -> None:
    ran = without_extra.run(without_extra.python, "-c", f"import jobpass; print(jobpass.{name}.__name__)")

    assert (ran.stdout.strip(), ran.stderr) == (name, "")
