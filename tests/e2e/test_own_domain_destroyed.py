"""`cdk destroy` leaves what the output RetainedOnDestroy says, and nothing else.

It runs after test_own_domain.py, by its name: what that looks at is gone afterwards.
"""

import json
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from local.deployment import Deployment
from local.stage import Stages
from tests.e2e import known_answers
from tests.e2e.inventory import inventory
from tests.e2e.two_issuers import Issuers, assume, fetch


@dataclass(frozen=True)
class Destroyed:
    """What was there before `cdk destroy`, and what is there after it."""

    before: dict[str, set[str]]
    after: dict[str, set[str]]
    keys: dict[str, list[str]]
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def destroyed(issuers: Issuers) -> Destroyed:
    """Both stacks, destroyed by the CDK command line."""
    kms = issuers.own.aws.client("kms")
    keys = {name: known_answers.issuer_keys(kms, name) for name in ("jobpass-own", "jobpass-lasting")}
    tokens = {"own": fetch(issuers.own), "lasting": fetch(issuers.lasting)}
    before = inventory(issuers.own)
    for deployment in (issuers.own, issuers.lasting):
        deployment.destroy(Stages(None))
    return Destroyed(before, inventory(issuers.own), keys, tokens)


class TestDestroying:
    """What is gone, and what is as it was."""

    def test_the_outputs_say_beforehand_what_stays(self, issuers: Issuers) -> None:
        assert issuers.own.output("RetainedOnDestroy") == (
            "Nothing, once the deletion that is scheduled for the KMS keys tagged jobpass:issuer=jobpass-own "
            "has come due"
        )
        said = issuers.lasting.output("RetainedOnDestroy")
        assert issuers.lasting.output("TableName") in said
        assert issuers.lasting.output("DocumentsBucketName") in said
        assert "the KMS keys tagged jobpass:issuer=jobpass-lasting" in said

    def test_nothing_stays_but_what_was_said(self, issuers: Issuers, destroyed: Destroyed) -> None:
        ours = {kind: {name for name in names if "jobpass" in name} for kind, names in destroyed.after.items()}
        assert {kind: names for kind, names in ours.items() if names} == {
            "tables": {issuers.lasting.output("TableName")},
            "buckets": {issuers.lasting.output(f"{each}BucketName") for each in ("Documents", "Trail")},
        }
        for kind in ("distributions", "access controls", "providers", "apis", "functions"):
            assert len(destroyed.before[kind]) >= 2
            assert destroyed.after[kind] == set()

    def test_the_one_issuers_keys_wait_for_their_deletion(self, issuers: Issuers, destroyed: Destroyed) -> None:
        kms = issuers.own.aws.client("kms")
        for arn in destroyed.keys["jobpass-own"]:
            metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]
            assert metadata["KeyState"] == "PendingDeletion"
            assert (metadata["DeletionDate"] - metadata["CreationDate"]).days >= 29
        assert len(destroyed.keys["jobpass-own"]) == 2

    def test_the_other_issuers_keys_table_and_documents_are_as_they_were(
        self, issuers: Issuers, destroyed: Destroyed
    ) -> None:
        kms, name = issuers.lasting.aws.client("kms"), issuers.lasting.output("TableName")
        states = [kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] for arn in destroyed.keys["jobpass-lasting"]]
        assert states == ["Enabled", "Enabled"]
        dynamodb = issuers.lasting.aws.client("dynamodb")
        assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]
        ring = json.loads(dynamodb.get_item(TableName=name, Key={"pk": {"S": "ring"}})["Item"]["document"]["S"])
        assert {key["key_arn"] for key in ring["keys"]} == set(destroyed.keys["jobpass-lasting"])
        listed = issuers.lasting.aws.client("s3").list_objects_v2(Bucket=issuers.lasting.output("DocumentsBucketName"))[
            "Contents"
        ]
        assert {item["Key"] for item in listed} == {
            ".well-known/jwks.json",
            ".well-known/openid-configuration",
            "ring/copy.json",
        }

    @pytest.mark.parametrize("name", ["own", "lasting"])
    def test_tokens_that_were_given_open_nothing_more(self, issuers: Issuers, destroyed: Destroyed, name: str) -> None:
        deployment: Deployment = getattr(issuers, name)
        with pytest.raises(ClientError):
            assume(deployment, deployment.output("RoleReportArn"), destroyed.tokens[name])

    @pytest.mark.usefixtures("destroyed")
    @pytest.mark.parametrize("name", ["own", "lasting"])
    def test_the_documents_are_served_no_more(self, issuers: Issuers, name: str) -> None:
        deployment: Deployment = getattr(issuers, name)
        assert deployment.web.request("GET", deployment.output("DiscoveryUrl")).status in (403, 404)
