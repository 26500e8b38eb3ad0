"""A small load on the deployed stack, of the kind that `make load` makes large: nothing wrong, and nothing alone."""

from jobpass_issuer.domain.audit import Fate
from local.deployment import Deployment
from tests.load import figures
from tests.load.faults import FAULTS
from tests.load.run import Load, run

# By this seed each fault befalls one of the first hundred calls of KMS, and of DynamoDB, at least.
LOAD = Load(tokens=100, jobs=8, share=0.05, seed=13)


def test_every_answer_is_right_and_every_signature_accounted_for(deployment: Deployment) -> None:
    ran = run(LOAD, deployment, lambda _: None)

    told = figures.document(ran)
    assert (ran.wrong, ran.unaccounted, ran.given_up) == ([], [], [])
    assert told["granted"] == LOAD.tokens
    assert told["refused"] == {"invalid_target": 2, "invalid_token": 2}
    assert [set(each) for each in ran.befallen.values()] == [set(FAULTS), set(FAULTS)]
    assert told["fates"][Fate.MATCHED] >= LOAD.tokens
    assert told["signatures"]["joined"] == told["signatures"]["in_cloudtrail"] > LOAD.tokens
    assert list(figures.lines(ran))[-1] == "sound"
