"""What AWS and Google take of an ID token, held at registration so that no job meets these limits."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jobpass_issuer.domain.errors import Problem
from jobpass_issuer.domain.issuance import aws_claims
from jobpass_issuer.domain.issuer import MAX_URL_LENGTH
from jobpass_issuer.domain.profile import SHORT_SUBJECT_BYTES, Profile
from jobpass_issuer.domain.registration import EACH_TOKENS_JTI, Registration
from jobpass_issuer.domain.subject import parse_template, render

# STS API, "AssumeRoleWithWebIdentity".
MAX_TOKEN_LENGTH = 20_000
# STS: source identities have 2 to 64 of these, session tags 256 (STS API, "AssumeRoleWithWebIdentity" and "Tag").
_SOURCE_IDENTITY = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_TAG_VALUE = re.compile(r"[\w\s.:/=+@-]{1,256}")
# As long as each can be: a key's thumbprint, a token's own identifier, and the signature of an RSA key of 2,048 bits.
_HEADER = {"alg": "RS256", "kid": "k" * 43, "typ": "JWT"}
_JTI = "j" * 36
_SIGNATURE_BYTES = 256


def source_identity(profile: Profile, fields: Mapping[str, str]) -> str | None:
    """Return what a registration keeps as the source identity of a job with these fields.

    That is EACH_TOKENS_JTI where the profile has no template, or a job none of the template's fields; None where the
    profile wants none.
    """
    if not profile.identifies_sessions:
        return None
    made = _made_identity(profile, fields)
    return EACH_TOKENS_JTI if made is None else made


def _made_identity(profile: Profile, fields: Mapping[str, str]) -> str | None:
    """The source identity that the profile's template makes; None where it has none, or the job lacks a field."""
    if profile.source_identity is None or not profile.identifies_sessions:
        return None
    return render(parse_template(profile.source_identity), fields)


def aws_problems(profile: Profile, fields: Mapping[str, str]) -> Iterator[Problem]:
    """Return what STS would refuse of a job's tags and source identity.

    How many tags there are and how they are called is the profile's, and is refused before it is deployed.
    """
    for key, value in profile.tags(fields).items():
        if not _TAG_VALUE.fullmatch(value):
            text = f"cannot be the session tag `{key}`: STS takes 1 to 256 letters, digits, blanks and _.:/=+-@"
            yield Problem(f"fields.{profile.session_tags[key]}", text)
    identity = _made_identity(profile, fields)
    if identity is not None and not _SOURCE_IDENTITY.fullmatch(identity):
        text = "make a source identity that STS refuses: it takes 2 to 64 letters, digits and _+=,.@-"
        yield Problem("fields", text)


def google_mistake(profile: Profile, subject: str) -> str | None:
    """Return why Google Cloud would refuse a subject and how to mend it, or None where it would not.

    Google Cloud, "Workload Identity Federation", attribute mappings: `google.subject` has 127 bytes at most.
    """
    length = len(subject.encode())
    if length <= SHORT_SUBJECT_BYTES or profile.short_subject is not None:
        return None
    return (
        f"is Google's, which takes subjects of {SHORT_SUBJECT_BYTES} bytes, and this job's has {length}: shorten the "
        f"fields that make it, or give profile `{profile.name}` a `short_subject` claim and map google.subject to that"
    )


def length_problems(registration: Registration) -> Iterator[Problem]:
    """Return whether a token of this job, pinned to all of its roles, could be longer than STS takes."""
    claims = {
        "iss": "i" * MAX_URL_LENGTH,
        "aud": max(registration.audiences, key=len),
        "sub": registration.subject,
        **dict.fromkeys(("iat", "nbf", "exp"), registration.expires_at),
        "jti": _JTI,
        **registration.claims,
        **aws_claims(registration, tuple(registration.roles), _JTI),
    }
    length = _encoded(_json(_HEADER)) + _encoded(_json(claims)) + _encoded(_SIGNATURE_BYTES) + len("..")
    excess = length - MAX_TOKEN_LENGTH
    if excess > 0:
        text = f"make a token of more than {MAX_TOKEN_LENGTH:,} characters, which STS refuses: shorten them by {excess}"
        yield Problem("fields", text)


def _json(document: Mapping[str, Any]) -> int:
    """How many bytes a document has as a token carries it."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())


def _encoded(size: int) -> int:
    """How many characters base64 without padding makes of so many bytes (RFC 7515, section 2)."""
    return -(-size * 4 // 3)
