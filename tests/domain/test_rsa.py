"""RSA signatures: the one encoding that holds, against a library's, and everything that looks like it."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from jobpass_issuer.domain.rsa import signature_holds

MESSAGE = b"header.claims"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
# The smallest exponent makes what a forger can do easiest to show.
CUBE = rsa.generate_private_key(public_exponent=3, key_size=2048)
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def numbers(key: rsa.RSAPrivateKey) -> tuple[int, int]:
    """Modulus and exponent."""
    public = key.public_key().public_numbers()
    return public.n, public.e


def signed(key: rsa.RSAPrivateKey, block: bytes) -> bytes:
    """What the private key makes of a block of the modulus's length, whatever is in it."""
    n, _ = numbers(key)
    return pow(int.from_bytes(block, "big"), key.private_numbers().d, n).to_bytes((n.bit_length() + 7) // 8, "big")


def block(digest: bytes, length: int = 256) -> bytes:
    """The encoding of RFC 8017, section 9.2, around any DigestInfo."""
    return b"\x00\x01" + b"\xff" * (length - len(digest) - 3) + b"\x00" + digest


RIGHT = DIGEST_INFO + hashlib.sha256(MESSAGE).digest()


@pytest.mark.parametrize("size", [2048, 2049, 2055, 3072, 4096])
def test_a_librarys_signature_holds(size: int) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    signature = key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())

    assert signature_holds(*numbers(key), MESSAGE, signature)
    assert not signature_holds(*numbers(key), MESSAGE + b"x", signature)
    assert not signature_holds(*numbers(KEY), MESSAGE, signature)


@pytest.mark.parametrize("key", [KEY, CUBE], ids=["e=65537", "e=3"])
@pytest.mark.parametrize(
    "encoded",
    [
        block(RIGHT[:-1] + bytes([RIGHT[-1] ^ 1])),
        block(hashlib.sha256(MESSAGE).digest()),
        # The parameters left out, which RFC 8017 has implementations take nowhere but in the certificates of old.
        block(bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + hashlib.sha256(MESSAGE).digest()),
        # BER's long form of a length.
        block(bytes.fromhex("308131300d060960864801650304020105000420") + hashlib.sha256(MESSAGE).digest()),
        block(bytes.fromhex("3021300906052b0e03021a05000414") + hashlib.sha1(MESSAGE, usedforsecurity=False).digest()),
        block(bytes.fromhex("3051300d060960864801650304020305000440") + hashlib.sha512(MESSAGE).digest()),
        b"\x00\x02" + block(RIGHT)[2:],
        b"\x00\x00" + block(RIGHT)[2:],
        b"\x00\x01" + b"\x00" * (253 - len(RIGHT)) + b"\x00" + RIGHT,
        b"\x00\x01" + b"\xff" * 8 + b"\x00" + RIGHT + b"\x00" * (245 - len(RIGHT)),
        b"\x00\x01" + b"\xff" * 8 + b"\x00" + RIGHT + b"\xff" * (245 - len(RIGHT)),
        b"\x00\x01\x00" + RIGHT + b"\xaa" * (253 - len(RIGHT)),
        block(RIGHT + b"\x00"),
        block(RIGHT)[:-1] + b"\x00",
        b"\x00\x01" + b"\xff" * 100 + b"\xfe" + b"\xff" * (152 - len(RIGHT)) + b"\x00" + RIGHT,
    ],
    ids=lambda encoded: encoded[:3].hex() + "…" + encoded[-8:].hex(),
)
def test_every_other_encoding_is_refused_though_the_key_has_signed_it(key: rsa.RSAPrivateKey, encoded: bytes) -> None:
    assert len(encoded) == 256
    assert signature_holds(*numbers(key), MESSAGE, signed(key, block(RIGHT)))
    assert not signature_holds(*numbers(key), MESSAGE, signed(key, encoded))


def root(number: int) -> int:
    """The cube root, rounded up."""
    low, high = 0, 1 << (number.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low


def test_a_cube_root_forges_nothing() -> None:
    # Bleichenbacher's: the digest right after a short padding, and whatever a cube leaves behind it.
    garbage = b"\x00\x01" + b"\xff" * 8 + b"\x00" + RIGHT + b"\x00" * (245 - len(RIGHT))
    forged = root(int.from_bytes(garbage, "big"))
    cube = (forged**3).to_bytes(256, "big")
    assert cube.startswith(b"\x00\x01" + b"\xff" * 8 + b"\x00" + RIGHT)

    assert not signature_holds(*numbers(CUBE), MESSAGE, forged.to_bytes(256, "big"))


@pytest.mark.parametrize("key", [KEY, CUBE], ids=["e=65537", "e=3"])
def test_a_signature_of_another_form_is_refused(key: rsa.RSAPrivateKey) -> None:
    n, e = numbers(key)
    good = key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    more = int.from_bytes(good, "big") + n
    others = [
        b"",
        good[:-1],
        good[1:],
        good + b"\x00",
        b"\x00" + good,
        more.to_bytes(257, "big"),
        bytes(256),
        bytes(255) + b"\x01",
        n.to_bytes(256, "big"),
        (n - 1).to_bytes(256, "big"),
        (n - int.from_bytes(good, "big")).to_bytes(256, "big"),
        b"\xff" * 256,
        key.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
        key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA512()),
    ]

    assert signature_holds(n, e, MESSAGE, good)
    assert [other for other in others if signature_holds(n, e, MESSAGE, other)] == []


def test_a_number_beyond_the_modulus_is_refused_even_where_it_fits_the_length() -> None:
    # 2049 bits leave seven of the first byte free: s + n has the right length, and the same power.
    key = rsa.generate_private_key(public_exponent=65537, key_size=2049)
    n, e = numbers(key)
    good = key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    beyond = (int.from_bytes(good, "big") + n).to_bytes(257, "big")

    assert signature_holds(n, e, MESSAGE, good)
    assert not signature_holds(n, e, MESSAGE, beyond)
