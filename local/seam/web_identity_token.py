"""A web identity token before its signature is checked: its form, its required claims, its times."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from local.seam.refusal import RefusedError, invalid_token

# AWS tolerates five minutes of clock skew, and prints its own clock moved by as much.
CLOCK_TOLERANCE_SECONDS = 300

REQUIRED_CLAIMS = ("iss", "sub", "aud", "iat", "exp")

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_INTEGER_TEXT = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True)
class UnverifiedToken:
    """A JSON Web Signature in compact form, taken apart; nothing in it is proven yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes
    signature: bytes


def parse(token: str) -> UnverifiedToken:
    """Take a compact JWS apart (RFC 7515 section 3.1); raises RefusedError when it is not a JWT.

    A claim that is named twice counts as its last value, which is what AWS was observed to do.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise _not_a_jwt()
    header = _json_object(_decode(parts[0]))
    claims = _json_object(_decode(parts[1]))
    if "crit" in header:
        raise _not_a_jwt()
    return UnverifiedToken(header, claims, f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2]))


def require_claims(claims: Mapping[str, Any]) -> None:
    """Refuse a token that lacks a claim AWS requires, in the order in which AWS names them."""
    for name in REQUIRED_CLAIMS:
        if name not in claims:
            raise invalid_token(f"Missing a required claim: {name}")


def check_times(claims: Mapping[str, Any], now: int) -> None:
    """Refuse a token that is expired, not yet valid or issued in the future, at `now` in Unix seconds."""
    issued_at, expires_at = _timestamp(claims["iat"]), _timestamp(claims["exp"])
    not_before = _timestamp(claims["nbf"]) if "nbf" in claims else None
    earliest, latest = now - CLOCK_TOLERANCE_SECONDS, now + CLOCK_TOLERANCE_SECONDS
    if earliest >= expires_at:
        raise RefusedError(
            "ExpiredTokenException",
            f"Token expired: current date/time {earliest} must be before the expiration date/time {expires_at}",
        )
    if not_before is not None and latest < not_before:
        raise invalid_token(
            f"Token not yet valid: current date/time {latest} "
            f"must be after or equal to the not-before date/time {not_before}"
        )
    if latest < issued_at:
        raise invalid_token(f"Token issued in the future: {issued_at}")


def subject_of(claims: Mapping[str, Any]) -> str:
    """The subject as AWS reports it: a number becomes its text, and null is AWS's own failure."""
    subject = claims["sub"]
    if isinstance(subject, str):
        return subject
    if isinstance(subject, (int, float)) and not isinstance(subject, bool):
        return str(subject)
    # Observed for null alone; other types are unobserved and refused in the same way.
    raise RefusedError("InternalFailure", "Unknown error validating third-party token", 500)


def audience_of(claims: Mapping[str, Any]) -> tuple[object, str | list[str]]:
    """The audience that counts (`azp` where present) and the token's own, a single value out of its array."""
    audience = claims["aud"]
    if isinstance(audience, list):
        if not audience:
            raise invalid_token("Claim is not allowed to be empty: aud")
        if len(audience) > 1 and "azp" not in claims:
            raise invalid_token("Token audience contains more than one audience while authorized party is not present")
        if len(audience) == 1:
            audience = audience[0]
    effective = claims.get("azp", audience)  # an empty azp is a present azp
    return effective, [str(member) for member in audience] if isinstance(audience, list) else str(audience)


def _timestamp(value: object) -> int:
    """Unix seconds, which AWS takes as an integer or as the text of one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER_TEXT.fullmatch(value):
        return int(value)
    raise invalid_token("Invalid timestamp in token claims.")


def _decode(part: str) -> bytes:
    if not _BASE64URL.fullmatch(part):
        raise _not_a_jwt()
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise _not_a_jwt() from None
    # NOTE: unobserved, and refused: a last character with bits that say nothing would make several texts of one token.
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != part.encode():
        raise _not_a_jwt()
    return decoded


def _json_object(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _not_a_jwt() from None
    if not isinstance(value, dict):
        raise _not_a_jwt()
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON, though Python reads them


def _not_a_jwt() -> RefusedError:
    return invalid_token(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    )
