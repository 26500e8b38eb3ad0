"""The keys function with AWS at the wire: what it makes, once only, and that CloudFormation always hears."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from jobpass_issuer.aws import cloudfront_site
from jobpass_issuer.aws.client import client
from jobpass_issuer.aws.dynamodb_key_ring import KeyRingTable
from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.aws.item import ring_of
from jobpass_issuer.domain.documents import CACHE_CONTROL
from jobpass_issuer.domain.key_ring import KeyRing, KeyState
from jobpass_issuer.handlers import keys as function
from tests.aws import document_site as site
from tests.aws.wire import Aws, Trouble
from tests.domain.examples import RING
from tests.handlers.conftest import TABLE, forget

Printed = Callable[[], str]
DISCOVERY = "documents/.well-known/openid-configuration"
JWKS = "documents/.well-known/jwks.json"
ESTABLISHING = [
    "dynamodb:GetItem",
    *["kms:CreateKey", "kms:GetPublicKey"] * 2,
    "dynamodb:PutItem",
    *["s3:GetObject"] * 2,
    *["s3:PutObject"] * 2,
    "cloudfront:CreateInvalidation",
]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """A certificate authority made for this run, and its certificate on disk."""
    made, path = trustme.CA(), tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.fixture
def served(aws: Aws, authority: tuple[trustme.CA, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The documents' bucket, served over https under the distribution's name."""
    monkeypatch.setattr(cloudfront_site, "_TRIES", 2)
    monkeypatch.setattr(cloudfront_site, "_WAIT_SECONDS", 0)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    with site.running(authority[0], aws, "documents") as name:
        monkeypatch.setenv("DISTRIBUTION_DOMAIN_NAME", name)
        urllib.request.install_opener(None)  # the next fetch reads the environment anew
        yield
    urllib.request.install_opener(None)


def _ask(request_type: str, endpoint: str) -> None:
    function.handler(
        {
            "RequestType": request_type,
            "ResponseURL": f"{endpoint}/cloudformation",
            "StackId": "arn:stack",
            "RequestId": "request-1",
            "LogicalResourceId": "Documents",
        },
        None,
    )


def _ring(aws: Aws) -> KeyRing:
    return ring_of(aws.dynamodb.items(TABLE)["ring"])


@pytest.mark.usefixtures("served")
def test_a_new_issuer_gets_two_keys_and_its_documents(aws: Aws, endpoint: str, printed: Printed) -> None:
    _ask("Create", endpoint)

    ring = _ring(aws)
    assert [key.state for key in ring.keys] == [KeyState.ACTIVE, KeyState.PREPARED]
    assert {key.key_arn for key in ring.keys} == set(aws.kms.keys)
    assert json.loads(aws.s3.objects[DISCOVERY].body)["issuer"] == "https://oidc.example.com"
    assert {key["kid"] for key in json.loads(aws.s3.objects[JWKS].body)["keys"]} == {key.kid for key in ring.keys}
    assert {each.cache_control for each in aws.s3.objects.values()} == {CACHE_CONTROL}
    assert {each.media_type for each in aws.s3.objects.values()} == {"application/json"}
    assert aws.operations() == ESTABLISHING
    (invalidation,) = aws.invalidations
    assert b"<Path>/.well-known/jwks.json</Path>" in invalidation
    (answer,) = aws.answers
    assert answer == {
        "Status": "SUCCESS",
        "Reason": "done",
        "PhysicalResourceId": function.PHYSICAL_ID,
        "StackId": "arn:stack",
        "RequestId": "request-1",
        "LogicalResourceId": "Documents",
        "Data": {"ActiveKid": ring.keys[0].kid},
        "content-type": "",
    }


@pytest.mark.usefixtures("served")
def test_each_key_has_the_policy_and_the_issuers_tag(aws: Aws, endpoint: str, printed: Printed) -> None:
    _ask("Create", endpoint)

    for key in aws.kms.keys.values():
        assert key.spec == "RSA_2048"
        assert key.tags == {"jobpass:issuer": "jobpass"}
        assert {each["Sid"] for each in key.policy["Statement"]} >= {"Signing", "NobodyElseSigns", "NobodyDelegates"}


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(("algorithm", "spec"), [("ES256", "ECC_NIST_P256"), ("ES512", "ECC_NIST_P521")])
def test_another_algorithm_makes_keys_of_its_own_kind(
    aws: Aws, endpoint: str, printed: Printed, monkeypatch: pytest.MonkeyPatch, algorithm: str, spec: str
) -> None:
    monkeypatch.setenv("SIGNING_ALGORITHM", algorithm)

    _ask("Create", endpoint)

    assert {key.spec for key in aws.kms.keys.values()} == {spec}
    assert {key["alg"] for key in json.loads(aws.s3.objects[JWKS].body)["keys"]} == {algorithm}


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_asking_again_makes_no_second_ring_and_writes_nothing(
    aws: Aws, endpoint: str, printed: Printed, request_type: str
) -> None:
    _ask("Create", endpoint)
    ring = _ring(aws)
    aws.calls.clear()

    _ask(request_type, endpoint)

    assert _ring(aws) == ring
    assert aws.operations() == ["dynamodb:GetItem", "s3:GetObject", "s3:GetObject"]
    assert [answer["Status"] for answer in aws.answers] == ["SUCCESS", "SUCCESS"]


@pytest.mark.usefixtures("served")
def test_an_update_of_the_issuers_url_publishes_anew_with_the_same_keys(
    aws: Aws, endpoint: str, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask("Create", endpoint)
    ring = _ring(aws)
    monkeypatch.setenv("ISSUER_URL", "https://oidc.example.com/team")
    forget()

    _ask("Update", endpoint)

    assert _ring(aws) == ring
    assert "documents/team/.well-known/jwks.json" in aws.s3.objects


@pytest.mark.usefixtures("served")
def test_a_deletion_withdraws_documents_and_keys_and_can_be_repeated(aws: Aws, endpoint: str, printed: Printed) -> None:
    _ask("Create", endpoint)

    for _ in range(2):
        _ask("Delete", endpoint)
        assert aws.s3.objects == {}
        assert {key.state for key in aws.kms.keys.values()} == {"PendingDeletion"}
    assert [answer["Status"] for answer in aws.answers] == ["SUCCESS"] * 3


@pytest.mark.usefixtures("served")
def test_a_deletion_leaves_everything_where_the_deployment_retains_it(
    aws: Aws, endpoint: str, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION", "retain")
    _ask("Create", endpoint)
    aws.calls.clear()

    _ask("Delete", endpoint)

    assert aws.calls == []
    assert aws.answers[-1]["Status"] == "SUCCESS"
    assert {key.state for key in aws.kms.keys.values()} == {"Enabled"}


def test_deleting_what_never_came_to_be_succeeds(aws: Aws, endpoint: str, printed: Printed) -> None:
    _ask("Delete", endpoint)

    assert aws.answers[-1]["Status"] == "SUCCESS"


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("operation", sorted(set(ESTABLISHING)))
@pytest.mark.parametrize("trouble", [Trouble.THROTTLED, Trouble.DENIED, Trouble.FAULT, Trouble.DROPPED])
def test_whatever_aws_does_wrong_cloudformation_hears_what_failed(
    aws: Aws, endpoint: str, printed: Printed, operation: str, trouble: Trouble
) -> None:
    aws.fail(operation, trouble)

    _ask("Create", endpoint)

    (answer,) = aws.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"{operation} failed: ")
    assert answer["PhysicalResourceId"] == function.PHYSICAL_ID
    assert answer["Data"] == {}
    assert "secret-name" not in str(answer) + printed()


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("operation", ["s3:GetObject", "s3:PutObject", "cloudfront:CreateInvalidation"])
def test_a_second_try_after_the_keys_were_made_uses_them(
    aws: Aws, endpoint: str, printed: Printed, operation: str
) -> None:
    aws.fail(operation, Trouble.FAULT)
    _ask("Create", endpoint)
    ring = _ring(aws)

    _ask("Create", endpoint)

    assert _ring(aws) == ring
    assert len(aws.kms.keys) == 2
    assert [answer["Status"] for answer in aws.answers] == ["FAILED", "SUCCESS"]


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("trouble", [Trouble.MALFORMED, Trouble.CUT_SHORT])
def test_a_ring_that_could_not_be_read_is_not_taken_for_none(
    aws: Aws, endpoint: str, printed: Printed, trouble: Trouble
) -> None:
    _ask("Create", endpoint)
    before = json.dumps(aws.dynamodb.tables)
    aws.fail("dynamodb:GetItem", trouble)

    _ask("Update", endpoint)

    assert json.dumps(aws.dynamodb.tables) == before
    assert aws.answers[-1]["Reason"] == "dynamodb:GetItem failed: MalformedAnswer"
    assert len(aws.kms.keys) == 2


def test_a_ring_that_another_run_wrote_meanwhile_is_not_written_over(aws: Aws) -> None:
    table = KeyRingTable(client("dynamodb"), TABLE)
    table.write(RING)

    for stale in (RING, KeyRing(RING.version + 2, RING.keys)):
        with pytest.raises(DependencyError, match="ConditionalCheckFailedException"):
            table.write(stale)

    assert table.read() == RING
    table.write(KeyRing(RING.version + 1, ()))
    assert table.read() == KeyRing(RING.version + 1, ())


@pytest.mark.usefixtures("served")
def test_a_role_that_kms_does_not_know_yet_is_waited_for(aws: Aws, endpoint: str, printed: Printed) -> None:
    aws.fail("kms:CreateKey", Trouble.UNKNOWN_PRINCIPAL, times=3)

    _ask("Create", endpoint)

    assert aws.answers[-1]["Status"] == "SUCCESS"
    assert aws.operations().count("kms:CreateKey") == 5


def test_a_role_that_kms_never_knows_is_a_failure(aws: Aws, endpoint: str, printed: Printed) -> None:
    aws.fail("kms:CreateKey", Trouble.UNKNOWN_PRINCIPAL, times=100)

    _ask("Create", endpoint)

    assert aws.answers[-1]["Reason"] == "kms:CreateKey failed: MalformedPolicyDocumentException"


def test_documents_that_nobody_serves_are_a_failure(
    aws: Aws, endpoint: str, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudfront_site, "_TRIES", 2)
    monkeypatch.setattr(cloudfront_site, "_WAIT_SECONDS", 0)

    _ask("Create", endpoint)

    assert aws.answers[-1]["Status"] == "FAILED"
    assert "is not served as published" in aws.answers[-1]["Reason"]


@pytest.mark.parametrize("name", ["TABLE_NAME", "ISSUER_URL", "SIGNING_ALGORITHM", "TOKEN_ROLE_ARN"])
def test_a_missing_setting_is_answered_too(
    aws: Aws, endpoint: str, printed: Printed, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    _ask("Create", endpoint)

    assert aws.answers[-1]["Status"] == "FAILED"
    assert "KeyError" in aws.answers[-1]["Reason"]
    assert '"message":"fault"' in printed()
