"""The canary function: on schedule, and whenever it is invoked, it proves that the issuer grants and refuses.

It counts `CanaryGranted` for a grant that holds, `CanaryRefused` with the number of refusals that came as they must,
and `CanaryFailed` for each failed step, with that as its `Reason`.
"""

import time
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from jobpass_issuer.aws.client import client
from jobpass_issuer.aws.invocation_session import InvocationSession
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.handlers.canary_round import CanaryRound, Outcome
from jobpass_issuer.handlers.settings import CanarySettings
from jobpass_issuer.handlers.telemetry import count, logger, measure

FAULT = "fault"


@cache
def _settings() -> CanarySettings:
    return CanarySettings.read()


@cache
def _sts() -> Any:
    return client("sts")


def handler(_event: object, _context: object) -> dict[str, Any]:
    """Go one round, and return what was granted, what refused, and which steps failed, each with the reason."""
    outcome = _gone()
    if outcome.granted:
        count("CanaryGranted")
    if outcome.refused:
        measure("CanaryRefused", len(outcome.refused), MetricUnit.Count)
    if outcome.failed:
        logger.error("canary failed", failed=outcome.failed)
        for step in outcome.failed:
            count("CanaryFailed", step)
    else:
        logger.info("canary", refused=outcome.refused)
    return {"granted": outcome.granted, "refused": list(outcome.refused), "failed": dict(outcome.failed)}


def _gone() -> Outcome:
    try:
        settings = _settings()
        return CanaryRound(Issuer(settings.issuer_url), settings.api_url, _assumed, lambda: int(time.time())).run()
    except Exception as error:  # noqa: BLE001 - a canary that falls silent is taken for a quiet one
        logger.exception("fault")
        return Outcome((), {FAULT: type(error).__name__})


def _assumed() -> InvocationSession:
    return InvocationSession.assumed(_sts(), _settings().invocation_role_arn, "canary")
