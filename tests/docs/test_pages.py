"""The pages say what the code does: links, commands, codes, members and examples are held to it."""

import json
import re
from pathlib import Path

import pytest
import yaml

from jobpass.configuration import load
from jobpass_issuer.domain import registration_request
from jobpass_issuer.domain.credentials import Credentials, container_answer
from jobpass_issuer.domain.environment import BLOCKS
from jobpass_issuer.domain.errors import IssuerError
from jobpass_issuer.domain.issuance import ROLES_CLAIM
from jobpass_issuer.handlers import aws_credentials, github_token, windmill_token
from jobpass_issuer.handlers.response import status_of

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/*.md")])
REFERENCE = (ROOT / "docs/reference/http-api.md").read_text()
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
MENTION = re.compile(r"`make ([a-z-]+)|^make ([a-z-]+)", re.MULTILINE)


def _names(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_names)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    """A link that leads nowhere is the first thing that a newcomer meets."""
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=_names)
def test_every_make_command_that_a_page_names_exists(page: Path) -> None:
    """The Makefile has each target by that name."""
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    named = {first or second for first, second in MENTION.findall(page.read_text())}

    assert named <= targets


def test_readme_shows_the_two_commands_before_how_to_deploy() -> None:
    """What it is, the two commands, then how to deploy, in that order."""
    readme = (ROOT / "README.md").read_text()

    assert 0 < readme.index("make demo") < readme.index("make test") < readme.index("## Deploy it")


def test_ci_calls_the_test_command_of_the_readme() -> None:
    """What a reader is told to run is what a change must pass."""
    assert "make test\n" in (ROOT / ".ci/run").read_text()


def _kinds(kind: type[IssuerError]) -> set[type[IssuerError]]:
    below = kind.__subclasses__()
    return {kind, *(each for one in below for each in _kinds(one))}


def test_reference_has_every_error_code_with_its_status_and_no_other() -> None:
    """The table of errors is the types' own."""
    made = {(status_of(_bare(kind)), kind.code) for kind in _kinds(IssuerError)}
    documented = re.findall(r"^\| (\d{3}) \| `([a-z_]+)` \|", REFERENCE, re.MULTILINE)

    assert {(int(status), code) for status, code in documented} == made


def _bare(kind: type[IssuerError]) -> IssuerError:
    """An error of a type, whatever its constructor takes: its status hangs on the type alone."""
    return kind.__new__(kind)


def test_reference_lists_the_members_of_a_registration() -> None:
    """Each member of the body has a row, and no row is made up."""
    section = REFERENCE[REFERENCE.index("### `POST /v1/jobs`") : REFERENCE.index("`201`")]

    assert tuple(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)) == registration_request.MEMBERS


def test_reference_lists_the_blocks_of_an_answer() -> None:
    """Each block has a row, and no row is made up."""
    section = REFERENCE[REFERENCE.index("| block |") : REFERENCE.index("### `GET /v1/jobs/{job_id}`")]

    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == list(BLOCKS)


@pytest.mark.parametrize(
    ("route", "parameters"),
    [
        ("GET /v1/token", github_token.PARAMETERS),
        ("POST /api/w/{workspace}/oidc/token/{audience}", windmill_token.PARAMETERS),
        ("GET /v1/credentials", aws_credentials.PARAMETERS),
    ],
)
def test_reference_lists_the_parameters_of_a_jobs_route(route: str, parameters: tuple[str, ...]) -> None:
    """Each parameter of the query has a row, and no row is made up."""
    section = REFERENCE.partition(f"### `{route}`\n")[2].partition("\n##")[0]

    assert set(re.findall(r"^\| `([a-z_-]+)` \|", section, re.MULTILINE)) == set(parameters)


def test_reference_names_the_claim_of_a_pin() -> None:
    """As STS spells it."""
    assert ROLES_CLAIM in REFERENCE


def test_reference_has_every_member_of_drawn_credentials() -> None:
    """Those that the SDKs read, and those beside."""
    line = next(line for line in REFERENCE.splitlines() if line.startswith("`200`: `AccessKeyId`"))
    answer = container_answer(Credentials("", "", "", ""), "arn:aws:iam::000000000000:role/x")

    assert re.findall(r"`([A-Z]\w+)`", line) == list(answer)


@pytest.mark.parametrize(
    "page",
    [
        "own-domain.md",
        "semaphore.md",
        "windmill.md",
        "github-actions.md",
        "gitlab.md",
        "buildkite.md",
        "google-cloud.md",
        "azure.md",
    ],
)
def test_yaml_of_a_how_to_is_taken_by_the_configuration(page: str, tmp_path: Path) -> None:
    """A fragment, laid over the example, loads without a mistake."""
    text = (ROOT / "docs/how-to" / page).read_text()
    fragments = re.findall(r"^( *)```yaml\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE)
    example = yaml.safe_load((ROOT / "jobpass.yaml").read_text())
    for _, fragment in fragments:
        for name, value in yaml.safe_load(fragment).items():
            example[name] = {**example.get(name, {}), **value}
    path = tmp_path / "jobpass.yaml"
    path.write_text(yaml.safe_dump(example))

    assert fragments
    assert load(path).name == "jobpass"


def test_the_demonstration_runs_the_commands_that_the_how_to_prints() -> None:
    """Word for word, the role's ARN aside."""
    shown = (ROOT / "local/demo/semaphore.sh").read_text().splitlines()
    printed = (ROOT / "docs/how-to/semaphore.md").read_text().splitlines()

    assert [line for line in shown if line.startswith("export ") and "ROLE_ARN=" not in line] == [
        line for line in printed if line.startswith("export ") and not re.match(r"export (ROLE_ARN|SEMAPHORE)", line)
    ]


@pytest.mark.parametrize("name", ["semaphore", "windmill"])
def test_the_how_to_names_every_field_of_the_preset(name: str) -> None:
    """Whoever writes a registration finds them all on the page."""
    preset = json.loads((ROOT / f"lambda_src/jobpass_issuer/domain/presets/{name}.json").read_text())
    page = (ROOT / f"docs/how-to/{name}.md").read_text()

    assert [field for field in preset["fields"] if f"`{field}`" not in page] == []
