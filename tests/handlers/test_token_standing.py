"""A job's token stands and falls with its platform, from the next request on."""

import json
from pathlib import Path

from jobpass_issuer.domain.standing import Standing
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOYMENT, VAULT
from tests.handlers.conftest import forget
from tests.handlers.events import members
from tests.handlers.issuing import ask, establish, register


def _deploy(standing: Standing, directory: Path) -> None:
    """Put another package in the place of the function's."""
    (directory / "standing.json").write_text(json.dumps(standing.to_document()))
    forget()


def test_a_job_of_a_platform_that_is_gone_gets_no_token(aws: Aws, tmp_path: Path) -> None:
    establish(aws)
    register(aws)
    assert ask()["statusCode"] == 200

    _deploy(Standing({}, ()), tmp_path)

    answer = ask()
    assert (answer["statusCode"], members(answer)["error"]) == (401, "invalid_token")


def test_a_job_gets_no_token_for_an_audience_that_its_platform_has_lost(aws: Aws, tmp_path: Path) -> None:
    establish(aws)
    held = register(aws)
    assert ask()["statusCode"] == 200

    _deploy(Standing({held.platform: (VAULT,)}, DEPLOYMENT.aws_audiences), tmp_path)

    answer = ask()
    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_target")
