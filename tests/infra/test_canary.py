"""The canary in the template: what it may, how it is told of the issuer, when it runs, and that it can be left out."""

import json
from typing import Any

from jobpass_issuer.domain import canary
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.standing import Standing
from jobpass_issuer.handlers.settings import CanarySettings
from tests.infra.conftest import Synthesize
from tests.infra.template import Template, resolve, text, trust_policy

ROLE = "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/jobpass-canary-platform"


def schedule(template: Template) -> dict[str, Any]:
    """The properties of the canary's schedule."""
    (found,) = [
        each["Properties"]
        for each in template.of_type("AWS::Scheduler::Schedule").values()
        if each["Properties"]["Name"].endswith("-canary-schedule")
    ]
    return dict(found)


def test_it_is_a_stranger_who_may_become_a_platform_and_nothing_more(example: Template) -> None:
    (policy,) = example.role("jobpass-canary")["Policies"]
    assume, log = resolve(policy["PolicyDocument"]["Statement"])
    assert assume == {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}
    assert log["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_it_is_told_of_the_issuer_by_url_alone(example: Template) -> None:
    variables = resolve(example.function("canary")["Environment"]["Variables"])
    told = {name: value for name, value in variables.items() if not name.startswith("POWERTOOLS_")}
    assert told == {
        "ISSUER_URL": "https://<SiteDistribution390DED28.DomainName>",
        "API_URL": "<HttpApi9292168F.ApiEndpoint>",
        "INVOCATION_ROLE_ARN": ROLE,
    }
    assert {name.upper() for name in CanarySettings.__slots__} == set(told)


def test_it_alone_assumes_its_platforms_role_which_opens_the_platform_routes(example: Template) -> None:
    role = example.role("jobpass-canary-platform")
    (statement,) = trust_policy(role)["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    assert text(statement["Principal"]["AWS"]).startswith("<CanaryRoundsCanaryRole")
    (policy,) = role["Policies"]
    (invoke,) = policy["PolicyDocument"]["Statement"]
    (others,) = example.role("jobpass-platform-ci-server")["Policies"]
    assert [invoke] == others["PolicyDocument"]["Statement"]


def test_the_front_door_knows_it(example: Template) -> None:
    (jobs,) = example.directory.glob("asset.*/deployment.json")
    (token,) = example.directory.glob("asset.*/standing.json")
    deployment = Deployment.from_document(json.loads(jobs.read_text()))
    assert deployment.platforms[canary.NAME] == canary.platform("jobpass")
    assert deployment.profiles[canary.NAME] == canary.profile()
    assert Standing.from_document(json.loads(token.read_text())) == Standing.of(deployment)


def test_no_role_of_the_deployment_takes_its_audience(example: Template) -> None:
    assert canary.AUDIENCE not in json.dumps(example.document)


def test_it_runs_on_schedule_once_the_issuer_is_there_and_is_not_tried_again(example: Template) -> None:
    found = schedule(example)
    assert found["ScheduleExpression"] == "rate(60 minutes)"
    assert found["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    (resource,) = [each for each in example.of_type("AWS::Scheduler::Schedule").values() if each["Properties"] == found]
    (documents,) = example.of_type("Custom::IssuerDocuments")
    assert documents in resource["DependsOn"]
    (tries,) = [
        each["Properties"]
        for each in example.of_type("AWS::Lambda::EventInvokeConfig").values()
        if text(each["Properties"]["FunctionName"]).startswith("<CanaryRounds")
    ]
    assert (tries["MaximumRetryAttempts"], tries["MaximumEventAgeInSeconds"]) == (0, 60)


def test_its_schedule_may_run_it_and_nothing_else(example: Template) -> None:
    role = example.role("jobpass-canary-schedule")
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    assert text(statement["Resource"]) == text(schedule(example)["Target"]["Arn"])
    (trusted,) = trust_policy(role)["Statement"]
    assert trusted == trust_policy(example.role("jobpass-keys-schedule"))["Statement"][0]


def test_a_minute_is_one(synthesize: Synthesize) -> None:
    assert schedule(synthesize(canary={"every_minutes": 1}))["ScheduleExpression"] == "rate(1 minute)"
    assert schedule(synthesize(canary={}))["ScheduleExpression"] == "rate(5 minutes)"


def test_off_leaves_nothing_of_it(synthesize: Synthesize) -> None:
    template = synthesize(canary={"every_minutes": "off"})
    assert "anary" not in json.dumps({**template.document, "Rules": {}})
    for document in ("deployment", "standing"):
        (path,) = template.directory.glob(f"asset.*/{document}.json")
        assert "canary" not in path.read_text()
