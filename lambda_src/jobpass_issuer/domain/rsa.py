"""RSASSA-PKCS1-v1_5, verification only: no secret takes part in it."""

import hashlib

# The DER of a DigestInfo, up to the digest itself (RFC 8017, section 9.2, note 1).
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


def signature_holds(modulus: int, exponent: int, message: bytes, signature: bytes, hash_name: str = "sha256") -> bool:
    """Whether the signature is the key's for the message (RFC 8017, section 8.2.2).

    The encoding that must be in it is built and compared whole. Whoever takes the padding apart instead can be made to
    overlook bytes, and with a small exponent those are enough to forge a signature.
    """
    length = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != length or number >= modulus:
        return False
    digest = _DIGEST_INFO[hash_name] + hashlib.new(hash_name, message).digest()
    expected = b"\x00\x01" + b"\xff" * (length - len(digest) - 3) + b"\x00" + digest
    return pow(number, exponent, modulus).to_bytes(length, "big") == expected
