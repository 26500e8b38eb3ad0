"""What a registration may not exceed or lack, each limit beside its grant."""

from dataclasses import replace

import pytest

from jobpass_issuer.domain.admission import Admission, admit
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import MAX_PROBLEMS, InvalidRequestError
from jobpass_issuer.domain.platform import Platform
from tests.domain.examples import ACCOUNT, CI, CI_SERVER, DEPLOY, DEPLOYMENT, JOB_ID, NOW, TOKEN, body

FIELDS = {"repo": "web", "ref": "refs/heads/main", "run_id": "run-1"}


def _admit(wish: object, platform: Platform = CI_SERVER, deployment: Deployment = DEPLOYMENT) -> Admission:
    return admit(
        wish, platform, deployment, ACCOUNT, job_id=JOB_ID, secret_sha256=TOKEN.secret_sha256, now=NOW
    )  # fmt: skip


def _saying(times: int) -> Deployment:
    """A deployment whose tokens say the team so many times."""
    profile = replace(CI, claims={f"claim_{number}": "{team}" for number in range(times)})
    return replace(DEPLOYMENT, profiles={**DEPLOYMENT.profiles, "ci": profile})


def test_a_token_that_sts_would_refuse_for_its_length_is_refused_at_registration() -> None:
    wish = body(fields={**FIELDS, "team": "t" * 256})

    assert len(_admit(wish, deployment=_saying(50)).registration.claims) == 50
    with pytest.raises(InvalidRequestError, match="more than 20,000 characters") as refused:
        _admit(wish, deployment=_saying(55))
    assert [problem.path for problem in refused.value.problems] == ["fields"]


def test_a_job_without_a_field_that_its_platform_asks_for_is_refused_whatever_value_would_do() -> None:
    asking = replace(CI_SERVER, where={"team": "*"})

    assert _admit(body(fields={**FIELDS, "team": "data"}), asking).registration.fields["team"] == "data"
    with pytest.raises(InvalidRequestError) as refused:
        _admit(body(fields=FIELDS), asking)
    assert [problem.path for problem in refused.value.problems] == ["fields.team"]


def test_no_answer_dwarfs_its_request() -> None:
    unknown = {f"unknown_{number}": "x" for number in range(MAX_PROBLEMS + 5)}
    with pytest.raises(InvalidRequestError) as refused:
        _admit(body(fields={**FIELDS, **unknown}))

    assert len(refused.value.problems) == MAX_PROBLEMS + 1
    assert refused.value.problems[-1].message == "and 5 more"


def test_no_list_of_what_is_permitted_dwarfs_a_request() -> None:
    """Whoever may register little may not draw pages of what others may."""
    many = tuple(f"{index}-{'a' * 240}" for index in range(100))
    platform = replace(CI_SERVER, audiences=many, roles=many)
    with pytest.raises(InvalidRequestError) as refused:
        _admit(body(profile="nope", audiences=[f"x{index}" for index in range(10)], roles=["x"]), platform)

    assert len(refused.value.problems) == 12
    assert all("and 99 more" in problem.message for problem in refused.value.problems[:11])
    assert len(refused.value.description) < 12 * 400


def test_a_short_list_of_what_is_permitted_is_told_whole() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        _admit(body(audiences=["nope"], roles=["nope"]))

    assert "may register: sts.amazonaws.com, vault.example.com;" in refused.value.description
    assert refused.value.description.endswith("may name: deploy, release")


def test_a_platform_that_may_name_no_role_is_told_so() -> None:
    with pytest.raises(InvalidRequestError, match=r"may name: none\Z"):
        _admit(body(), replace(CI_SERVER, roles=()))


def test_what_is_kept_of_a_role_in_the_way_is_short() -> None:
    many = tuple(f"{index}-{'a' * 240}" for index in range(100))
    wanting = replace(DEPLOYMENT, roles={**DEPLOYMENT.roles, "deploy": replace(DEPLOY, audiences=many)})

    (obstacle,) = _admit(body(), deployment=wanting).registration.obstacles.values()

    assert obstacle.startswith("audiences are `sts.amazonaws.com`; the role wants `0-aaa")
    assert obstacle.endswith("and 99 more")
    assert len(obstacle) < 400


def test_a_name_that_may_be_a_secret_is_not_shown() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        _admit(body(fields={**FIELDS, str(TOKEN): "x", "plain": "x"}))

    assert TOKEN.secret not in refused.value.description
    assert [problem.path for problem in refused.value.problems] == ["fields.(a name that is not shown)", "fields.plain"]
