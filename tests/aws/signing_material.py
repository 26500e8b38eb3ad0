"""Private keys as KMS would hold them; made once a run, since making an RSA key takes longer than a test."""

from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
DIGESTS: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVES: dict[str, ec.EllipticCurve] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
}


@cache
def private_key(key_spec: str, number: int) -> PrivateKey:
    """The private key of that number, the same for the whole run."""
    if key_spec in _CURVES:
        return ec.generate_private_key(_CURVES[key_spec])
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_der(key: PrivateKey) -> bytes:
    """What GetPublicKey answers: a DER SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def signature(key: PrivateKey, digest: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    """What Sign answers for a digest: PKCS #1 v1.5 for RSA, DER for ECDSA."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), Prehashed(algorithm))
    return key.sign(digest, ec.ECDSA(Prehashed(algorithm)))
