"""The keys function as CloudFormation calls it: it is answered whatever happens, and keeps what is to be retained."""

import json

import pytest

from jobpass_issuer.handlers import keys
from tests.handlers.keys.deployed import COPY, DISCOVERY, SETTINGS, Deployed


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_a_deployment_is_told_which_key_signs(aws: Deployed, request_type: str) -> None:
    answer = aws.deploy(request_type, _address(aws))

    assert answer == {
        "Status": "SUCCESS",
        "Reason": "done",
        "PhysicalResourceId": keys.PHYSICAL_ID,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Documents",
        "Data": {"ActiveKid": aws.active_kid},
    }
    aws.assert_at_rest()


def test_a_deployment_puts_back_documents_that_somebody_changed(founded: Deployed) -> None:
    founded.cloud.s3.put(DISCOVERY, b"{}", {})
    founded.cloud.s3.edge.clear()
    founded.deploy("Update", _address(founded))

    assert json.loads(founded.cloud.s3.served(DISCOVERY) or b"")["issuer"] == SETTINGS["ISSUER_URL"]
    founded.assert_at_rest()


def test_a_deployment_whose_address_is_the_expected_one_succeeds(aws: Deployed) -> None:
    answer = aws.deploy("Create", _address(aws), ExpectedIssuerUrl=SETTINGS["ISSUER_URL"])

    assert answer["Status"] == "SUCCESS"
    aws.assert_at_rest()


@pytest.mark.parametrize("request_type", ["Create", "Update"])
@pytest.mark.parametrize("expected", ["https://d999999999.cloudfront.net", f"{SETTINGS['ISSUER_URL']}/"])
def test_a_deployment_whose_address_is_another_than_expected_makes_nothing(
    aws: Deployed, request_type: str, expected: str
) -> None:
    """Else other accounts would trust a distribution that may be anybody's."""
    answer = aws.deploy(request_type, _address(aws), ExpectedIssuerUrl=expected)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == (
        f"issuer.url is {expected}, and the distribution is {SETTINGS['ISSUER_URL']}: write that, or leave it out"
    )
    assert aws.cloud.operations() == ["cloudformation:PUT"]


def test_a_deletion_asks_for_no_address(founded: Deployed) -> None:
    answer = founded.deploy("Delete", _address(founded), ExpectedIssuerUrl="https://d999999999.cloudfront.net")

    assert answer["Status"] == "SUCCESS"


def test_a_deletion_that_retains_touches_nothing(founded: Deployed) -> None:
    answer = founded.deploy("Delete", _address(founded))

    assert answer["Status"] == "SUCCESS"
    assert founded.cloud.operations() == ["cloudformation:PUT"]


def test_a_deletion_that_destroys_withdraws_documents_and_lets_every_key_go(founded: Deployed) -> None:
    founded.change(RETENTION="destroy")
    answer = founded.deploy("Delete", _address(founded))

    assert answer["Status"] == "SUCCESS"
    assert founded.cloud.s3.objects == {}
    assert {key.state for key in founded.cloud.kms.keys.values()} == {"PendingDeletion"}


def test_a_deployment_that_meets_a_fault_of_ours_is_answered_all_the_same(founded: Deployed) -> None:
    founded.table.clear()
    founded.cloud.kms.keys.clear()
    del founded.cloud.s3.objects[COPY]
    answer = founded.deploy("Update", _address(founded))

    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "the keys function failed (ValueError); its log has more"
    assert [line["message"] for line in founded.log()][-1] == "fault"
    assert len(founded.metric("Fault")) == 1


def _address(aws: Deployed) -> str:
    return f"https://{keys._settings().distribution_domain_name}/response"
