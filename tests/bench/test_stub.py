"""AWS on loopback: it answers the two calls of a token, in earnest, and counts them."""

import base64
import hashlib
import json
import time
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from bench.stub.aws import Aws, UnexpectedCallError
from bench.stub.running import stub
from bench.token.sample import requests, sample, table
from jobpass_issuer.aws.item import registration_of, ring_of

SIGN, READ = "TrentService.Sign", "DynamoDB_20120810.BatchGetItem"
JOB_ID = f"{7:032x}"


def test_every_job_is_registered_and_each_table_has_its_ring() -> None:
    aws = Aws(sample((1, 16), 1_800_000_000).contents)

    for keys in (1, 16):
        wish = {"Keys": [{"pk": {"S": f"job#{JOB_ID}"}}, {"pk": {"S": "ring"}}]}
        answer = json.loads(aws.answer(READ, json.dumps({"RequestItems": {table(keys): wish}}).encode()))
        registration, ring = answer["Responses"][table(keys)]
        assert registration_of(registration).job_id == JOB_ID
        assert len(ring_of(ring).keys) == keys
    assert aws.calls == {READ: 2}


def test_another_call_is_refused_and_counted() -> None:
    aws = Aws(sample((1,), 1_800_000_000).contents)
    with pytest.raises(UnexpectedCallError):
        aws.answer("DynamoDB_20120810.PutItem", b"{}")
    assert aws.calls == {"DynamoDB_20120810.PutItem": 1}


def test_it_serves_an_sdk_by_tls_and_signs_in_earnest(tmp_path: Path) -> None:
    made = sample((1,), int(time.time()))
    digest = hashlib.sha256(b"header.payload").digest()
    with stub(made.contents, tmp_path) as aws:
        session = boto3.Session("test", "test", region_name="us-east-1")
        kms = session.client("kms", endpoint_url=aws.url, verify=str(aws.ca_bundle))
        asked = {"MessageType": "DIGEST", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
        signature = kms.sign(KeyId=made.key_arn, Message=digest, **asked)["Signature"]
        with pytest.raises(ClientError, match="UnknownOperationException"):
            kms.disable_key(KeyId=made.key_arn)
        assert aws.calls() == {SIGN: 1, "TrentService.DisableKey": 1}
        assert aws.calls() == {}
    made.public_key.verify(signature, b"header.payload", padding.PKCS1v15(), hashes.SHA256())


def test_requests_are_the_same_in_every_run_and_each_of_another_job() -> None:
    drawn = requests(10**6)
    assert drawn == requests(10**6)
    jobs = {request["headers"]["authorization"][7:39] for request in drawn}
    assert len(jobs) == len(drawn) == 1_000
    assert {len(base64.b16decode(job.upper())) for job in jobs} == {16}
    assert len(requests(1)) == 1
