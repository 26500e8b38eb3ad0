"""KMS at the wire: asymmetric keys that sign, are disabled and wait for their deletion, as real ones do."""

import base64
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.aws.signing_material import DIGESTS, PrivateKey, private_key, public_der, signature
from tests.aws.wire_error import AwsError

ACCOUNT = "arn:aws:kms:us-east-1:000000000000"
Members = Mapping[str, Any]
_ALGORITHMS = {
    "RSA_2048": {f"RSASSA_PKCS1_V1_5_SHA_{size}" for size in DIGESTS},
    "ECC_NIST_P256": {"ECDSA_SHA_256"},
    "ECC_NIST_P384": {"ECDSA_SHA_384"},
    "ECC_NIST_P521": {"ECDSA_SHA_512"},
}
# KMS refuses these of a key that waits for its deletion.
_NOT_WHILE_WAITING = frozenset({"GetPublicKey", "TagResource", "DisableKey", "ScheduleKeyDeletion", "Sign"})


@dataclass
class Key:
    """One key of the account, and how it was asked for."""

    arn: str
    spec: str
    private: PrivateKey
    request: Members
    created_at: float
    state: str = "Enabled"
    tags: dict[str, str] = field(default_factory=dict)
    window_days: int | None = None


class Kms:
    """Every key by its ARN; `signature` is answered in place of a real one where a test sets it."""

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {}
        self.signature: bytes | None = None
        self._numbers = itertools.count()

    def take_over(self, other: "Kms") -> None:
        """Have the same keys as another one."""
        self.keys = {arn: replace(key, tags=dict(key.tags)) for arn, key in other.keys.items()}
        self._numbers = itertools.count(len(self.keys))

    def create(self, spec: str) -> Key:
        """Make a key without asking over the wire."""
        answer = self._create({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY", "Policy": "{}", "Tags": []})
        return self.keys[answer["KeyMetadata"]["Arn"]]

    def answer(self, operation: str, members: Members) -> Members:
        """Return what KMS answers."""
        if operation == "CreateKey":
            return self._create(members)
        answers = {
            "DescribeKey": self._describe_key,
            "ListResourceTags": self._list_resource_tags,
            "GetPublicKey": self._get_public_key,
            "TagResource": self._tag_resource,
            "DisableKey": self._disable_key,
            "ScheduleKeyDeletion": self._schedule_key_deletion,
            "Sign": self._sign,
        }
        if operation not in answers:
            raise AwsError("UnknownOperationException")
        key = self.keys.get(members["KeyId"])
        if key is None:
            raise AwsError("NotFoundException")
        if key.state == "PendingDeletion" and operation in _NOT_WHILE_WAITING:
            raise AwsError("KMSInvalidStateException")
        return answers[operation](key, members)

    def _create(self, members: Members) -> Members:
        if members["KeyUsage"] != "SIGN_VERIFY":
            raise AwsError("ValidationException")
        number, spec = next(self._numbers), members["KeySpec"]
        arn = f"{ACCOUNT}:key/{number:08d}-0000-4000-8000-000000000000"
        tags = {tag["TagKey"]: tag["TagValue"] for tag in members["Tags"]}
        self.keys[arn] = Key(arn, spec, private_key(spec, number), members, time.time(), tags=tags)
        return {"KeyMetadata": {"Arn": arn, "KeyId": arn.rpartition("/")[2]}}

    def _describe_key(self, key: Key, _: Members) -> Members:
        metadata = {"Arn": key.arn, "KeyId": key.arn, "KeyState": key.state, "CreationDate": key.created_at}
        return {"KeyMetadata": metadata}

    def _list_resource_tags(self, key: Key, _: Members) -> Members:
        return {"Tags": [{"TagKey": name, "TagValue": value} for name, value in key.tags.items()]}

    def _get_public_key(self, key: Key, _: Members) -> Members:
        shown = base64.b64encode(public_der(key.private)).decode()
        return {"KeyId": key.arn, "PublicKey": shown, "KeySpec": key.spec}

    def _tag_resource(self, key: Key, members: Members) -> Members:
        key.tags |= {tag["TagKey"]: tag["TagValue"] for tag in members["Tags"]}
        return {}

    def _disable_key(self, key: Key, _: Members) -> Members:
        key.state = "Disabled"
        return {}

    def _schedule_key_deletion(self, key: Key, members: Members) -> Members:
        if not 7 <= members["PendingWindowInDays"] <= 30:
            raise AwsError("ValidationException")
        key.state, key.window_days = "PendingDeletion", members["PendingWindowInDays"]
        return {"KeyId": key.arn}

    def _sign(self, key: Key, members: Members) -> Members:
        algorithm, digest = members["SigningAlgorithm"], base64.b64decode(members["Message"])
        size = algorithm[-3:]
        if key.state == "Disabled":
            raise AwsError("DisabledException")
        if algorithm not in _ALGORITHMS[key.spec]:
            raise AwsError("InvalidKeyUsageException")
        if members["MessageType"] != "DIGEST" or len(digest) != DIGESTS[size].digest_size:
            raise AwsError("ValidationException")
        made = self.signature or signature(key.private, digest, DIGESTS[size])
        return {"KeyId": key.arn, "Signature": base64.b64encode(made).decode(), "SigningAlgorithm": algorithm}
