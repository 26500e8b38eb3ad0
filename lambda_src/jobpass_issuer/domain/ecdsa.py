"""ECDSA signatures: from the DER that KMS returns to the two numbers side by side that JWS wants."""


def der_to_joined(signature: bytes, component_length: int) -> bytes:
    """Return R and S, each in `component_length` bytes (RFC 7518, section 3.4).

    Raises:
        ValueError: it is no DER sequence of two positive integers of that length (RFC 3279, section 2.2.3).
    """
    body, rest = _element(signature, tag=0x30)
    r, after_r = _element(body, tag=0x02)
    s, after_s = _element(after_r, tag=0x02)
    if rest or after_s:
        raise ValueError("the signature has bytes after its end")
    return b"".join(_fixed(number, component_length) for number in (r, s))


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """Return the contents of the first element, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError("the signature is not the DER that was expected")
    length, start = data[1], 2
    if length == 0x81 and len(data) > 2:
        length, start = data[2], 3
    elif length > 0x7F:
        raise ValueError("the signature has a length that no ECDSA signature has")
    if len(data) < start + length:
        raise ValueError("the signature is cut short")
    return data[start : start + length], data[start + length :]


def _fixed(number: bytes, length: int) -> bytes:
    if not number or number[0] > 0x7F:
        raise ValueError("the signature holds a number that is not positive")
    digits = number.lstrip(b"\0")
    if not digits or len(digits) > length:
        raise ValueError("the signature holds a number of the wrong length")
    return digits.rjust(length, b"\0")
