"""Events name their true caller, and the request under which it was answered."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.asking import numbers, token
from tests.local.seam.federation import Federation
from tests.local.seam.trail import event_of, events, request_id

ROLE_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                   "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}],
}  # fmt: skip
CLAIMS: dict[str, Any] = {
    "https://aws.amazon.com/tags": {"principal_tags": {"repo": ["web"]}, "transitive_tag_keys": ["repo"]},
    "https://aws.amazon.com/source_identity": "job-9",
}
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def key(emulator: Emulator) -> str:
    """A key that signs, by its ARN."""
    made = emulator.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["Arn"])


def sign(client: Any, key: str) -> Any:
    return client.sign(KeyId=key, Message=b"m" * 32, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")


def role(emulator: Emulator, policy: dict[str, Any] | None = ANYTHING) -> dict[str, Any]:
    iam, name = emulator.client("iam"), f"caller-{next(numbers)}"
    made: dict[str, Any] = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ROLE_TRUST))["Role"]
    if policy is not None:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return made


def assume(emulator: Emulator, role: dict[str, Any], **request: Any) -> Any:
    return emulator.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="caller", **request)


def test_a_signature_by_a_roles_session(emulator: Emulator, key: str) -> None:
    signer = role(emulator)
    session = assume(emulator, signer, SourceIdentity="job-7")
    access_key = session["Credentials"]["AccessKeyId"]
    kms = emulator.session_client("kms", session["Credentials"])

    answer = sign(kms, key)
    event = event_of(emulator, request_id(answer))

    identity = event["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["principalId"] == f"{signer['RoleId']}:caller"
    assert identity["arn"] == f"arn:aws:sts::000000000000:assumed-role/{signer['RoleName']}/caller"
    assert identity["accountId"] == "000000000000"
    assert identity["accessKeyId"] == access_key
    assert identity["sessionContext"]["sessionIssuer"] == {
        "type": "Role",
        "principalId": signer["RoleId"],
        "arn": signer["Arn"],
        "accountId": "000000000000",
        "userName": signer["RoleName"],
    }
    assert identity["sessionContext"]["sourceIdentity"] == "job-7"
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"
    assert (event["eventSource"], event["eventName"]) == ("kms.amazonaws.com", "Sign")
    assert event["requestParameters"] == {
        "keyId": key, "messageType": "DIGEST", "signingAlgorithm": "ECDSA_SHA_256"
    }  # fmt: skip
    assert event["responseElements"] is None
    assert event["resources"] == [{"accountId": "000000000000", "type": "AWS::KMS::Key", "ARN": key}]
    assert (event["readOnly"], event["managementEvent"], event["eventCategory"]) == (True, True, "Management")
    assert (event["sourceIPAddress"], event["recipientAccountId"]) == ("127.0.0.1", "000000000000")


def test_the_user_agent_is_the_one_that_was_sent(emulator: Emulator, key: str) -> None:
    session = assume(emulator, role(emulator))
    kms = emulator.session_client("kms", session["Credentials"])

    def say(request: Any, **_event: Any) -> None:
        request.headers["User-Agent"] = "Boto3/1.43.106 jti/0123456789abcdef"

    kms.meta.events.register("before-send.kms.Sign", say)
    event = event_of(emulator, request_id(sign(kms, key)))

    assert event["userAgent"] == "Boto3/1.43.106 jti/0123456789abcdef"


def test_root_and_a_user(emulator: Emulator, key: str) -> None:
    iam, name = emulator.client("iam"), f"user-{next(numbers)}"
    user = iam.create_user(UserName=name)["User"]
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(ANYTHING))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    kms = emulator.session_client(
        "kms", {"AccessKeyId": made["AccessKeyId"], "SecretAccessKey": made["SecretAccessKey"], "SessionToken": None}
    )

    by_root = event_of(emulator, request_id(sign(emulator.client("kms"), key)))["userIdentity"]
    by_user = event_of(emulator, request_id(sign(kms, key)))["userIdentity"]

    assert by_root == {
        "type": "Root",
        "principalId": "000000000000",
        "arn": "arn:aws:iam::000000000000:root",
        "accountId": "000000000000",
        "accessKeyId": "test",
    }
    assert by_user == {
        "type": "IAMUser",
        "principalId": user["UserId"],
        "arn": user["Arn"],
        "accountId": "000000000000",
        "accessKeyId": made["AccessKeyId"],
        "userName": name,
    }
    assert events(emulator, attribute=("Username", name))[0]["userIdentity"] == by_user


def test_a_refused_signature_tells_who_and_why_and_repeats_nothing_that_was_asked(emulator: Emulator, key: str) -> None:
    session = assume(emulator, role(emulator, policy=None))
    with pytest.raises(ClientError) as refused:
        sign(emulator.session_client("kms", session["Credentials"]), key)

    event = event_of(emulator, request_id(refused.value.response))

    assert (event["errorCode"], event["requestParameters"]) == ("AccessDenied", None)
    assert "kms:Sign" in event["errorMessage"]
    assert event["userIdentity"]["accessKeyId"] == session["Credentials"]["AccessKeyId"]
    assert event["resources"][0]["ARN"] == key


def test_who_cannot_be_authenticated_leaves_no_event(emulator: Emulator, key: str) -> None:
    before = len(events(emulator, attribute=("EventName", "Sign")))
    nobody = {"AccessKeyId": "ASIANOBODYNOBODY0000", "SecretAccessKey": "x", "SessionToken": "x"}

    with pytest.raises(ClientError):
        sign(emulator.session_client("kms", nobody), key)

    assert len(events(emulator, attribute=("EventName", "Sign"))) == before


def test_a_session_leads_from_its_beginning_to_its_calls(emulator: Emulator, key: str) -> None:
    signer = role(emulator)
    session = assume(emulator, signer)
    sign(emulator.session_client("kms", session["Credentials"]), key)
    access_key = session["Credentials"]["AccessKeyId"]

    (beginning,) = events(emulator, attribute=("ResourceName", access_key))
    (signature,) = events(emulator, attribute=("AccessKeyId", access_key))

    assert beginning["requestID"] == request_id(session)
    assert beginning["eventName"] == "AssumeRole"
    assert beginning["readOnly"] is True
    assert beginning["requestParameters"] == {"roleArn": signer["Arn"], "roleSessionName": "caller"}
    assert beginning["responseElements"]["credentials"]["accessKeyId"] == access_key
    assert beginning["responseElements"]["assumedRoleUser"]["arn"] == signature["userIdentity"]["arn"]
    assert session["Credentials"]["SecretAccessKey"] not in json.dumps(beginning)
    assert session["Credentials"]["SessionToken"] not in json.dumps(beginning)


def test_a_source_identity_goes_with_the_session_into_the_next_role(emulator: Emulator, key: str) -> None:
    first = assume(emulator, role(emulator), SourceIdentity="job-8")
    sts = emulator.session_client("sts", first["Credentials"])
    second = sts.assume_role(RoleArn=role(emulator)["Arn"], RoleSessionName="chained")

    event = event_of(emulator, request_id(sign(emulator.session_client("kms", second["Credentials"]), key)))

    assert event["userIdentity"]["sessionContext"]["sourceIdentity"] == "job-8"


def test_a_session_of_another_accounts_role_is_an_event_in_both(emulator: Emulator) -> None:
    theirs, name = "111122223333", f"other-{next(numbers)}"
    emulator.client("iam", theirs).create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ROLE_TRUST))
    session = emulator.client("sts").assume_role(RoleArn=f"arn:aws:iam::{theirs}:role/{name}", RoleSessionName="over")

    here = event_of(emulator, request_id(session))
    there = event_of(emulator, request_id(session), account=theirs)

    assert here["userIdentity"]["type"] == "Root"
    assert there["userIdentity"] == {
        "type": "AWSAccount", "principalId": "000000000000", "accountId": "000000000000"
    }  # fmt: skip
    assert here["sharedEventID"] == there["sharedEventID"]
    assert here["eventID"] != there["eventID"]


def test_the_time_is_the_emulators(sts_settings: Emulator, key: str) -> None:
    sts_settings.control("sts/clock", {"offset_seconds": 86400})
    answer = sign(sts_settings.client("kms"), key)

    event = event_of(sts_settings, request_id(answer))

    written = time.strptime(event["eventTime"], "%Y-%m-%dT%H:%M:%SZ")
    assert 86400 - 30 < time.mktime(written) - time.timezone - time.time() < 86400 + 30


@pytest.mark.parametrize(
    ("act", "name", "read_only"),
    [
        (lambda kms, key: kms.get_public_key(KeyId=key), "GetPublicKey", True),
        (lambda kms, key: kms.verify(KeyId=key, Message=b"m", SigningAlgorithm="ECDSA_SHA_256", Signature=b"x"),
         "Verify", True),
        (lambda kms, key: kms.create_grant(KeyId=key, GranteePrincipal="arn:aws:iam::000000000000:root",
                                           Operations=["Sign"]), "CreateGrant", False),
        (lambda kms, key: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*",
                                                     "Resource": "*"}]})), "PutKeyPolicy", False),
        (lambda kms, key: kms.disable_key(KeyId=key), "DisableKey", False),
        (lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7), "ScheduleKeyDeletion", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_reads_and_what_changes(emulator: Emulator, act: Any, name: str, read_only: bool) -> None:
    kms = emulator.client("kms")
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    arn = made["KeyMetadata"]["Arn"]
    try:
        answer = act(kms, made["KeyMetadata"]["KeyId"])
    except ClientError as refused:
        answer = refused.response

    creation, event = event_of(emulator, request_id(made)), event_of(emulator, request_id(answer))

    assert (creation["eventName"], creation["readOnly"]) == ("CreateKey", False)
    assert creation["responseElements"]["keyMetadata"]["arn"] == arn
    assert (event["eventName"], event["readOnly"]) == (name, read_only)
    assert event["requestParameters"]["keyId"] == made["KeyMetadata"]["KeyId"]
    assert event["resources"][0]["ARN"] == arn
    assert not {"message", "signature"} & set(event["requestParameters"])


def test_what_happens_to_data_is_no_event_of_management(emulator: Emulator) -> None:
    dynamodb, name = emulator.client("dynamodb"), f"table-{next(numbers)}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "x"}})

    found = [event["eventName"] for event in events(emulator, attribute=("EventSource", "dynamodb.amazonaws.com"))]

    assert "CreateTable" in found
    assert "PutItem" not in found


class TestWebIdentity:
    """AssumeRoleWithWebIdentity: granted, refused by the trust policy, refused for its token."""

    def test_a_grant(self, emulator: Emulator, federation: Federation) -> None:
        role = federation.role(f"granted-{next(numbers)}", federation.policy())
        text = token(federation.url, **CLAIMS)

        granted = federation.assume(role, text, signing.six_keys()).answer
        event = event_of(emulator, request_id(granted))

        assert event["userIdentity"] == {
            "type": "WebIdentityUser",
            "principalId": f"{federation.provider}:client-a:org:acme:ref:main",
            "userName": "org:acme:ref:main",
            "identityProvider": federation.provider,
        }
        assert event["requestParameters"] == {
            "roleArn": role,
            "roleSessionName": "decision",
            "durationSeconds": 3600,
            "principalTags": {"repo": "web"},
            "transitiveTagKeys": ["repo"],
            "sourceIdentity": "job-9",
        }
        elements = event["responseElements"]
        assert elements["credentials"]["accessKeyId"] == granted["Credentials"]["AccessKeyId"]
        assert elements["subjectFromWebIdentityToken"] == "org:acme:ref:main"
        assert (elements["provider"], elements["audience"]) == (federation.provider, "client-a")
        assert elements["sourceIdentity"] == "job-9"
        assert event["readOnly"] is True
        assert event["resources"] == [{"accountId": "000000000000", "type": "AWS::IAM::Role", "ARN": role}]
        assert text.rpartition(".")[2] not in json.dumps(event)

    def test_its_calls_join(self, emulator: Emulator, federation: Federation) -> None:
        role = federation.role(f"joined-{next(numbers)}", federation.policy())
        granted = federation.assume(role, token(federation.url, **CLAIMS), signing.six_keys()).answer
        called = emulator.session_client("sts", granted["Credentials"]).get_caller_identity()

        identity = event_of(emulator, request_id(called))["userIdentity"]

        assert identity["accessKeyId"] == granted["Credentials"]["AccessKeyId"]
        assert identity["sessionContext"]["sourceIdentity"] == "job-9"
        assert identity["sessionContext"]["webIdFederationData"]["federatedProvider"] == federation.provider

    def test_a_refusal_by_the_trust_policy(self, emulator: Emulator, federation: Federation) -> None:
        condition = {"StringEquals": {f"{federation.url[8:]}:sub": "somebody-else"}}
        role = federation.role(f"refused-{next(numbers)}", federation.policy(condition))
        assert federation.assume(role, token(federation.url), signing.six_keys()).code == "AccessDenied"

        (event,) = events(emulator, attribute=("ResourceName", role))[:1]

        assert (event["errorCode"], event["errorMessage"]) == ("AccessDenied", "An unknown error occurred")
        assert event["userIdentity"]["userName"] == "org:acme:ref:main"
        assert event["requestParameters"]["roleSessionName"] == "decision"
        assert event["responseElements"] is None

    def test_a_token_that_proves_nothing_leaves_no_event(self, emulator: Emulator, federation: Federation) -> None:
        role = federation.role(f"unproven-{next(numbers)}", federation.policy())
        assert federation.assume(role, token(federation.url), {"keys": []}).code == "InvalidIdentityToken"
        assert federation.assume(role, token(federation.url, exp=1), signing.six_keys()).code == "ExpiredTokenException"

        assert not [
            event for event in events(emulator, attribute=("EventName", "AssumeRoleWithWebIdentity"))
            if (event["requestParameters"] or {}).get("roleArn") == role
        ]  # fmt: skip
