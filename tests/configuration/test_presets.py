"""The presets say what their platforms document, and no value makes one job's subject another's."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from jobpass.configuration import parse
from jobpass.configuration import preset as presets
from jobpass.configuration.condition import value_mistake
from jobpass.configuration.pattern_mistake import pattern_mistake
from jobpass.configuration.pattern_shape import pattern_shape
from jobpass.configuration.profile_settings import ProfileSettings
from jobpass_issuer.domain.profile import FieldRule
from jobpass_issuer.domain.reserved_claims import is_reserved
from jobpass_issuer.domain.shape import PRINTABLE, Shape
from jobpass_issuer.domain.trusting_role import Candidate
from tests.configuration.preset_jobs import FORMS, JOBS, Job, profile
from tests.configuration.test_mistakes import problems

FILES = sorted((Path(__file__).parents[2] / "lambda_src/jobpass_issuer/domain/presets").glob("*.json"))
MEMBERS = {"description", "fields", "claims", "session_tags", "default_audience", "examples", "forms"}
TAG_VALUE = re.compile(r"[A-Za-z0-9 _.:/=+@-]+")


def names(job: Job) -> str:
    """What a case is called."""
    return f"{job.preset}-{job.form}" + "".join(f"-{name}" for name in ("flow_path", "step_key") if name in job.fields)


@pytest.mark.parametrize("job", JOBS, ids=names)
def test_a_job_has_the_subject_that_its_platform_documents(job: Job) -> None:
    described = profile(job.preset, job.form)

    assert described.problems(job.fields) == []
    assert described.subject_of(job.fields) == job.subject


def test_there_is_a_job_of_every_form() -> None:
    assert {(job.preset, job.form) for job in JOBS} == set(FORMS)
    assert [file.stem for file in FILES] == list(presets.names())
    assert presets.forms("windmill") == ("job", "workspace", "instance")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_a_preset_holds_nothing_that_is_not_read(file: Path) -> None:
    document = json.loads(file.read_text("utf-8"))

    assert set(document) <= MEMBERS
    for form in document["forms"].values():
        assert set(form) <= {"subject", "fields", "without", "claims"}
        assert {*form.get("fields", ()), *form.get("without", ())} <= set(document["fields"])
    for rule in document["fields"].values():
        assert FieldRule(**{**rule, "reserved": tuple(rule.get("reserved", ()))})


@pytest.mark.parametrize(("preset", "form"), FORMS)
def test_a_form_is_as_sound_as_a_profile_of_ones_own_must_be(preset: str, form: str) -> None:
    described = profile(preset, form)

    assert described.subject.mistakes(shared=form == "instance") == []
    assert set(described.subject.fields) <= set(described.fields)
    assert [name for name, rule in described.fields.items() if pattern_mistake(rule.pattern)] == []
    assert not any(map(is_reserved, described.claims))
    assert described.source_identity is None
    assert set(described.session_tags.values()) <= set(described.fields)


@pytest.mark.parametrize(("preset", "form"), FORMS)
def test_the_examples_of_a_preset_are_values_that_its_fields_take(preset: str, form: str) -> None:
    described, examples = profile(preset, form), presets.document(preset)["examples"]

    assert set(examples) <= set(presets.document(preset)["fields"])
    assert [
        name for name in described.fields if name in examples and described.fields[name].mistake(examples[name])
    ] == []
    assert form == "instance" or set(described.subject.fields) & set(examples)


@pytest.mark.parametrize(("preset", "form"), FORMS)
def test_a_session_tag_of_a_preset_always_fits_what_sts_takes(preset: str, form: str) -> None:
    described = profile(preset, form)
    anything = Shape.run(PRINTABLE, least=0)
    unfit = Shape.chain([anything, Shape.one_of(sign for sign in PRINTABLE if not TAG_VALUE.fullmatch(sign)), anything])

    for field in described.session_tags.values():
        assert pattern_shape(described.fields[field].pattern).overlap(unfit) is None
    assert pattern_shape("[a-z]+|x,y").overlap(unfit) == "x,y"


@pytest.mark.parametrize(
    ("preset", "form", "fields", "audience"),
    [
        ("semaphore", "job", {"org": "acme"}, "https://acme.semaphoreci.com"),
        ("github", "ref", {"repository_owner": "octo-org"}, "https://github.com/octo-org"),
        ("github", "ref_by_id", {"repository_owner": "octo-org"}, "https://github.com/octo-org"),
        ("github", "ref", {}, None),
        ("buildkite", "job", {"organization_slug": "acme-inc"}, "https://buildkite.com/acme-inc"),
        ("gitlab", "job", {"project_path": "a/b"}, None),
        ("windmill", "job", {"workspace": "prod"}, None),
    ],
)
def test_a_default_audience_is_the_platforms(
    preset: str, form: str, fields: dict[str, str], audience: str | None
) -> None:
    assert profile(preset, form).audience(fields) == audience


def test_a_windmill_jobs_claims_have_a_list_and_a_truth() -> None:
    described = profile("windmill", "job")
    fields = {"email": "a@b", "path": "u/a/b", "workspace": "w", "groups": "all,admins", "username": "a"}

    assert described.problems(fields) == []
    assert described.claim_set(fields) == {
        "path": "u/a/b",
        "groups": ["all", "admins"],
        "username": "a",
        "email": "a@b",
        "email_verified": True,
        "workspace": "w",
    }
    assert profile("windmill", "workspace").claim_set({"workspace": "w"}) == {"workspace": "w"}
    assert profile("windmill", "instance").claim_set({}) == {}


def test_githubs_repository_is_a_claim_in_every_form_and_by_id_made_of_what_the_subject_is_made_of() -> None:
    for job in (job for job in JOBS if job.preset == "github"):
        assert profile("github", job.form).claim_set(job.fields)["repository"] == "octo-org/octo-repo"
    assert "repository" not in profile("github", "ref_by_id").fields


def test_claims_and_tags_of_fields_that_a_form_does_not_take_are_left_out() -> None:
    ref, workspace = profile("github", "ref"), profile("windmill", "workspace")

    assert "environment" not in ref.fields
    assert "environment" not in ref.claims
    assert set(workspace.fields) == set(workspace.session_tags) == {"workspace"}


def test_what_stands_beside_a_form_adds_to_it() -> None:
    settings = ProfileSettings.model_validate(
        {"preset": "windmill", "form": "workspace", "fields": {"team": {}}, "claims": {"team": "{team}", "robot": True}}
    )
    described = settings.profile("scripts")

    assert described.claim_set({"workspace": "w", "team": "t"}) == {"workspace": "w", "team": "t", "robot": True}
    assert described.fields["workspace"].reserved == ("instance",)


REAL_VALUES = {
    ("semaphore", "job", "ref"): ["refs/heads/feature/#12-x", "refs/tags/v1.2.3+4", "refs/pull/7/merge"],
    ("semaphore", "job", "trg"): ["h:f-i:t", "s:t-i:f", "m:f-u:f"],
    ("semaphore", "job", "repo_slug"): ["acme/web", "group/sub/web.js"],
    ("github", "ref", "repository"): ["octo-org/.github", "octo-org/a.b-c_d"],
    ("github", "ref_by_id", "repository_owner"): ["user_company"],
    ("github", "ref", "ref"): ["refs/heads/dependabot/npm_and_yarn/@types/node-20.1", "refs/heads/a(b)"],
    ("github", "ref", "actor"): ["octocat", "dependabot[bot]"],
    ("github", "ref", "workflow"): ["CI: build & test", "Déploiement"],
    ("github", "ref", "job_workflow_ref"): ["octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main"],
    ("github", "environment", "environment"): ["Production", "github-pages", "prod%3Aeu", "prod/eu", "pr-1.2"],
    ("gitlab", "job", "project_path"): ["my-group/my-project", "a/b/c.d/e_f"],
    ("gitlab", "job", "ref"): ["main", "feature/x", "v1.0.0", "renovate/@types/node-20.x"],
    ("gitlab", "job", "ci_config_ref_uri"): ["gitlab.com/my-group/my-project//.gitlab-ci.yml@refs/heads/main"],
    ("buildkite", "job", "build_commit"): ["9f3182061f1e2cca4702c368cbc039b7dc9d4485", "HEAD"],
    ("buildkite", "job", "step_key"): ["build", "unit-tests_1"],
    ("windmill", "job", "email"): ["alice@example.com", "o'neil+ci@mail.example.co.uk", "ruben@windmill.dev"],
    ("windmill", "job", "path"): ["u/alice/deploy", "f/ci/flow/a", "hub/1234/slack/send"],
    ("windmill", "job", "workspace"): ["prod", "my-team_2", "instances", "instance-2"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "value"), [(place, value) for place, values in REAL_VALUES.items() for value in values]
)
def test_what_users_really_have_is_taken(place: tuple[str, str, str], value: str) -> None:
    preset, form, field = place
    job = next(job for job in JOBS if (job.preset, job.form) == (preset, form))

    assert profile(preset, form).problems({**job.fields, field: value}) == []


def everything(**changes: dict[str, Any]) -> dict[str, Any]:
    """A configuration with a profile of every form of every preset, and changes to some."""
    profiles = {f"{name}-{form.replace('_', '-')}": {"preset": name, "form": form} for name, form in FORMS}
    platform = {"principals": ["arn:aws:iam::111122223333:root"], "audiences": ["sts.amazonaws.com"]}
    document = {"profiles": profiles | changes, "platforms": {"p": platform | {"profiles": [*profiles, *changes]}}}
    return document | {"roles": {}}


def test_all_forms_of_all_presets_stand_in_one_file_with_roles_for_them() -> None:
    document = everything()
    whens = {
        "semaphore-job": {"repo": "web", "ref_type": "branch", "ref": "refs/heads/*"},
        "windmill-job": {"flow_path": "no_flow", "workspace": "prod"},
        "windmill-workspace": {"workspace": "prod"},
        "github-ref": {"repository": "octo-org/*", "ref": "refs/heads/main"},
        "github-environment": {"repository": "octo-org/octo-repo", "environment": "prod*"},
        "github-pull-request": {"repository": "octo-org/octo-repo"},
        "github-ref-by-id": {"repository_id": "456789", "repository_owner_id": "123456", "ref": "refs/tags/v*"},
        "github-environment-by-id": {"repository_id": "456789", "environment": "Production%3AV1"},
        "github-pull-request-by-id": {"repository_owner_id": "123456"},
        "gitlab-job": {"project_path": "my-group/*", "ref_type": "tag"},
        "buildkite-job": {"pipeline_slug": "app", "ref": "refs/heads/main", "step_key": ""},
    }
    document["roles"] = {name: {"profile": name, "when": when} for name, when in whens.items()}
    document["roles"]["windmill-instance"] = {
        "profile": "windmill-instance",
        "allow_any": "the instance's own object storage",
    }

    deployment = parse(json.dumps(document)).deployment()

    assert set(deployment.roles) == {profile(*each).name for each in FORMS}
    for job in JOBS:
        described = profile(job.preset, job.form)
        role = deployment.roles[described.name]
        values = described.subject_values(job.fields)
        obstacle = role.obstacle(Candidate(described.name, values, role.audiences))
        assert (obstacle is None) is described.subject.pattern(role.when[0]).matches(job.subject)


COLLISIONS = {
    "a workspace named instance": (
        {"preset": "windmill", "form": "workspace", "fields": {"workspace": {"pattern": "[a-z]+"}}},
        "windmill-instance",
        "`instance`",
    ),
    "a name alone like a workspace": (
        {"fields": {"job": {"pattern": "[a-z]{3,}"}}, "subject": "{job}"},
        "windmill-workspace",
        "`aaa`",
    ),
    "a subject that can be a job's of Windmill": (
        {"fields": {name: {} for name in ("a", "b", "c", "d")}, "subject": "{a}::{b}::{c}::{d}"},
        "windmill-job",
        "`a@a::a::a::a`",
    ),
    "a stand-in that is another's value": (
        {"fields": {"flow": {"pattern": "x{5}", "otherwise": "prod"}}, "subject": "repo:octo/web:environment:{flow}"},
        "github-environment",
        "`repo:octo/web:environment:prod`",
    ),
    "Buildkite's empty step": (
        {
            "fields": {"step": {"pattern": "x+", "otherwise": ""}, "commit": {"pattern": "HEAD"}},
            "subject": "organization:a:pipeline:a:ref:refs/heads/a:commit:{commit}:step:{step}",
        },
        "buildkite-job",
        "`organization:a:pipeline:a:ref:refs/heads/a:commit:HEAD:step:`",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "other", "witness"), COLLISIONS.values(), ids=COLLISIONS.keys())
def test_a_profile_that_can_make_a_presets_subject_is_refused_with_one(
    settings: dict[str, Any], other: str, witness: str
) -> None:
    found = problems(json.dumps(everything(own=settings)))

    assert {problem.path for problem in found} == {"profiles.own.subject"}
    said = [problem.message for problem in found if f"profile `{other}`" in problem.message]
    assert [message for message in said if f"such as {witness}:" in message] == said != []


@pytest.mark.parametrize(
    "settings",
    [
        {"fields": {"job": {"pattern": "[a-z]+", "reserved": ["instance"]}}, "subject": "job/{job}"},
        {"fields": {"job": {"pattern": "[a-z]+"}}, "subject": "{job}:"},
        {"fields": {"a": {"pattern": "[a-z]+"}, "b": {}, "c": {}, "d": {}}, "subject": "{a}::{b}::{c}::{d}"},
        {"fields": {"env": {"pattern": "[^%]+"}, "n": {}}, "subject": "repo:octo:environment:{env}"},
        {"preset": "windmill", "form": "workspace", "constants": {"workspace": "other"}, "subject": "w:{workspace}:{x}",
         "fields": {"x": {}}},
    ],
)  # fmt: skip
def test_a_profile_beside_the_presets_that_cannot_is_sound(settings: dict[str, Any]) -> None:
    assert parse(json.dumps(everything(own=settings))).deployment().profiles["own"]


def test_an_environment_with_a_colon_is_led_to_its_escape() -> None:
    described = profile("github", "environment")
    fields = {"repository": "octo-org/x", "repository_owner": "octo-org"}

    (refused,) = described.problems({**fields, "environment": "prod:eu"})
    (further,) = described.problems({**fields, "environment": "prod:eu west"})

    assert refused.message.endswith("whole: write `:` as `%3A`")
    assert "%3A`" not in further.message
    assert described.problems({**fields, "environment": "prod%3Aeu"}) == []
    assert str(value_mistake(described, "environment", "prod:*")).endswith("wildcard: write `:` as `%3A`")
    assert "%3A" not in str(value_mistake(described, "repository", "octo-org/x:*"))
    assert value_mistake(described, "environment", "prod%3A*") is None


def test_no_environment_is_named_so_that_a_role_for_pull_requests_would_take_it() -> None:
    document = everything()
    document["roles"] = {"r": {"profile": "github-pull-request", "when": {"repository": "octo-org/*"}}}
    unreserved = {"environment": {"pattern": "[a-z_]+"}}
    described = profile("github", "environment")
    fields = {"repository": "octo-org/x", "environment": "pull_request"}

    assert parse(json.dumps(document)).roles
    assert [problem.path for problem in described.problems(fields)] == ["fields.environment"]
    assert described.problems({**fields, "environment": "pull_requests"}) == []
    document["profiles"]["github-environment"]["fields"] = unreserved
    (problem,) = problems(json.dumps(document))
    assert problem.path == "roles.r.when"
    assert "takes `repo:octo-org/a:environment:pull_request` too" in problem.message


def test_a_role_for_jobs_of_one_subject_says_why_it_trusts_them_all() -> None:
    document = everything()
    document["roles"] = {"storage": {"profile": "windmill-instance"}}

    (problem,) = problems(json.dumps(document))

    assert problem.path == "roles.storage.when"
    assert "all of them have one subject" in problem.message
    assert "say in `allow_any` why" in problem.message


def test_a_workspace_that_the_deployment_fixes_is_one_subject_too() -> None:
    document = everything()
    document["profiles"]["windmill-workspace"]["constants"] = {"workspace": "prod"}
    document["roles"] = {"storage": {"profile": "windmill-workspace"}}

    (problem,) = problems(json.dumps(document))

    assert problem.path == "roles.storage.when"
    document["roles"]["storage"]["allow_any"] = "the workspace's own object storage"
    assert parse(json.dumps(document)).roles["storage"]


@pytest.mark.parametrize(
    ("role", "path", "words"),
    [
        ({"profile": "github-ref", "when": {"repository": "a/b"}}, "when", "begin `ref` with `refs/heads/`"),
        ({"profile": "github-ref", "when": {"repository": "a/b", "ref": "main"}}, "when.ref", "must match the pattern"),
        ({"profile": "github-ref", "when": {"repository": "a/b", "ref": "main*"}}, "when.ref", "fits no value"),
        ({"profile": "buildkite-job", "when": {"pipeline_slug": "a"}}, "when", "begin `ref` with `refs/heads/`"),
        ({"profile": "gitlab-job", "when": {"project_path": "a/b"}}, "when", "say which `ref_type` it wants"),
        ({"profile": "windmill-job", "when": {"flow_path": "*"}}, "when", "lets every job of profile"),
        ({"profile": "windmill-job", "when": {"workspace": "instance"}}, "when.workspace", "has a meaning of its own"),
        ({"profile": "windmill-job", "when": {"path": "no_flow", "flow_path": ""}}, "when.flow_path", "is empty"),
    ],
)
def test_a_role_that_trusts_too_many_or_none_is_refused(role: dict[str, Any], path: str, words: str) -> None:
    document = everything()
    document["roles"] = {"r": role}

    (problem,) = problems(json.dumps(document))

    assert problem.path == f"roles.r.{path}"
    assert words in problem.message
