"""Profiles whose tokens would be read as something else than their author means, each beside one that is not."""

import pytest

from jobpass.configuration import Configuration, parse
from jobpass_issuer.domain.admission import Account, admit
from jobpass_issuer.domain.errors import InvalidRequestError
from tests.configuration.preset_jobs import JOBS
from tests.configuration.test_mistakes import problems

PLATFORM = """\
platforms:
  server: {principals: ["arn:aws:iam::111122223333:root"], profiles: [job], audiences: [vault.example.com]%s}
roles: {}
"""


def file(profile: str, where: str = "") -> str:
    """A configuration of one profile."""
    return f"name: jobpass\nprofiles:\n  job: {profile}\n" + PLATFORM % where


def own(members: str) -> str:
    """A profile of one's own, with more members."""
    return file(f'{{fields: {{team: {{}}, job: {{}}}}, subject: "{{team}}:{{job}}", {members}}}')


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Sub", "by which relying parties tell what a token is"),
        ("cnf", "by which relying parties tell what a token is"),
        ("client_id", "by which relying parties tell what a token is"),
        ("HTTPS://AWS.amazon.com/tags", "by which relying parties tell what a token is"),
        ("\u017fub", "by which relying parties tell what a token is"),
        ("", "is no name of a claim"),
        ("sub ", "is no name of a claim"),
        ("r\u0435po", "is no name of a claim"),
    ],
)
@pytest.mark.parametrize("member", ['claims: {"%s": "{job}"}', 'claims: {"%s": true}', 'short_subject: "%s"'])
def test_a_claim_that_is_read_as_another_is_refused(name: str, words: str, member: str) -> None:
    (problem,) = problems(own(member % name))

    assert words in problem.message
    assert parse(own(member % "subject"))


def test_two_claims_that_differ_in_case_alone_are_refused() -> None:
    (problem,) = problems(file('{preset: semaphore, claims: {Repo: "{repo}"}}'))

    assert problem.path == "profiles.job.claims.Repo"
    assert "differs from the claim `repo` in case alone" in problem.message
    assert parse(file('{preset: semaphore, claims: {repo: "{repo_slug}"}}'))


def test_a_subject_that_a_preset_leaves_empty_is_refused() -> None:
    (problem,) = problems(file('{preset: buildkite, subject: "{step_key}"}'))

    assert problem.path == "profiles.job.subject"
    assert "is empty for a job without that field" in problem.message
    assert parse(file('{preset: buildkite, subject: "step:{step_key}"}'))
    assert parse(file('{preset: buildkite, subject: "{step_key}", fields: {step_key: {}}}'))


@pytest.mark.parametrize(
    ("like", "words"), [("{ovner}/*", "did you mean `owner`?"), ("{owner", "{name}"), ("", "empty")]
)
def test_a_likeness_to_nothing_is_refused(like: str, words: str) -> None:
    profile = '{fields: {repo: {like: "%s"}, owner: {}}, subject: "repo:{repo}"}'

    (problem,) = problems(file(profile % like))

    assert problem.path == "profiles.job.fields.repo.like"
    assert words in problem.message
    assert parse(file(profile % "{owner}/*"))


@pytest.mark.parametrize(
    ("preset", "owner", "path"),
    [("github", "repository_owner", "repository"), ("gitlab", "namespace_path", "project_path")],
)
def test_a_platform_that_is_held_to_an_owner_is_held_to_its_repositories(preset: str, owner: str, path: str) -> None:
    configuration = parse(file(f"{{preset: {preset}}}", f", where: {{{owner}: acme}}"))
    fields = next(job.fields for job in JOBS if job.preset == preset)

    assert subject(configuration, {**fields, owner: "acme", path: "acme/web"}).count("acme/web") == 1
    for foreign in ("evil/web", "acme-evil/web", "evil/acme/web"):
        with pytest.raises(InvalidRequestError) as refused:
            subject(configuration, {**fields, owner: "acme", path: foreign})
        assert [problem.path for problem in refused.value.problems] == [f"fields.{path}"]


def subject(configuration: Configuration, fields: dict[str, str]) -> str:
    """The subject of a job that the platform registers."""
    deployment = configuration.deployment()
    body = {"profile": "job", "fields": fields, "audiences": ["vault.example.com"]}
    account = Account("aws", "000000000000")
    platform = deployment.platforms["server"]
    admission = admit(body, platform, deployment, account, job_id="1" * 32, secret_sha256="0" * 64, now=1)
    return admission.registration.subject
