"""A signed JWT taken apart (RFC 7515, section 3.1), before anything of it is verified."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobpass_issuer.domain import strict_json
from jobpass_issuer.domain.jwk import from_base64url
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError

# As STS has it; an ID token that is longer is none.
LONGEST = 20_000
# Two more name a certificate by its thumbprint, which GitHub's and Microsoft's tokens do: they bring no key.
_TAKEN = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_UNCHANGED = "hand over the ID token as the issuer gave it, whole and unchanged"


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token whose form and header are good; nothing of it is verified yet, and `repr` shows none of it."""

    algorithm: str
    kid: str
    unverified_claims: Mapping[str, Any] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def read(text: str) -> SignedToken:
    """Take a token apart.

    Raises:
        UntrustedTokenError: `malformed` where it is no signed JWT in compact form, `header` where the header is not one
            that names algorithm and key alone.
    """
    if len(text) > LONGEST:
        raise _malformed(f"the token has {len(text):,} characters; no ID token has more than {LONGEST:,}")
    parts = text.split(".")
    if text != text.strip():
        raise _malformed("a blank or a line break stands before or after the token")
    if len(parts) != 3:
        raise _malformed(_what_it_is(text, len(parts)))
    header = _object(parts[0], "header")
    claims, signature = _object(parts[1], "claim set"), _octets(parts[2], "signature")
    algorithm, kid = _of_header(header)
    return SignedToken(algorithm, kid, claims, ".".join(parts[:2]).encode("ascii"), signature)


def _what_it_is(text: str, parts: int) -> str:
    """The likely mistake behind a text that has not the three parts."""
    if text.lstrip().startswith("{"):
        return "that is a JSON document, and no token: its member `value`, or another, may hold the token"
    if parts == 5:
        return "the token is encrypted (RFC 7516): only whom it is for can read it"
    return "the token has not the three parts of a signed JWT: perhaps it is an access token or a request token"


def _of_header(header: Mapping[str, Any]) -> tuple[str, str]:
    """The algorithm and the key's name; nothing else in a header may count."""
    others = sorted(set(header) - _TAKEN)
    if others:
        raise UntrustedTokenError(
            "header",
            "the header carries {others}; an ID token's names `alg`, `kid` and `typ`",
            "trust no token that brings its own key, or an extension: make the issuer leave that out",
            others=others,
        )
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise UntrustedTokenError(
            "header",
            "the header's `typ` is {typ}: that is no ID token",
            "hand over the ID token, and not another token of the same issuer",
            typ=header["typ"],
        )
    for name in ("alg", "kid"):
        if not isinstance(header.get(name), str) or not header[name]:
            raise UntrustedTokenError(
                "header", f"the header names no `{name}`", f"make the issuer name it in the header's `{name}`"
            )
    return header["alg"], header["kid"]


def _object(part: str, what: str) -> dict[str, Any]:
    octets = _octets(part, what)
    try:
        value = strict_json.loads(octets.decode("utf-8"))
    except UnicodeDecodeError:
        raise _malformed(f"the token's {what} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"the token's {what} is no JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise _malformed(f"the token's {what} is nested without measure") from None
    except ValueError as error:
        raise _malformed(f"readers differ on the token's {what}: {error}") from None
    if not isinstance(value, dict):
        raise _malformed(f"the token's {what} is no JSON object")
    return value


def _octets(part: str, what: str) -> bytes:
    """What base64url holds, in its one spelling: no padding, and no bits left over (RFC 4648, section 3.5)."""
    try:
        octets = from_base64url(part)
    except ValueError:
        octets = b""
    if not octets:
        raise _malformed(f"the token's {what} is not base64url as RFC 7515 has it")
    return octets


def _malformed(message: str) -> UntrustedTokenError:
    # What is told of the token's text is the domain's own words: the braces in them are letters.
    return UntrustedTokenError("malformed", message.replace("{", "{{").replace("}", "}}"), _UNCHANGED)
