"""The public key that KMS shows, from its DER to the members of a JWK."""

from typing import Any

from pyasn1.codec.der.decoder import decode
from pyasn1.error import PyAsn1Error
from pyasn1_modules import rfc3279, rfc5280, rfc5480

from jobpass_issuer.domain import jwk

# The curves that IAM accepts, with the length of a coordinate in bytes.
_CURVES = {
    rfc5480.secp256r1: ("P-256", 32),
    rfc5480.secp384r1: ("P-384", 48),
    rfc5480.secp521r1: ("P-521", 66),
}
_UNCOMPRESSED = 4


def jwk_members(subject_public_key_info: bytes) -> dict[str, str]:
    """Return the JWK members of a DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).

    Raises:
        ValueError: it is no DER, or neither RSA nor one of the curves that IAM accepts.
    """
    info = _decoded(subject_public_key_info, rfc5280.SubjectPublicKeyInfo())
    kind = info["algorithm"]["algorithm"]
    key = info["subjectPublicKey"].asOctets()
    if kind == rfc3279.rsaEncryption:
        numbers = _decoded(key, rfc3279.RSAPublicKey())
        return jwk.rsa(int(numbers["modulus"]), int(numbers["publicExponent"]))
    if kind == rfc5480.id_ecPublicKey:
        return _elliptic_curve(key, info["algorithm"]["parameters"].asOctets())
    raise ValueError(f"the public key has the algorithm {kind}, which IAM does not accept")


def _decoded(data: bytes, form: Any) -> Any:
    try:
        value, rest = decode(data, asn1Spec=form)
    except PyAsn1Error as error:
        raise ValueError("the public key is not the DER that was expected") from error
    if rest:
        raise ValueError("the public key has bytes after its end")
    return value


def _elliptic_curve(point: bytes, parameters: bytes) -> dict[str, str]:
    """Return the members for an uncompressed point (RFC 5480, section 2.2)."""
    curve = _decoded(parameters, rfc5480.ECParameters())
    name, length = _CURVES.get(curve["namedCurve"], ("", 0))
    if not name:
        raise ValueError(f"the public key has the curve {curve['namedCurve']}, which IAM does not accept")
    if len(point) != 1 + 2 * length or point[0] != _UNCOMPRESSED:
        raise ValueError("the public key is no uncompressed point of its curve")
    return jwk.elliptic_curve(name, point[1 : 1 + length], point[1 + length :])
