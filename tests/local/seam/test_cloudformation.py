"""What CloudFormation on the emulator makes of an OIDC provider, of a trust policy given as text, and of a table."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.asking import numbers, token
from tests.local.seam.federation import Federation
from tests.local.seam.https_issuer import HttpsIssuer
from tests.local.seam.stack import Stack


@pytest.fixture
def stack(emulator: Emulator) -> Iterator[Stack]:
    stack = Stack(emulator)
    yield stack
    stack.delete()


def provider(url: str, **properties: Any) -> dict[str, Any]:
    return {"Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": url, **properties}}}


def test_the_oidc_provider_is_made_changed_and_deleted(emulator: Emulator) -> None:
    iam, stack = emulator.client("iam"), Stack(emulator)
    host = f"stack-{next(numbers)}.example.com"
    arn = f"arn:aws:iam::000000000000:oidc-provider/{host}/path/"
    outputs = {"Reference": {"Ref": "Provider"}, "Arn": {"Fn::GetAtt": ["Provider", "Arn"]}}

    made = stack.create(
        provider(f"https://{host}/path/", ClientIdList=["a", "b"], Tags=[{"Key": "Team", "Value": "web"}]), **outputs
    )
    assert made == {"Reference": arn, "Arn": arn}
    record = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (record["Url"], record["ClientIDList"], record["ThumbprintList"]) == (f"{host}/path/", ["a", "b"], [])
    assert {"Key": "Team", "Value": "web"} in record["Tags"]

    stack.update(provider(f"https://{host}/path/", ClientIdList=["b", "c"], ThumbprintList=["A" * 40]), **outputs)
    record = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (record["ClientIDList"], record["ThumbprintList"]) == (["b", "c"], ["a" * 40])
    assert {"Key": "Team", "Value": "web"} not in record["Tags"]

    replaced = stack.update(provider(f"https://{host}/path", ClientIdList=["c"]), **outputs)
    assert replaced["Arn"] == arn.removesuffix("/")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)

    stack.delete()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=replaced["Arn"])


def test_a_provider_that_is_there_already_fails_the_stack(emulator: Emulator, stack: Stack) -> None:
    url = f"https://taken-{next(numbers)}.example.com"
    arn = emulator.client("iam").create_open_id_connect_provider(Url=url)["OpenIDConnectProviderArn"]

    with pytest.raises(WaiterError):
        stack.create(provider(url))

    assert emulator.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_a_trust_policy_given_as_text_holds_a_late_bound_issuer(
    emulator: Emulator, issuer: HttpsIssuer, stack: Stack
) -> None:
    federation = Federation(emulator, issuer, f"https://a{next(numbers)}.issuer.test/path/")
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "${Provider}"},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": {
            "StringEquals": {"${Name.Value}:aud": "client-a", "${Name.Value}:sub": "org:${Suffix}"},
            "StringLike": {"${Name.Value}:sub": "org:*"},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    name = federation.url.removeprefix("https://")
    # A parameter stands in for whatever resource holds a name that is known at deployment alone.
    held = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Name": f"/{stack.name}", "Value": name}}
    trusting = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Fn::Sub": [policy, {"Suffix": "late"}]}},
    }

    outputs = stack.create(
        {**provider(federation.url, ClientIdList=["client-a"]), "Name": held, "Role": trusting},
        Role={"Fn::GetAtt": ["Role", "Arn"]},
    )

    good, bad = token(federation.url, sub="org:late"), token(federation.url, sub="org:other")
    assert federation.assume(outputs["Role"], good, signing.six_keys()).allowed
    assert federation.assume(outputs["Role"], bad).code == "AccessDenied"
    document = emulator.client("iam").get_role(RoleName=outputs["Role"].rpartition("/")[2])["Role"]
    condition = document["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
    assert condition["StringEquals"] == {f"{name}:aud": "client-a", f"{name}:sub": "org:late"}


def table(kind: str = "AWS::DynamoDB::Table", **properties: Any) -> dict[str, Any]:
    usual = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    return {"Table": {"Type": kind, "Properties": usual | properties}}


def test_a_tables_time_to_live_follows_the_template(emulator: Emulator, stack: Stack) -> None:
    dynamodb = emulator.client("dynamodb")

    def described() -> dict[str, str]:
        description: dict[str, str] = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        return description

    expiry = {"AttributeName": "expires_at", "Enabled": True}
    name = stack.create(table(TimeToLiveSpecification=expiry), Name={"Ref": "Table"})["Name"]
    assert described() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    stack.update(table(TimeToLiveSpecification=expiry | {"Enabled": "false"}))
    assert described()["TimeToLiveStatus"] == "DISABLED"
    stack.update(table(TimeToLiveSpecification=expiry))
    assert described()["TimeToLiveStatus"] == "ENABLED"
    stack.update(table())
    assert described()["TimeToLiveStatus"] == "DISABLED"


def test_a_tables_point_in_time_recovery_follows_the_template(emulator: Emulator, stack: Stack) -> None:
    dynamodb = emulator.client("dynamodb")

    def status() -> str:
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return str(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])

    recovery = {"PointInTimeRecoveryEnabled": True}
    name = stack.create(table(PointInTimeRecoverySpecification=recovery), Name={"Ref": "Table"})["Name"]
    assert status() == "ENABLED"
    stack.update(table())
    assert status() == "DISABLED"


def test_a_global_tables_settings_count_too(emulator: Emulator, stack: Stack) -> None:
    replica = {"Region": "us-east-1", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    properties = {"Replicas": [replica], "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True}}
    name = stack.create(table("AWS::DynamoDB::GlobalTable", **properties), Name={"Ref": "Table"})["Name"]

    dynamodb = emulator.client("dynamodb")
    assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_table_made_anew_under_its_old_name_inherits_no_setting(emulator: Emulator) -> None:
    name, dynamodb = f"anew-{next(numbers)}", emulator.client("dynamodb")
    kept = table(
        TableName=name,
        TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )

    for resources, status in ((kept, "ENABLED"), (table(TableName=name), "DISABLED")):
        stack = Stack(emulator)
        stack.create(resources)
        assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] == status
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == status
        stack.delete()
