"""Registering as a platform of the example deployment does: what is admitted, and what is refused and why."""

import pytest

from jobpass_issuer.domain.admission import Admission, admit
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import InvalidRequestError
from jobpass_issuer.domain.platform import Platform
from tests.domain.examples import ACCOUNT, CI_SERVER, DEPLOYMENT, JOB_ID, NOW, TOKEN


def admitted(wish: object, platform: Platform = CI_SERVER, deployment: Deployment = DEPLOYMENT) -> Admission:
    """The admission of a body, by the example's CI server unless another platform sends it."""
    return admit(wish, platform, deployment, ACCOUNT, job_id=JOB_ID, secret_sha256=TOKEN.secret_sha256, now=NOW)


def refused(wish: object, platform: Platform = CI_SERVER, deployment: Deployment = DEPLOYMENT) -> InvalidRequestError:
    """The refusal of a body, whose description says each of its problems."""
    with pytest.raises(InvalidRequestError) as refusal:
        admitted(wish, platform, deployment)
    assert all(str(problem) in refusal.value.description for problem in refusal.value.problems)
    return refusal.value


def problems(wish: object, platform: Platform = CI_SERVER, deployment: Deployment = DEPLOYMENT) -> dict[str, str]:
    """Each problem of a body by its place."""
    return {problem.path: problem.message for problem in refused(wish, platform, deployment).problems}
