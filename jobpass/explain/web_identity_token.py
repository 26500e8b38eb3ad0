"""A web identity token taken apart, and what STS says of one that is none."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from jobpass.explain import sts_errors
from jobpass.explain.refusal import Refusal

SHORTEST, LONGEST = 4, 20_000

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class WebIdentityToken:
    """A signed JWT (RFC 7519) in compact form (RFC 7515, section 3.1), of which nothing has been verified yet."""

    unverified_header: Mapping[str, Any]
    unverified_claims: Mapping[str, Any]
    signing_input: bytes
    signature: bytes


def parse(text: str) -> WebIdentityToken | Refusal:
    """Take a token apart, or return what STS says of it."""
    if not SHORTEST <= len(text) <= LONGEST:
        return _wrong_length(len(text))
    parts = text.split(".")
    if len(parts) != 3:
        return _no_jwt(*_what_it_is(text))
    header, claims, signature = _json_object(parts[0]), _json_object(parts[1]), _decoded(parts[2])
    if header is None or claims is None or signature is None:
        return _no_jwt(*_what_it_is(text))
    if "crit" in header:
        return _no_jwt("its header carries `crit`, which STS never takes", "make the issuer leave `crit` out")
    if not isinstance(header.get("alg"), str):
        return _no_jwt("its header names no `alg`", "make the issuer name the algorithm in the header")
    return WebIdentityToken(header, claims, ".".join(parts[:2]).encode(), signature)


def _what_it_is(text: str) -> tuple[str, str]:
    """The likely mistake behind a text that is no JWT, and its remedy."""
    if text != text.strip():
        return (
            "a blank or a line break stands before or after the token",
            "cut it off: read the file with `$(cat file)`, or write it with `printf %s`",
        )
    if text.startswith("{"):
        return "it is a JSON document that holds the token", "send the text of its member `value` (or `token`) alone"
    if text[0] in "\"'":
        return "quotation marks stand around the token", "send it without them (`jq -r` instead of `jq`)"
    if text.lower().startswith("bearer "):
        return "`Bearer` stands before the token", "send the token alone"
    if text.count(".") == 4:
        return "it has five parts: an encrypted token, which STS cannot read", "ask the issuer for a signed token (JWS)"
    if text.count(".") == 2:
        return (
            "its three parts are not base64url of a header, a claim set and a signature",
            "send the ID token as the issuer gave it, whole and unchanged",
        )
    return (
        "it does not have the three parts of a signed JWT: perhaps an access token or a request token",
        "send the ID token that the issuer made for this audience",
    )


def _wrong_length(length: int) -> Refusal:
    bound, limit = ("greater", SHORTEST) if length < SHORTEST else ("less", LONGEST)
    constraint = f"Member must have length {bound} than or equal to {limit}"
    return Refusal(
        sts_errors.VALIDATION_ERROR,
        sts_errors.CONSTRAINT.format(member="webIdentityToken", constraint=constraint),
        f"the token is {length} characters long; STS takes {SHORTEST} to {LONGEST}",
        "send the whole ID token" if length < SHORTEST else "make the issuer put fewer or shorter claims into it",
        recorded=False,
    )


def _no_jwt(cause: str, remedy: str) -> Refusal:
    recorded = "crit" in cause
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NOT_A_JWT, cause, remedy, recorded)


def _json_object(part: str) -> dict[str, Any] | None:
    data = _decoded(part)
    try:
        # Of a name that stands twice the last one counts, for STS as for Python.
        # Decoded here: `json` itself would take UTF-16 and a byte order mark.
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant) if data is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON, though Python reads them.


def _decoded(part: str) -> bytes | None:
    if not _BASE64URL.fullmatch(part):
        return None
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return None
    # NOTE: unobserved, and refused: a last character with bits that say nothing would make several texts of one token.
    return decoded if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() == part else None
