"""Who may do what, over the whole template."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from infra.issuer_api import JOB_ROUTES
from jobpass.configuration import parse
from jobpass.configuration.role_checks import OWN_ROLES
from jobpass_issuer.aws import kms_keys
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.documents import RING_COPY
from jobpass_issuer.domain.key_policy import MAINTENANCE
from tests.infra.conftest import Synthesize, variant
from tests.infra.template import Statement, Template, resolve, text, trust_policy

# Where AWS admits nothing else: (action, reason).
ANY_RESOURCE = {
    "kms:CreateKey": "a key has no ARN before it exists",
    "tag:GetResources": "the index of tags has no resources of its own",
    "cloudtrail:LookupEvents": "the event history has no resources of its own",
}
ADAPTERS = Path(kms_keys.__file__).parent
KEYS_ADAPTERS = ("kms_keys", "s3_documents", "cloudfront_site", "dynamodb_key_ring")


def test_no_allowed_action_has_a_wildcard(example: Template) -> None:
    allowed = [each for each in example.statements() if each.document["Effect"] == "Allow"]
    assert len(allowed) > 10
    assert [action for each in allowed for action in each.actions if "*" in action] == []


def test_nothing_is_allowed_by_exclusion(example: Template) -> None:
    for statement in example.statements():
        assert not {"NotAction", "NotResource", "NotPrincipal"} & set(statement.document), statement


def test_every_resource_is_named_where_aws_takes_a_name(example: Template) -> None:
    # A key's own policy is about that key, and has no other way to say so.
    keys = example.of_type("AWS::KMS::Key")
    unnamed = [each for each in example.statements() if "*" in each.resources and each.owner not in keys]
    assert [action for each in unnamed for action in each.actions] == list(ANY_RESOURCE)


def test_only_denials_are_for_everybody(example: Template) -> None:
    for statement in example.statements():
        if "*" in statement.principals:
            assert statement.document["Effect"] == "Deny"
            # What is sent in the clear, and what comes from somebody else than one role.
            in_the_clear = statement.document["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            assert in_the_clear or list(statement.document["Condition"]) == ["ArnNotLike"]


def test_every_function_has_a_role_that_no_other_has(example: Template) -> None:
    functions = example.of_type("AWS::Lambda::Function").values()
    roles = [text(each["Properties"]["Role"]) for each in functions]
    assert len(roles) == len(set(roles)) == 5


def test_functions_have_no_managed_policy(example: Template) -> None:
    for purpose in ("token", "jobs", "keys", "audit", "canary"):
        assert "ManagedPolicyArns" not in example.role(f"jobpass-{purpose}")


def test_only_lambda_assumes_a_functions_role(example: Template) -> None:
    for purpose in ("token", "jobs", "keys", "audit", "canary"):
        (statement,) = trust_policy(example.role(f"jobpass-{purpose}"))["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }


def test_no_identity_policy_grants_signing_or_delegating_it(example: Template) -> None:
    actions = [action for each in example.statements() if each.kind == "identity" for action in each.actions]
    assert not {"kms:Sign", "kms:CreateGrant", "kms:*", "*"} & set(actions)


def test_cloudformation_owns_no_signing_key(example: Template) -> None:
    keys = {name: each["Properties"] for name, each in example.of_type("AWS::KMS::Key").items()}
    # The one that encrypts alarms, which is of the kind that cannot sign.
    assert list(keys) == ["AlarmsKey3C2381B3"]
    assert {"KeySpec", "KeyUsage"}.isdisjoint(keys["AlarmsKey3C2381B3"])


def test_token_function_reads_the_table_and_writes_its_log(example: Template) -> None:
    assert _permitted(example, "token") == {
        "dynamodb:BatchGetItem": ["<RegistrationsTable78B7C59D.Arn>"],
        "logs:CreateLogStream": ["<TokenLogsD49D257A.Arn>"],
        "logs:PutLogEvents": ["<TokenLogsD49D257A.Arn>"],
    }


def test_jobs_function_reaches_registrations_and_not_the_key_ring(example: Template) -> None:
    (access,) = [each for each in _statements(example, "jobs") if "dynamodb:PutItem" in each.actions]
    assert access.actions == ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    assert access.document["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["job#*"]}}
    assert set(_permitted(example, "jobs")) == {*access.actions, "logs:CreateLogStream", "logs:PutLogEvents"}


def test_keys_function_reaches_the_key_ring_and_no_registration(example: Template) -> None:
    (access,) = [each for each in _statements(example, "keys") if "dynamodb:PutItem" in each.actions]
    assert access.document["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ring"]}}


def test_keys_function_may_make_every_call_that_its_adapters_make(example: Template) -> None:
    sources = "".join((ADAPTERS / f"{name}.py").read_text("utf-8") for name in KEYS_ADAPTERS)
    calls = set(re.findall(r'translated\("([a-z0-9]+:[A-Za-z]+)"\)', sources))
    assert calls >= {"kms:CreateKey", "tag:GetResources", "dynamodb:DescribeTable", "s3:PutObject"}
    assert calls <= set(_permitted(example, "keys"))


def test_keys_function_asks_which_table_it_has_and_no_other(example: Template) -> None:
    assert _permitted(example, "keys")["dynamodb:DescribeTable"] == ["<RegistrationsTable78B7C59D.Arn>"]


def test_keys_function_creates_keys_with_this_issuers_tags_only(example: Template) -> None:
    (create,) = [each for each in _statements(example, "keys") if "kms:CreateKey" in each.actions]
    assert create.document["Condition"]["StringEquals"] == {
        f"aws:RequestTag/{kms_keys.ISSUER_TAG}": "jobpass",
        f"aws:RequestTag/{kms_keys.ALGORITHM_TAG}": "RS256",
    }


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_keys_are_created_for_the_configured_algorithm_and_no_other(synthesize: Synthesize, name: str) -> None:
    template = synthesize(signing={"algorithm": name})
    for action in ("kms:CreateKey", "kms:TagResource"):
        born = [each for each in _statements(template, "keys") if each.actions == [action]]
        (condition,) = [each.document["Condition"] for each in born]
        assert condition["StringEquals"]["aws:RequestTag/jobpass:algorithm"] == name
        assert condition["StringEqualsIfExists"]["kms:KeySpec"] == ALGORITHMS[name].key_spec


def test_keys_of_an_algorithm_that_was_left_are_still_administered(synthesize: Synthesize) -> None:
    template = synthesize(signing={"algorithm": "ES256"})
    (administer,) = [each for each in _statements(template, "keys") if "kms:PutKeyPolicy" in each.actions]
    assert "StringEqualsIfExists" not in administer.document["Condition"]


def test_keys_function_administers_keys_with_this_issuers_tag_only(example: Template) -> None:
    (administer,) = [each for each in _statements(example, "keys") if "kms:PutKeyPolicy" in each.actions]
    assert administer.actions == sorted(MAINTENANCE)
    assert administer.document["Condition"]["StringEquals"] == {f"aws:ResourceTag/{kms_keys.ISSUER_TAG}": "jobpass"}
    # A revocation is written on the key as a tag, in one breath with its disabling.
    assert {"kms:TagResource", "kms:DisableKey"} <= set(administer.actions)


def test_keys_function_cannot_claim_a_key_of_another_kind_by_tagging_it(example: Template) -> None:
    (tag,) = [each for each in _statements(example, "keys") if each.actions == ["kms:TagResource"]]
    assert tag.document["Condition"]["StringEquals"] == {
        "aws:RequestTag/jobpass:issuer": "jobpass",
        "aws:RequestTag/jobpass:algorithm": "RS256",
    }
    assert tag.document["Condition"]["StringEqualsIfExists"] == {
        "kms:KeySpec": "RSA_2048",
        "kms:KeyUsage": "SIGN_VERIFY",
    }


def test_no_key_policy_may_lock_everybody_out(example: Template) -> None:
    creating = [
        each for each in _statements(example, "keys") if {"kms:CreateKey", "kms:PutKeyPolicy"} & set(each.actions)
    ]
    assert len(creating) == 2
    for statement in creating:
        assert statement.document["Condition"]["BoolIfExists"] == {"kms:BypassPolicyLockoutSafetyCheck": "false"}


def test_keys_function_writes_the_documents_and_the_rings_copy_and_nothing_else_in_the_bucket(
    example: Template,
) -> None:
    permitted = _permitted(example, "keys")
    bucket = "<SiteBucket978D4AEB.Arn>"
    documents = [f"{bucket}/{key}" for key in (".well-known/openid-configuration", ".well-known/jwks.json", RING_COPY)]
    assert permitted["s3:PutObject"] == permitted["s3:GetObject"] == permitted["s3:DeleteObject"] == documents
    assert permitted["s3:ListBucket"] == [bucket]


@pytest.mark.parametrize("platform", ["ci-server", "scheduler"])
def test_platform_may_call_its_routes_and_nothing_else(example: Template, platform: str) -> None:
    role = example.role(f"jobpass-platform-{platform}")
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    api = "arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<HttpApi9292168F>/$default"
    assert statement["Action"] == "execute-api:Invoke"
    assert resolve(statement["Resource"]) == [
        f"{api}/POST/v1/jobs",
        f"{api}/GET/v1/jobs/*",
        f"{api}/DELETE/v1/jobs/*",
    ]
    assert "ManagedPolicyArns" not in role


def test_only_its_principals_assume_a_platforms_role(synthesize: Synthesize) -> None:
    template = synthesize(
        platforms={
            "ci-server": {
                "principals": ["arn:aws:iam::111122223333:role/ci-server", "arn:aws:iam::444455556666:user/build"],
                "profiles": ["ci"],
                "audiences": ["sts.amazonaws.com"],
                "where": {"org": "acme"},
            }
        },
        roles={},
    )
    (statement,) = trust_policy(template.role("jobpass-platform-ci-server"))["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Principal": {"AWS": ["arn:aws:iam::111122223333:role/ci-server", "arn:aws:iam::444455556666:user/build"]},
    }


def test_no_trusting_role_can_take_the_name_of_a_role_that_the_stack_makes_for_itself(example: Template) -> None:
    assert set(parse(variant()).roles).isdisjoint(OWN_ROLES)
    names = {each["Properties"]["RoleName"].removeprefix("jobpass-") for each in _roles(example)}
    own = {name for name in names - set(parse(variant()).roles) if not name.startswith("platform-")}
    assert own == OWN_ROLES


def test_only_the_api_and_only_its_own_routes_invoke_functions(example: Template) -> None:
    of_jobs = {f"/*/*{path}" for _, path in JOB_ROUTES}
    permissions = [each["Properties"] for each in example.of_type("AWS::Lambda::Permission").values()]
    # The audit function listens to rules: tests/infra/test_audit.py.
    answering = [each for each in permissions if "AuditFunction" not in text(each["FunctionName"])]
    assert len(answering) == 6
    for properties in answering:
        assert properties["Principal"] == "apigateway.amazonaws.com"
        _, _, path = text(properties["SourceArn"]).partition("<HttpApi9292168F>")
        function = text(properties["FunctionName"])
        assert path in of_jobs if "Token" in function else path.startswith("/*/*/v1/jobs")


def _roles(template: Template) -> Iterable[dict[str, Any]]:
    return template.of_type("AWS::IAM::Role").values()


def _statements(template: Template, purpose: str) -> list[Statement]:
    (owner,) = [
        name
        for name, role in template.of_type("AWS::IAM::Role").items()
        if role["Properties"].get("RoleName") == f"jobpass-{purpose}"
    ]
    return [each for each in template.statements() if each.owner == owner and each.kind == "identity"]


def _permitted(template: Template, purpose: str) -> dict[str, list[str]]:
    """Return what a function may do, each action with its resources."""
    return {action: each.resources for each in _statements(template, purpose) for action in each.actions}
