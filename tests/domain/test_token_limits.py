"""Limits of AWS and Google hold at registration: both sides of each, and where they do not apply."""

import bisect
import json
import math
from dataclasses import replace
from typing import Any

import pytest

from jobpass_issuer.domain.admission import Admission, admit
from jobpass_issuer.domain.errors import InvalidRequestError
from jobpass_issuer.domain.issuance import Lifetimes, TokenRequest, decide
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.registration_request import MAX_ROLES
from jobpass_issuer.domain.standing import Standing
from tests.domain.examples import (
    ACCOUNT,
    CI,
    CI_SERVER,
    DEPLOY,
    DEPLOYMENT,
    GOOGLE,
    GOOGLE_PROVIDER,
    JOB_ID,
    NOW,
    RING,
    STS,
    TOKEN,
    VAULT,
    body,
)

FIELDS = {"repo": "web", "ref": "refs/heads/main", "run_id": "run-1"}
ROLES = {
    f"role-{'x' * 50}-{index}": replace(DEPLOY, name=f"role-{'x' * 50}-{index}", arn_path=f"role-{'x' * 50}-{index}")
    for index in range(MAX_ROLES)
}
LONGEST_ISSUER = "https://" + "i" * 247
PLATFORM = replace(CI_SERVER, audiences=(STS, VAULT, GOOGLE, GOOGLE_PROVIDER), roles=tuple(ROLES))


def _admit(profile: Profile = CI, **changes: Any) -> Admission:
    deployment = replace(DEPLOYMENT, profiles={"ci": profile}, roles=ROLES)
    wish = body(**{"roles": [], **changes})
    return admit(wish, PLATFORM, deployment, ACCOUNT, job_id=JOB_ID, secret_sha256=TOKEN.secret_sha256, now=NOW)


def _problems(profile: Profile = CI, **changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequestError) as refused:
        _admit(profile, **changes)
    return {problem.path: problem.message for problem in refused.value.problems}


@pytest.mark.parametrize("fields", [{"run_id": "a b"}, {"run_id": "x" * 65}, {"run_id": "x"}, {"team": "a*b"}])
def test_what_sts_would_refuse_is_refused_but_where_no_token_says_it(fields: dict[str, str]) -> None:
    wanted = {**FIELDS, **fields}

    assert _problems(fields=wanted, aws_claims="full")
    assert _admit(fields=wanted, aws_claims="none").registration.fields == {**wanted, "org": "acme"}


def _subject_of(length: int) -> dict[str, str]:
    return {**FIELDS, "ref": "r" * (length - len("org:acme:repo:web:ref:"))}


@pytest.mark.parametrize("audience", [GOOGLE, GOOGLE_PROVIDER])
def test_google_takes_subjects_of_127_bytes(audience: str) -> None:
    problems = _problems(fields=_subject_of(128), audiences=[STS, audience])

    assert len(_admit(fields=_subject_of(127), audiences=[STS, audience]).registration.subject) == 127
    assert list(problems) == ["audiences[1]"]
    assert "takes subjects of 127 bytes, and this job's has 128" in problems["audiences[1]"]
    assert "`short_subject`" in problems["audiences[1]"]


def test_a_longer_subject_is_nobody_elses_trouble() -> None:
    assert len(_admit(fields=_subject_of(255), audiences=[STS, VAULT]).registration.subject) == 255


def test_a_short_subject_keeps_a_job_within_googles_limit() -> None:
    keeping = replace(CI, short_subject="short_sub")
    registration = _admit(keeping, fields=_subject_of(255), audiences=[GOOGLE]).registration

    assert len(registration.subject) == 255
    assert len(registration.claims["short_sub"].encode()) <= 127
    assert (
        _admit(keeping, audiences=[GOOGLE]).registration.claims["short_sub"] == "org:acme:repo:web:ref:refs/heads/main"
    )


def test_a_default_audience_of_google_is_held_to_its_limit_under_the_member_that_was_left_out() -> None:
    profile = replace(CI, default_audience=GOOGLE)

    assert _admit(profile, fields=_subject_of(127), audiences=None).registration.audiences == (GOOGLE,)
    assert list(_problems(profile, fields=_subject_of(128), audiences=None)) == ["audiences"]


def _characters(registration: Registration) -> int:
    """How long the longest token of a registration is, signed with RSA of 2,048 bits, as RFC 7515 puts it together."""
    standing = Standing.of(replace(DEPLOYMENT, platforms={PLATFORM.name: PLATFORM}, roles=ROLES, profiles={"ci": CI}))
    claims = decide(
        standing.entitlement(registration),
        RING,
        TokenRequest(STS),
        issuer_url=LONGEST_ISSUER,
        lifetimes=Lifetimes(300, 900),
        jti="0d6a1e0c-6d5e-4b0e-8f0e-2f5f0d9a7c11",
        now=NOW,
    ).claims
    header = {"alg": "RS256", "kid": "k" * 43, "typ": "JWT"}
    parts = [len(json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode()) for part in (header, claims)]
    return sum(math.ceil(size * 8 / 6) for size in [*parts, 256]) + 2


def _fits(profile: Profile, wish: dict[str, Any]) -> bool:
    try:
        _admit(profile, **wish)
    except InvalidRequestError:
        return False
    return True


def _saying(length: int) -> Profile:
    claims = {"team": "{team}", "padding": "p" * length}
    return replace(CI, claims=claims, session_tags={"Team": "team"}, transitive_tags=("Team",))


@pytest.mark.parametrize(
    ("team", "aws_claims"),
    [("t" * 256, "full"), ("é" * 256, "full"), ("t" * 256, "none"), ('\\"' * 100, "none")],
    ids=["tags", "two bytes each", "no tags", "escaped"],
)
def test_the_longest_token_that_is_admitted_is_one_that_sts_takes(team: str, aws_claims: str) -> None:
    """Pinned to ten roles with long names, by the longest issuer: whatever a request asks for, it is no longer."""
    wish = {"fields": {**FIELDS, "team": team}, "roles": list(ROLES), "pinned": True, "aws_claims": aws_claims}
    longest = bisect.bisect(range(20_000), False, key=lambda length: not _fits(_saying(length), wish)) - 1

    assert 19_997 <= _characters(_admit(_saying(longest), **wish).registration) <= 20_000
    problems = _problems(_saying(longest + 1), **wish)
    assert list(problems) == ["fields"]
    assert "more than 20,000 characters, which STS refuses: shorten them by 1" in problems["fields"]
