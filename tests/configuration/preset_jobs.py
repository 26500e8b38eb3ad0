"""A job of each form of each preset in its platform's own words, with the subject that the platform documents."""

from typing import NamedTuple

from jobpass.configuration import preset as presets
from jobpass.configuration.profile_settings import ProfileSettings
from jobpass_issuer.domain.profile import Profile

_GITHUB = {"repository": "octo-org/octo-repo", "repository_owner": "octo-org", "repository_id": "456789"}
_GITHUB_BY_ID = {
    "repository_owner": "octo-org",
    "repository_owner_id": "123456",
    "repository_name": "octo-repo",
    "repository_id": "456789",
}
_WINDMILL = {"email": "alice@example.com", "path": "f/ci/deploy", "workspace": "prod"}
_COMMIT = "9f3182061f1e2cca4702c368cbc039b7dc9d4485"
_BUILDKITE = {
    "organization_slug": "acme-inc",
    "pipeline_slug": "super-duper-app",
    "ref": "refs/heads/main",
    "build_commit": _COMMIT,
}


class Job(NamedTuple):
    """A job of one form: the fields that describe it, and its subject."""

    preset: str
    form: str
    fields: dict[str, str]
    subject: str


JOBS = [
    Job(
        "semaphore",
        "job",
        {
            "org": "acme",
            "project_id": "936a5312-a3b8-4921-8b3f-2cec8baac574",
            "repo": "web",
            "ref_type": "branch",
            "ref": "refs/heads/main",
        },
        "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main",
    ),
    Job("windmill", "job", _WINDMILL, "alice@example.com::f/ci/deploy::no_flow::prod"),
    Job(
        "windmill",
        "job",
        {**_WINDMILL, "flow_path": "f/ci/release"},
        "alice@example.com::f/ci/deploy::f/ci/release::prod",
    ),
    Job("windmill", "workspace", {"workspace": "prod"}, "prod"),
    Job("windmill", "instance", {}, "instance"),
    Job("github", "ref", {**_GITHUB, "ref": "refs/heads/main"}, "repo:octo-org/octo-repo:ref:refs/heads/main"),
    Job(
        "github",
        "environment",
        {**_GITHUB, "environment": "Production%3AV1"},
        "repo:octo-org/octo-repo:environment:Production%3AV1",
    ),
    Job("github", "pull_request", _GITHUB, "repo:octo-org/octo-repo:pull_request"),
    Job(
        "github",
        "ref_by_id",
        {**_GITHUB_BY_ID, "ref": "refs/tags/v1"},
        "repo:octo-org@123456/octo-repo@456789:ref:refs/tags/v1",
    ),
    Job(
        "github",
        "environment_by_id",
        {**_GITHUB_BY_ID, "environment": "prod"},
        "repo:octo-org@123456/octo-repo@456789:environment:prod",
    ),
    Job("github", "pull_request_by_id", _GITHUB_BY_ID, "repo:octo-org@123456/octo-repo@456789:pull_request"),
    Job(
        "gitlab",
        "job",
        {"project_path": "my-group/sub/my-project", "ref_type": "branch", "ref": "feature-branch-1"},
        "project_path:my-group/sub/my-project:ref_type:branch:ref:feature-branch-1",
    ),
    Job(
        "buildkite",
        "job",
        {**_BUILDKITE, "step_key": "build"},
        f"organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:commit:{_COMMIT}:step:build",
    ),
    Job(
        "buildkite",
        "job",
        _BUILDKITE,
        f"organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:commit:{_COMMIT}:step:",
    ),
]

FORMS = [(name, form) for name in presets.names() for form in presets.forms(name)]


def profile(preset: str, form: str) -> Profile:
    """The profile of a form, with nothing beside it."""
    return ProfileSettings(preset=preset, form=form).profile(f"{preset}-{form.replace('_', '-')}")
