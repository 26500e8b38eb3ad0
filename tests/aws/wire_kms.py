"""KMS at the wire: asymmetric keys made and used by `cryptography`, with the states and errors of the real service."""

import base64
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.aws.wire_error import AwsError

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_CURVES: dict[str, ec.EllipticCurve] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
}
_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_ALGORITHMS = {
    "RSA_2048": {f"RSASSA_PKCS1_V1_5_SHA_{size}" for size in _HASHES},
    "ECC_NIST_P256": {"ECDSA_SHA_256"},
    "ECC_NIST_P384": {"ECDSA_SHA_384"},
    "ECC_NIST_P521": {"ECDSA_SHA_512"},
}


@functools.cache
def private_key(spec: str, index: int) -> PrivateKey:
    """The same few keys in every test, since making an RSA key takes long."""
    if spec == "RSA_2048":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(_CURVES[spec])


@dataclass
class Key:
    """One key of the account."""

    arn: str
    spec: str
    private: PrivateKey
    policy: Mapping[str, Any]
    tags: Mapping[str, str]
    state: str = "Enabled"


@dataclass
class Kms:
    """Every key by its ARN; `signature` is answered in place of a real one where a test sets it."""

    keys: dict[str, Key] = field(default_factory=dict)
    signature: bytes | None = None

    def answer(self, operation: str, members: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what KMS answers."""
        operations = {
            "CreateKey": self._create,
            "GetPublicKey": self._public_key,
            "Sign": self._sign,
            "ScheduleKeyDeletion": self._schedule_deletion,
        }
        if operation not in operations:
            raise AwsError("UnknownOperationException")
        return operations[operation](members)

    def create(self, spec: str) -> Key:
        """Make a key without asking over the wire."""
        answer = self._create({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY", "Policy": "{}", "Tags": []})
        return self.keys[answer["KeyMetadata"]["Arn"]]

    def _create(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        spec = members["KeySpec"]
        if members["KeyUsage"] != "SIGN_VERIFY":
            raise AwsError("ValidationException")
        index = len(self.keys)
        arn = f"arn:aws:kms:us-east-1:000000000000:key/{index:08d}"
        tags = {tag["TagKey"]: tag["TagValue"] for tag in members["Tags"]}
        self.keys[arn] = Key(arn, spec, private_key(spec, index), json.loads(members["Policy"]), tags)
        return {"KeyMetadata": {"KeyId": arn.rsplit("/", 1)[1], "Arn": arn}}

    def _key(self, members: Mapping[str, Any]) -> Key:
        key = self.keys.get(members["KeyId"])
        if key is None:
            raise AwsError("NotFoundException")
        if key.state == "PendingDeletion":
            raise AwsError("KMSInvalidStateException")
        return key

    def _public_key(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        key = self._key(members)
        der = key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"KeyId": key.arn, "PublicKey": base64.b64encode(der).decode(), "KeySpec": key.spec}

    def _sign(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        key, algorithm = self._key(members), members["SigningAlgorithm"]
        digest, message = _HASHES[algorithm[-3:]], base64.b64decode(members["Message"])
        if key.state == "Disabled":
            raise AwsError("DisabledException")
        if algorithm not in _ALGORITHMS[key.spec]:
            raise AwsError("InvalidKeyUsageException")
        if members["MessageType"] != "DIGEST" or len(message) != digest.digest_size:
            raise AwsError("ValidationException")
        signature = self.signature or _signature(key.private, message, digest)
        return {"KeyId": key.arn, "Signature": base64.b64encode(signature).decode(), "SigningAlgorithm": algorithm}

    def _schedule_deletion(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        if not 7 <= members["PendingWindowInDays"] <= 30:
            raise AwsError("ValidationException")
        key = self._key(members)
        key.state = "PendingDeletion"
        return {"KeyId": key.arn}


def _signature(key: PrivateKey, message: bytes, digest: hashes.HashAlgorithm) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), utils.Prehashed(digest))
    return key.sign(message, ec.ECDSA(utils.Prehashed(digest)))
