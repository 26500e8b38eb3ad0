"""A deployment as the jobs function carries it: whole after JSON, and its audiences those of its roles."""

import json
from dataclasses import replace

from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.registration import Registration
from tests.domain.examples import (
    CI,
    CI_SERVER,
    DEPLOY,
    DEPLOY_ARN,
    DEPLOYMENT,
    REGISTRATION,
    SCHEDULER,
    STS,
    WINDMILL,
    registration,
)


def test_a_deployment_survives_its_document_as_json() -> None:
    assert Deployment.from_document(json.loads(json.dumps(DEPLOYMENT.to_document()))) == DEPLOYMENT


def test_an_empty_deployment_survives_too() -> None:
    empty = Deployment({}, {}, {})

    assert Deployment.from_document(json.loads(json.dumps(empty.to_document()))) == empty
    assert empty.aws_audiences == (STS,)
    assert empty.client_ids(None) == ()


def test_everything_is_found_by_its_name() -> None:
    again = Deployment.from_document(DEPLOYMENT.to_document())

    assert again.profiles["ci"] == CI
    assert again.platforms == {"ci-server": CI_SERVER, "scheduler": SCHEDULER, "windmill": WINDMILL}
    assert again.roles["deploy"] == DEPLOY


def test_the_providers_audiences_are_exactly_those_of_the_roles() -> None:
    assert DEPLOYMENT.aws_audiences == (STS,)


def test_each_accounts_provider_has_the_audiences_of_its_own_roles() -> None:
    there = replace(DEPLOY, name="there", account_id="222233334444", audiences=("there.example.com",))
    deployment = replace(DEPLOYMENT, roles={**DEPLOYMENT.roles, "there": there})

    assert deployment.client_ids(None) == (STS,)
    assert deployment.client_ids("222233334444") == ("there.example.com",)
    assert deployment.client_ids("333344445555") == ()
    assert deployment.aws_audiences == (STS, "there.example.com")
    assert deployment.roles_in("222233334444") == (there,)


def test_a_registration_survives_its_document_as_json() -> None:
    rich = registration(
        transitive_tags=("Repo",),
        pinned=True,
        obstacles={DEPLOY_ARN: "`ref` is `x`; the role wants `y`"},
        default_audience=STS,
        token_lifetime_seconds=60,
        claims={"groups": ["a", "b"], "email_verified": True},
    )
    for each in (REGISTRATION, rich, registration(ended_at=5, source_identity=None, roles=())):
        assert Registration.from_document(json.loads(json.dumps(each.to_document()))) == each


def test_a_registration_of_an_earlier_version_is_read_with_what_it_had() -> None:
    """Jobs run on while the deployment changes: members that are new have their defaults, those that are gone go."""
    document = json.loads(json.dumps(REGISTRATION.to_document()))
    for name in ("transitive_tags", "pinned", "obstacles", "default_audience", "token_lifetime_seconds"):
        del document[name]

    assert Registration.from_document({**document, "aws_audiences": [STS]}) == REGISTRATION
