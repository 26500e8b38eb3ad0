"""A small load on the deployed stack, of the kind that `make load` makes large: nothing wrong, and nothing alone."""

from jobpass_issuer.domain.audit import Fate
from local.deployment import Deployment
from tests.load import figures
from tests.load.run import Load, run

LOAD = Load(tokens=200, jobs=8, share=0.05, seed=1)


def test_every_answer_is_right_and_every_signature_accounted_for(deployment: Deployment) -> None:
    ran = run(LOAD, deployment, lambda _: None)

    told = figures.document(ran)
    assert (ran.wrong, ran.unaccounted, ran.given_up) == ([], [], [])
    assert told["granted"] == LOAD.tokens
    assert told["refused"] == {"invalid_target": 4, "invalid_token": 4}
    # The draws of this seed bring both for fewer calls than these tokens take.
    assert all(sum(each.values()) > 5 for each in told["faults"].values())
    assert ran.befallen["kms:Sign"]["lost"] > 0
    assert told["fates"][Fate.MATCHED] >= LOAD.tokens
    assert told["signatures"]["joined"] == told["signatures"]["in_cloudtrail"] > LOAD.tokens
    assert figures.lines(ran)
