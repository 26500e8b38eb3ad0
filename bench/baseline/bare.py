"""The two calls of AWS that a token needs, by boto3 and with nothing around them."""

import hashlib
import os
from typing import Any

import boto3

kms = boto3.client("kms")
dynamodb = boto3.client("dynamodb")
KEY_ARN = os.environ["KEY_ARN"]
TABLE_NAME = os.environ["TABLE_NAME"]
DIGEST = hashlib.sha256(b"header.payload").digest()


def sign(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sign a digest."""
    kms.sign(KeyId=KEY_ARN, Message=DIGEST, MessageType="DIGEST", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")
    return {"statusCode": 200, "body": ""}


def read_and_sign(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Read a registration and the key ring, and sign a digest."""
    job_id = event["headers"]["authorization"][7:39]
    keys = [{"pk": {"S": f"job#{job_id}"}}, {"pk": {"S": "ring"}}]
    dynamodb.batch_get_item(RequestItems={TABLE_NAME: {"Keys": keys, "ConsistentRead": True}})
    return sign(event, context)
