"""The private key by which a platform without AWS credentials proves itself."""

from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from jobpass.platform.errors import SettingsError

# What jobpass.yaml takes of public keys (RFC 7518, section 3.3 wants 2048).
_RSA_BITS = (2048, 8192)
_MAKE = "make one with `openssl genrsa 3072`, and name its public half in jobpass.yaml"


class PrivateKey:
    """A key that signs; its type decides the algorithm (RFC 7518, sections 3.3 and 3.4). `repr` shows that alone."""

    __slots__ = ("_sign", "algorithm")

    def __init__(self, algorithm: str, sign: Callable[[bytes], bytes]) -> None:
        self.algorithm = algorithm
        self._sign = sign

    def __repr__(self) -> str:
        return f"PrivateKey({self.algorithm})"

    def signature(self, message: bytes) -> bytes:
        """Return the signature of a message as JWS has it."""
        return self._sign(message)

    @classmethod
    def read(cls, pem: str | bytes) -> "PrivateKey":
        """Return the key in a PEM text.

        Raises:
            SettingsError: it holds none, or one that the issuer does not take; no error shows any of it.
        """
        key = _loaded(pem.encode() if isinstance(pem, str) else pem)
        if isinstance(key, rsa.RSAPrivateKey):
            return cls("RS256", _rsa(key))
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return cls("ES256", _p256(key))
        text = "the private key is neither an RSA key nor one on the curve P-256"
        raise SettingsError("key_type", text, _MAKE)


def _loaded(pem: bytes) -> object:
    if b"PUBLIC KEY" in pem or b"BEGIN CERTIFICATE" in pem:
        text = "the private key is a public one, which can sign nothing"
        raise SettingsError("key_public", text, "name the file that `openssl genrsa` wrote; the public half is printed")
    try:
        return load_pem_private_key(pem, password=None)
    except TypeError:
        text = "the private key is encrypted, and nobody is asked for its pass phrase here"
        remedy = "decrypt it into a file that its owner alone can read: `umask 077; openssl pkey -in KEY -out PLAIN`"
        raise SettingsError("key_encrypted", text, remedy) from None
    except (ValueError, UnsupportedAlgorithm):
        text = "the private key is no PEM text of a private key"
        raise SettingsError("key_malformed", text, f"hand over the PEM file whole, or {_MAKE}") from None


def _rsa(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    least, most = _RSA_BITS
    if not least <= key.key_size <= most:
        text = f"the private key has {key.key_size} bits; {least} are the least and {most} the most"
        raise SettingsError("key_size", text, _MAKE)
    return lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def _p256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    if not isinstance(key.curve, ec.SECP256R1):
        text = f"the private key is on the curve {key.curve.name}, and ES256 has none but P-256"
        raise SettingsError("key_curve", text, "make one on it: `openssl ecparam -name prime256v1 -genkey -noout`")

    def sign(message: bytes) -> bytes:
        numbers = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)

    return sign
