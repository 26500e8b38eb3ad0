"""What KMS and DynamoDB answer to the two calls that a token needs, as bytes, and how often each was made."""

import base64
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

_RSA_SIGNATURE = padding.PKCS1v15()
_SHA256 = Prehashed(hashes.SHA256())


class UnexpectedCallError(Exception):
    """A call that no token needs."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the table holds, and the private keys of KMS.

    Every job is registered: `registration` is the item of one, as JSON, with `job_id` where its identifier stands.
    `rings` has the key ring's item by the name of the table, `private_keys` the PEM of each key by its ARN.
    """

    job_id: str
    registration: str
    rings: Mapping[str, Any]
    private_keys: Mapping[str, str]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the contents of which `dataclasses.asdict` made plain values."""
        return cls(**document)


class Aws:
    """Both services; DynamoDB's items are the contents', and KMS signs in earnest."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._rings = {table: json.dumps(item, separators=(",", ":")) for table, item in contents.rings.items()}
        self._keys = {arn: _private_key(pem) for arn, pem in contents.private_keys.items()}
        self.calls: Counter[str] = Counter()

    def answer(self, target: str, body: bytes) -> bytes:
        """Return the answer's body.

        Raises:
            UnexpectedCallError: it is another call than `Sign` and `BatchGetItem`.
        """
        self.calls[target] += 1
        if target == "TrentService.Sign":
            return self._sign(json.loads(body))
        if target == "DynamoDB_20120810.BatchGetItem":
            return self._batch_get_item(json.loads(body))
        raise UnexpectedCallError(target)

    def _sign(self, asked: Mapping[str, Any]) -> bytes:
        key, digest = self._keys[asked["KeyId"]], base64.b64decode(asked["Message"])
        if isinstance(key, rsa.RSAPrivateKey):
            made = key.sign(digest, _RSA_SIGNATURE, _SHA256)
        else:
            made = key.sign(digest, ec.ECDSA(_SHA256))
        said = {
            "KeyId": asked["KeyId"],
            "Signature": base64.b64encode(made).decode(),
            "SigningAlgorithm": asked["SigningAlgorithm"],
        }
        return json.dumps(said, separators=(",", ":")).encode()

    def _batch_get_item(self, asked: Mapping[str, Any]) -> bytes:
        ((table, wish),) = asked["RequestItems"].items()
        items = []
        for key in wish["Keys"]:
            kind, _, job_id = key["pk"]["S"].partition("#")
            ring = kind == "ring"
            items.append(
                self._rings[table] if ring else self._contents.registration.replace(self._contents.job_id, job_id)
            )
        return f'{{"Responses":{{"{table}":[{",".join(items)}]}},"UnprocessedKeys":{{}}}}'.encode()


def _private_key(pem: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("KMS signs by RSA or by an elliptic curve")
    return key
