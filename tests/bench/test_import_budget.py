"""What a token makes the function load: each module is paid for by the job that waits for a start. Nothing is timed."""

import json
import subprocess
import sys
import time

import pytest

from bench.stub.running import stub
from bench.token.function import variables
from bench.token.packages import built_token_package
from bench.token.sample import requests, sample, table

# As many as it loads, and a few more: between two versions of Python they differ by some.
MOST_MODULES = 225
KEYS = 2
ASK = """
import json, sys
sys.path[:] = [sys.argv[1], *sys.path]
bare = set(sys.modules)
from jobpass_issuer.handlers.token import handler
answer = handler(json.load(sys.stdin), None)
print(json.dumps({"status": answer["statusCode"], "modules": sorted(set(sys.modules) - bare)}), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The modules that a fresh process has loaded once it has granted a token, by the package as it is deployed."""
    folder = tmp_path_factory.mktemp("budget")
    made = sample((KEYS,), int(time.time()))
    package = built_token_package(made.standing(1))
    with stub(made.contents, folder) as aws:
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", ASK, str(package)],
            input=json.dumps(requests(1)[0]),
            env=variables(aws, table(KEYS), made.key_arn),
            capture_output=True,
            text=True,
            check=True,
        )
    told = json.loads(ran.stderr.splitlines()[-1])
    assert told["status"] == 200
    modules: list[str] = told["modules"]
    return modules


def test_a_token_loads_no_more_modules_than_it_may(loaded: list[str]) -> None:
    assert len(loaded) <= MOST_MODULES, loaded


def test_of_other_peoples_packages_it_loads_those_that_were_chosen(loaded: list[str]) -> None:
    standard = sys.stdlib_module_names
    others = {name.partition(".")[0] for name in loaded} - standard - {"jobpass_issuer"}

    assert others == {"aws_lambda_powertools", "jmespath", "jwt", "typing_extensions"}


@pytest.mark.parametrize(
    "unwanted",
    [
        "asyncio",
        "boto3",
        "botocore",
        "concurrent.futures",
        "cryptography",
        "http.server",
        "subprocess",
        "urllib3",
        "xml",
    ],
)
def test_what_costs_much_and_is_needed_by_nobody_stays_out(loaded: list[str], unwanted: str) -> None:
    assert not [name for name in loaded if name == unwanted or name.startswith(f"{unwanted}.")]


def test_what_only_failures_need_waits_for_one(loaded: list[str]) -> None:
    late = {"jobpass_issuer.aws.retry", "jobpass_issuer.aws.query_service", "jobpass_issuer.handlers.aws_credentials"}

    assert not late & set(loaded)


def test_the_path_itself_is_loaded(loaded: list[str]) -> None:
    """The budget is of a granted token, not of a handler that answered something else."""
    assert {
        "jobpass_issuer.aws.connection",
        "jobpass_issuer.aws.signature",
        "jobpass_issuer.handlers.github_token",
    } <= set(loaded)
