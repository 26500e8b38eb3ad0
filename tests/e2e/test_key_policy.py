"""Who may do what with the deployed signing keys.

The embedded AWS judges key policies for every role, but lets the account's root pass them; on AWS the root has what
the policy gives it and nothing else. What must hold for the root is therefore asserted on the policy of the created
keys, as GetKeyPolicy shows it.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import Credentials
from local.deployment import Deployment
from tests.e2e import callers, known_answers

ROOT = "arn:aws:iam::000000000000:root"
TOKEN_ROLE = "arn:aws:iam::000000000000:role/jobpass-token"
KEYS_ROLE = "arn:aws:iam::000000000000:role/jobpass-keys"
TOKEN_SESSIONS = "arn:aws:sts::000000000000:assumed-role/jobpass-token/*"
SIGNATURE = {"MessageType": "DIGEST", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}


@pytest.fixture(scope="module", params=[0, 1], ids=["one key", "the other key"])
def key(request: pytest.FixtureRequest, deployment: Deployment) -> str:
    """The ARN of each signing key in turn."""
    arns = known_answers.issuer_keys(deployment.aws.client("kms"), "jobpass")
    assert len(arns) == 2
    return str(arns[request.param])


@pytest.fixture(scope="module")
def policy(deployment: Deployment, key: str) -> dict[str, Any]:
    """The key's policy, its statements by their names."""
    document = json.loads(deployment.aws.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


@pytest.fixture(scope="module")
def administrator(deployment: Deployment) -> Iterator[Credentials]:
    """A role that may do everything that an identity policy can give."""
    with callers.role(deployment, "e2e-administrator", callers.ADMINISTRATION) as credentials:
        yield credentials


@pytest.fixture(scope="module")
def token_function(deployment: Deployment) -> Credentials:
    """The one who signs."""
    return callers.function_role(deployment, "TokenFunctionName")


def refusal(ask: Callable[[], object]) -> str:
    """The code by which AWS refuses."""
    with pytest.raises(ClientError) as refused:
        ask()
    return str(refused.value.response["Error"]["Code"])


def sign(deployment: Deployment, credentials: Credentials, key: str, **changed: object) -> Any:
    asked = {"KeyId": key, "Message": b"d" * 32, **SIGNATURE, **changed}
    return deployment.aws.client("kms", credentials).sign(**{name: asked[name] for name in asked if asked[name]})


class TestSigning:
    """The token function signs, in one way; nobody else does."""

    def test_the_token_function_signs(self, deployment: Deployment, token_function: Credentials, key: str) -> None:
        kms = deployment.aws.client("kms")
        signature = sign(deployment, token_function, key)["Signature"]
        assert kms.verify(KeyId=key, Message=b"d" * 32, Signature=signature, **SIGNATURE)["SignatureValid"]

    @pytest.mark.parametrize(
        "changed",
        [
            {"MessageType": "RAW"},
            {"MessageType": None},
            {"SigningAlgorithm": "RSASSA_PSS_SHA_256"},
            {"SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_512", "Message": b"d" * 64},
        ],
        ids=["raw", "raw by default", "another padding", "another digest"],
    )
    def test_the_token_function_signs_in_no_other_way(
        self, deployment: Deployment, token_function: Credentials, key: str, changed: dict[str, object]
    ) -> None:
        assert refusal(lambda: sign(deployment, token_function, key, **changed)) == "AccessDeniedException"

    @pytest.mark.parametrize("output", ["JobsFunctionName", "KeysFunctionName"])
    def test_no_other_function_signs(self, deployment: Deployment, key: str, output: str) -> None:
        credentials = callers.function_role(deployment, output)
        assert refusal(lambda: sign(deployment, credentials, key)) == "AccessDeniedException"

    def test_no_administrator_signs(self, deployment: Deployment, administrator: Credentials, key: str) -> None:
        assert refusal(lambda: sign(deployment, administrator, key)) == "AccessDeniedException"

    @pytest.mark.parametrize("name", ["jobpass-token-evil", "jobpass-toke", "evil-jobpass-token", "Jobpass-Token"])
    def test_no_role_signs_whose_name_is_merely_alike(self, deployment: Deployment, key: str, name: str) -> None:
        with callers.role(deployment, name, callers.ADMINISTRATION) as credentials:
            assert refusal(lambda: sign(deployment, credentials, key)) == "AccessDeniedException"

    def test_the_root_has_no_right_to_sign(self, policy: dict[str, Any]) -> None:
        """On the created policy, since the embedded AWS lets the root pass it."""
        signing = [each for each in policy.values() if each["Effect"] == "Allow" and "kms:Sign" in each["Action"]]
        assert [each["Principal"] for each in signing] == [{"AWS": TOKEN_ROLE}]
        assert policy["NobodyElseSigns"] == {
            "Sid": "NobodyElseSigns",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["kms:Sign"],
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": [TOKEN_ROLE, TOKEN_SESSIONS]}},
        }

    def test_no_role_of_the_account_has_the_right_by_its_own_policies(self, deployment: Deployment) -> None:
        """Every role of the stack; the CDK's own, which deploys as an administrator, is denied by the key."""
        iam = deployment.aws.client("iam")
        names = [role["RoleName"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
        deployed = [name for name in names if name.startswith("jobpass-")]
        assert {"jobpass-token", "jobpass-jobs", "jobpass-keys", "jobpass-web-deploy"} <= set(deployed)
        granting = [name for name in deployed for text in _identity_policies(iam, name) if _may_sign(text)]
        assert granting == []


def _identity_policies(iam: Any, role: str) -> Iterator[str]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        # AWS's own managed policies here read S3 and CloudWatch; the configuration names them.
        assert arn.endswith(("ReadOnlyAccess", "AWSLambdaBasicExecutionRole")), arn


def _may_sign(policy: str) -> bool:
    statements = json.loads(policy)["Statement"]
    actions = [
        action.lower()
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]
    return any(action in ("*", "kms:*") or (action.startswith("kms:s") and "sign" in action) for action in actions)


class TestAdministration:
    """Administration is not locked out, and does not come to more by a detour."""

    def test_an_administrator_takes_the_policy_back(
        self, deployment: Deployment, administrator: Credentials, key: str
    ) -> None:
        """Opened by the administrator, the key signs for it; closed again, it does not."""
        kms = deployment.aws.client("kms", administrator)
        deployed = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        everything = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=callers.policy(everything))
        try:
            sign(deployment, administrator, key)
        finally:
            kms.put_key_policy(KeyId=key, PolicyName="default", Policy=deployed)
        assert refusal(lambda: sign(deployment, administrator, key)) == "AccessDeniedException"
        assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == deployed

    @pytest.mark.parametrize("who", ["administrator", "KeysFunctionName", "JobsFunctionName", "TokenFunctionName"])
    def test_nobody_delegates(self, deployment: Deployment, administrator: Credentials, key: str, who: str) -> None:
        credentials = administrator if who == "administrator" else callers.function_role(deployment, who)
        kms = deployment.aws.client("kms", credentials)
        grant = {"KeyId": key, "GranteePrincipal": TOKEN_ROLE, "Operations": ["Sign"]}
        assert refusal(lambda: kms.create_grant(**grant)) == "AccessDeniedException"
        assert deployment.aws.client("kms").list_grants(KeyId=key)["Grants"] == []

    def test_the_root_cannot_delegate_either(self, policy: dict[str, Any]) -> None:
        """On the created policy, since the embedded AWS lets the root pass it."""
        assert policy["NobodyDelegates"] == {
            "Sid": "NobodyDelegates",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["kms:CreateGrant"],
            "Resource": "*",
        }

    def test_the_root_administers_by_a_list_without_wildcards(self, policy: dict[str, Any]) -> None:
        administration = policy["Administration"]
        assert administration["Principal"] == {"AWS": ROOT}
        assert {"kms:PutKeyPolicy", "kms:DisableKey", "kms:ScheduleKeyDeletion"} <= set(administration["Action"])
        assert not {"kms:Sign", "kms:CreateGrant"} & set(administration["Action"])
        assert not [action for action in administration["Action"] if "*" in action]

    def test_nothing_else_is_in_the_policy(self, policy: dict[str, Any]) -> None:
        assert set(policy) == {"Administration", "Maintenance", "Signing", "NobodyElseSigns", "NobodyDelegates"}
        assert policy["Maintenance"]["Principal"] == {"AWS": KEYS_ROLE}
        assert not {"kms:Sign", "kms:CreateGrant"} & set(policy["Maintenance"]["Action"])
        assert policy["Signing"]["Action"] == ["kms:Sign"]
        assert policy["Signing"]["Condition"] == {
            "StringEquals": {f"kms:{name}": value for name, value in SIGNATURE.items()}
        }

    def test_a_key_says_whose_it_is_and_what_for(self, deployment: Deployment, key: str) -> None:
        kms = deployment.aws.client("kms")
        tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
        assert tags == {"jobpass:issuer": "jobpass", "jobpass:algorithm": "RS256"}
        metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
        facts = {name: metadata[name] for name in ("KeySpec", "KeyUsage", "KeyState", "Origin", "MultiRegion")}
        assert facts == {
            "KeySpec": "RSA_2048",
            "KeyUsage": "SIGN_VERIFY",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "MultiRegion": False,
        }
        assert metadata["Description"] == "Jobpass jobpass: signs ID tokens with RS256"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"Tags": [{"TagKey": "jobpass:issuer", "TagValue": "another"}]},
        {"Tags": [{"TagKey": "jobpass:issuer", "TagValue": "jobpass"}], "KeyUsage": "ENCRYPT_DECRYPT"},
        {"Tags": [{"TagKey": "jobpass:issuer", "TagValue": "jobpass"}], "KeySpec": "RSA_4096"},
    ],
    ids=["untagged", "another issuer's", "no signing key", "another kind"],
)
def test_the_keys_function_makes_no_key_but_of_this_issuer_and_kind(
    deployment: Deployment, asked: dict[str, Any]
) -> None:
    kms = deployment.aws.client("kms", callers.function_role(deployment, "KeysFunctionName"))
    wished = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY", **asked}
    assert refusal(lambda: kms.create_key(**wished)) == "AccessDeniedException"


@pytest.mark.parametrize("output", ["JobsFunctionName", "TokenFunctionName"])
def test_no_other_function_administers_keys(deployment: Deployment, key: str, output: str) -> None:
    kms = deployment.aws.client("kms", callers.function_role(deployment, output))
    for ask in (kms.disable_key, kms.get_public_key, kms.schedule_key_deletion):
        assert refusal(partial(ask, KeyId=key)) == "AccessDeniedException"
