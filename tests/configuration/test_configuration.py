"""A sound configuration is read as it is written, with the defaults that production wants."""

from pathlib import Path

import pytest

from jobpass.configuration import Configuration, load, parse
from jobpass.configuration.issuer_settings import SHORTEST_PUBLISH_AHEAD_HOURS
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.documents import CACHE_SECONDS
from jobpass_issuer.domain.issuer import Issuer
from tests.configuration.example import SOUND, spoiled

EXAMPLE = Path(__file__).parents[2] / "jobpass.yaml"

SMALLEST = """\
profiles: {ci: {preset: semaphore}}
platforms:
  ci-server:
    principals: ["arn:aws:iam::111122223333:root"]
    profiles: [ci]
    audiences: [vault.example.com]
"""


@pytest.fixture
def sound() -> Configuration:
    return parse(SOUND)


def test_the_example_of_the_repository_is_sound() -> None:
    example = load(EXAMPLE)

    assert (example.name, example.retention, example.deletion_protection) == ("jobpass", "destroy", False)
    assert list(example.platforms) == ["ci-server", "scheduler"]
    assert example.platforms["ci-server"].principals == ["arn:aws:iam::111122223333:role/ci-server"]
    assert list(example.roles) == ["web-deploy", "web-release", "nightly-report"]


def test_what_is_left_out_is_as_production_wants_it() -> None:
    smallest = parse(SMALLEST)

    assert smallest.name == "jobpass"
    assert (smallest.retention, smallest.deletion_protection) == ("retain", True)
    assert smallest.issuer.url is None
    assert (smallest.issuer.token_lifetime_seconds, smallest.issuer.max_token_lifetime_seconds) == (300, 3600)
    assert smallest.signing.algorithm == "RS256"
    assert (smallest.signing.rotate_every_days, smallest.signing.publish_ahead_hours) == (90, 24)
    assert (smallest.api.throttle_rate_per_second, smallest.api.throttle_burst) == (1_200, 2_400)
    assert (smallest.api.platform_rate_per_second, smallest.api.platform_burst) == (200, 400)
    assert (smallest.audit.trail, smallest.alarms.email, smallest.alarms.topic_arn) == ("create", None, None)
    assert smallest.api.log_retention_days == 90
    assert smallest.platforms["ci-server"].max_job_seconds == 86_400
    assert smallest.roles == {}


def test_rotation_is_given_in_days_and_hours_and_counted_in_seconds(sound: Configuration) -> None:
    assert (sound.signing.rotate_every_seconds, sound.signing.publish_ahead_seconds) == (7_776_000, 86_400)


def test_the_shortest_publication_ahead_outlasts_every_copy_that_relying_parties_are_told_to_keep() -> None:
    least = spoiled("publish_ahead_hours: 24", f"publish_ahead_hours: {SHORTEST_PUBLISH_AHEAD_HOURS}")

    assert parse(least).signing.publish_ahead_seconds >= CACHE_SECONDS


def test_an_issuer_for_others_than_aws_needs_no_roles() -> None:
    assert parse(SMALLEST).deployment().client_ids(None) == ()


def test_roles_are_named_after_the_deployment(sound: Configuration) -> None:
    deployment = sound.deployment()

    assert deployment.platforms["ci-server"].invocation_role == "jobpass-platform-ci-server"
    assert deployment.roles["web-deploy"].arn_path == "jobpass-web-deploy"


def test_the_longest_names_still_make_a_name_that_iam_takes() -> None:
    longest = "a" * 31
    text = SMALLEST.replace("ci-server", longest) + f"name: {'a' * 21}\n"

    role = parse(text).deployment().platforms[longest].invocation_role

    assert role is not None
    assert len(role) == 62
    assert len(role) <= 64


def test_the_deployment_says_what_the_file_says(sound: Configuration) -> None:
    deployment = sound.deployment()

    assert deployment.aws_audiences == ("sts.amazonaws.com",)
    assert deployment.roles["web-release"].pin_required is True
    assert deployment.roles["web-deploy"].pin_required is False
    assert deployment.platforms["ci-server"].where == {"org": "acme"}
    nightly = deployment.profiles["nightly"]
    assert nightly.session_tags == {"team": "team", "job": "job"}
    assert nightly.source_identity == "run-{run_id}"
    assert nightly.required_fields() == ("team", "job", "run_id")


def test_a_constant_is_in_the_subject_and_needs_no_registration(sound: Configuration) -> None:
    ci = sound.deployment().profiles["ci"]
    given = {
        "project_id": "936a5312-a3b8-4921-8b3f-2cec8baac574",
        "repo": "web",
        "ref_type": "tag",
        "ref": "refs/tags/v1",
    }

    assert ci.problems(given) == []
    subject = ci.subject.format(ci.complete(given))
    assert subject == "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:tag:ref:refs/tags/v1"


def test_the_deployment_survives_its_document(sound: Configuration) -> None:
    deployment = sound.deployment()

    assert Deployment.from_document(deployment.to_document()) == deployment


def test_a_profile_adds_to_its_preset_and_replaces_what_it_names() -> None:
    text = spoiled(
        "    constants: {org: acme}\n",
        "    constants: {org: acme}\n"
        "    fields: {cost_centre: {pattern: '[0-9]+'}, tag: {pattern: 'v.+'}}\n"
        "    claims: {cost: '{cost_centre}'}\n"
        "    session_tags: {CostCentre: cost_centre}\n"
        "    source_identity: '{job_id}'\n",
    )

    ci = parse(text).deployment().profiles["ci"]

    assert ci.fields["cost_centre"].pattern == "[0-9]+"
    assert ci.fields["tag"].pattern == "v.+"
    assert ci.fields["repo"].pattern == "[A-Za-z0-9._-]+"
    assert ci.claims["cost"] == "{cost_centre}"
    assert ci.claims["prj"] == "{project}"
    assert ci.session_tags == {"CostCentre": "cost_centre"}
    assert ci.source_identity == "{job_id}"
    assert ci.subject.text.startswith("org:{org}:project:")
    assert ci.identifies_sessions


def test_a_profile_may_keep_the_source_identity_out() -> None:
    text = spoiled("    constants: {org: acme}\n", "    constants: {org: acme}\n    source_identity: none\n")

    assert not parse(text).deployment().profiles["ci"].identifies_sessions
    assert parse(SOUND).deployment().profiles["ci"].identifies_sessions


def test_a_profile_replaces_the_subject_of_its_preset() -> None:
    text = spoiled("    preset: semaphore\n", "    preset: semaphore\n    subject: 'ci:{repo}:{ref_type}:{ref}'\n")

    assert parse(text).deployment().profiles["ci"].subject.text == "ci:{repo}:{ref_type}:{ref}"


ACCEPTED = {
    "a whole account": ('"arn:aws:iam::111122223333:role/ci-server"', '"arn:aws:iam::111122223333:root"'),
    "a role in a path": ('"arn:aws:iam::111122223333:role/ci-server"', '"arn:aws:iam::111122223333:role/ci/a_b/x"'),
    "a user of China": ('"arn:aws:iam::111122223333:role/ci-server"', '"arn:aws-cn:iam::111122223333:user/ci@x"'),
    "a policy of one's own": ("iam::aws:policy/AmazonS3ReadOnlyAccess", "iam::111122223333:policy/team/read"),
    "an issuer without a path": ("https://oidc.example.com/api/oidc", "https://oidc.example.com"),
    "an issuer with a slash at its end": ("https://oidc.example.com/api/oidc", "https://oidc.example.com/api/"),
    "an issuer that is the zone itself": ("https://oidc.example.com/api/oidc", "https://example.com"),
    "an issuer without hosted zone": ("  hosted_zone: {id: Z0123456789ABC, name: example.com}\n", ""),
    "a token as long as the longest": ("  token_lifetime_seconds: 300", "  token_lifetime_seconds: 3600"),
    "a token of twelve hours": ("max_token_lifetime_seconds: 3600", "max_token_lifetime_seconds: 43200"),
    "a switch for a switch": ("deletion_protection: true", "deletion_protection: yes"),
    "any job, with a reason": ("    when: {team: data}\n", "    allow_any: the report reads public data only\n"),
    "any kind of ref, with a reason": (
        '    when: {ref_type: tag, ref: "refs/tags/v*"}\n',
        "    when: {repo: web}\n    allow_any: previews of pull requests are wanted\n",
    ),
    "a kind of ref by a wildcard that fits one": ("{ref_type: tag,", '{ref_type: "t?g",'),
    "a constant said again": ("{ref_type: tag,", "{org: acme, ref_type: tag,"),
    "a branch with an underscore": ("refs/heads/main", "refs/heads/feature_x"),
    "a quoted word that YAML reads as true": ("      repo: web\n", '      repo: "on"\n'),
    "a role for two audiences": (
        "    audiences: [sts.amazonaws.com]\n    managed",
        "    audiences: [sts.amazonaws.com, vault.example.com]\n    managed",
    ),
    "a where by wildcard that leaves room": ("    where: {org: acme}\n", '    where: {ref: "refs/*"}\n'),
    "a where outside the subject": ("    where: {org: acme}\n", '    where: {pr: "1"}\n'),
    "days of a year": ("log_retention_days: 90", "log_retention_days: 365"),
    "an elliptic curve": ("RS256", "ES512"),
    "a rotation every year": ("rotate_every_days: 90", "rotate_every_days: 365"),
    "a rotation every day, published as long as that allows": (
        "rotate_every_days: 90, publish_ahead_hours: 24",
        "rotate_every_days: 1, publish_ahead_hours: 23",
    ),
    "a key published a week ahead": ("publish_ahead_hours: 24", "publish_ahead_hours: 168"),
}


@pytest.mark.parametrize(("old", "new"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_is_right_is_accepted(old: str, new: str) -> None:
    assert parse(spoiled(old, new)).deployment().roles


def test_a_configuration_cannot_be_changed(sound: Configuration) -> None:
    with pytest.raises(ValueError, match="frozen"):
        sound.name = "other"  # type: ignore[misc]


def test_the_trust_policy_holds_the_constants_and_a_wildcard_for_what_is_not_named(sound: Configuration) -> None:
    deployment = sound.deployment()
    issuer = Issuer(sound.issuer.url or "")

    policy = deployment.roles["web-deploy"].trust_policy(
        deployment.profiles["ci"], issuer, f"arn:aws:iam::000000000000:oidc-provider/{issuer.host_and_path}"
    )

    condition = policy["Statement"][0]["Condition"]
    assert condition["StringLike"] == {
        "oidc.example.com/api/oidc:sub": "org:acme:project:*:repo:web:ref_type:branch:ref:refs/heads/main"
    }
