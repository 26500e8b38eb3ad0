"""What a registration may not exceed or lack, each limit beside its grant."""

from dataclasses import replace

from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import MAX_PROBLEMS
from tests.domain.admitting import admitted, refused
from tests.domain.examples import CI, CI_SERVER, DEPLOY, DEPLOYMENT, TOKEN, body

FIELDS = {"repo": "web", "ref": "refs/heads/main", "run_id": "run-1"}


def _saying(times: int) -> Deployment:
    """A deployment whose tokens say the team so many times."""
    profile = replace(CI, claims={f"claim_{number}": "{team}" for number in range(times)})
    return replace(DEPLOYMENT, profiles={**DEPLOYMENT.profiles, "ci": profile})


def test_a_token_that_sts_would_refuse_for_its_length_is_refused_at_registration() -> None:
    wish = body(fields={**FIELDS, "team": "t" * 256})

    assert len(admitted(wish, deployment=_saying(50)).registration.claims) == 50
    refusal = refused(wish, deployment=_saying(55))
    assert "more than 20,000 characters" in refusal.description
    assert [problem.path for problem in refusal.problems] == ["fields"]


def test_a_job_without_a_field_that_its_platform_asks_for_is_refused_whatever_value_would_do() -> None:
    asking = replace(CI_SERVER, where={"team": "*"})

    assert admitted(body(fields={**FIELDS, "team": "data"}), asking).registration.fields["team"] == "data"
    refusal = refused(body(fields=FIELDS), asking)
    assert [problem.path for problem in refusal.problems] == ["fields.team"]


def test_no_answer_dwarfs_its_request() -> None:
    unknown = {f"unknown_{number}": "x" for number in range(MAX_PROBLEMS + 5)}
    refusal = refused(body(fields={**FIELDS, **unknown}))

    assert len(refusal.problems) == MAX_PROBLEMS + 1
    assert refusal.problems[-1].message == "and 5 more"


def test_no_list_of_what_is_permitted_dwarfs_a_request() -> None:
    """Whoever may register little may not draw pages of what others may."""
    many = tuple(f"{index}-{'a' * 240}" for index in range(100))
    platform = replace(CI_SERVER, audiences=many, roles=many)
    refusal = refused(body(profile="nope", audiences=[f"x{index}" for index in range(10)], roles=["x"]), platform)

    assert len(refusal.problems) == 12
    assert all("and 99 more" in problem.message for problem in refusal.problems[1:])
    assert len(refusal.description) < 12 * 400


def test_a_short_list_of_what_is_permitted_is_told_whole() -> None:
    refusal = refused(body(audiences=["nope"], roles=["nope"]))

    assert "may register: sts.amazonaws.com, vault.example.com;" in refusal.description
    assert refusal.description.endswith("may name: deploy, release")


def test_a_platform_that_may_name_no_role_is_told_so() -> None:
    assert refused(body(), replace(CI_SERVER, roles=())).description.endswith("may name: none")


def test_what_is_kept_of_a_role_in_the_way_is_short() -> None:
    many = tuple(f"{index}-{'a' * 240}" for index in range(100))
    wanting = replace(DEPLOYMENT, roles={**DEPLOYMENT.roles, "deploy": replace(DEPLOY, audiences=many)})

    (obstacle,) = admitted(body(), deployment=wanting).registration.obstacles.values()

    assert obstacle.startswith("`audiences` are `sts.amazonaws.com`; the role wants `0-aaa")
    assert obstacle.endswith("and 99 more")
    assert len(obstacle) < 400


def test_a_name_that_may_be_a_secret_is_not_shown() -> None:
    refusal = refused(body(fields={**FIELDS, str(TOKEN): "x", "plain": "x"}))

    assert TOKEN.secret not in refusal.description
    assert [problem.path for problem in refusal.problems] == ["fields.(a name that is not shown)", "fields.plain"]
