"""Verification of a JSON Web Signature (RFC 7518 sections 3.3 and 3.4)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from local.seam.jwk_set import PublicKey

_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVE_OF_ALGORITHM = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}


def verifies(algorithm: str, key: PublicKey, signing_input: bytes, signature: bytes) -> bool:
    """Whether `signature` is this key's over `signing_input`; the token's header decides the hash, not the JWK."""
    digest = _HASHES[algorithm[2:]]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signing_input, padding.PKCS1v15(), digest)
            return algorithm.startswith("RS")
        return _verify_ecdsa(algorithm, key, signing_input, signature, digest)
    except InvalidSignature:
        return False


def _verify_ecdsa(
    algorithm: str, key: ec.EllipticCurvePublicKey, signing_input: bytes, signature: bytes, digest: hashes.HashAlgorithm
) -> bool:
    """JWS carries R and S side by side, each as long as the curve's field."""
    length = (key.curve.key_size + 7) // 8
    if _CURVE_OF_ALGORITHM.get(algorithm) != key.curve.name or len(signature) != 2 * length:
        return False
    r, s = int.from_bytes(signature[:length]), int.from_bytes(signature[length:])
    key.verify(encode_dss_signature(r, s), signing_input, ec.ECDSA(digest))
    return True
