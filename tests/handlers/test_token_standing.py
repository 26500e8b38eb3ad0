"""A job's token stands and falls with its platform, from the next request on."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jobpass_issuer.domain.standing import Standing
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOY_ARN, DEPLOYMENT, STS, VAULT
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

    _deploy(Standing({}, {}, DEPLOYMENT.aws_audiences), tmp_path)

    answer = ask()
    assert (answer["statusCode"], members(answer)["error"]) == (401, "invalid_token")


def test_a_job_gets_no_token_for_an_audience_that_its_platform_has_lost(aws: Aws, tmp_path: Path) -> None:
    establish(aws)
    held = register(aws)
    assert ask()["statusCode"] == 200

    _deploy(_with_terms(held.platform, audiences=(VAULT,)), tmp_path)

    answer = ask()
    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_target")
    assert ask(f"audience={VAULT}")["statusCode"] == 200


def _with_terms(platform: str, **changes: object) -> Standing:
    deployed = Standing.of(DEPLOYMENT)
    terms = replace(deployed.platforms[platform], **changes)  # type: ignore[arg-type]
    return replace(deployed, platforms={platform: terms})


@pytest.mark.parametrize("narrowed", [{"where": {"repo": "api*"}}, {"profiles": {"nightly": {}}}])
def test_a_job_that_its_platform_could_no_longer_register_gets_no_token(
    aws: Aws, tmp_path: Path, narrowed: dict[str, object]
) -> None:
    establish(aws)
    held = register(aws)
    _deploy(_with_terms(held.platform, where={"repo": "we?"}), tmp_path)
    assert ask()["statusCode"] == 200

    _deploy(_with_terms(held.platform, **narrowed), tmp_path)

    answer = ask()
    assert (answer["statusCode"], members(answer)["error"]) == (401, "invalid_token")
    assert "may no longer register such jobs" in members(answer)["error_description"]


def test_a_job_is_pinned_to_no_role_that_its_platform_has_lost(aws: Aws, tmp_path: Path) -> None:
    establish(aws)
    held = register(aws)
    assert ask(f"audience={STS}&role_arn={DEPLOY_ARN}")["statusCode"] == 200

    _deploy(_with_terms(held.platform, roles=()), tmp_path)

    answer = ask(f"audience={STS}&role_arn={DEPLOY_ARN}")
    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_target")
    assert ask()["statusCode"] == 200
