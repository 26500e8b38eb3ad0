"""What the body of a registration asks for, in the right types."""

from dataclasses import dataclass
from typing import cast

from jobpass_issuer.domain.errors import InvalidRequestError, Problem, shown
from jobpass_issuer.domain.registration import AwsClaims

MEMBERS = ("profile", "fields", "audiences", "roles", "expires_in_seconds", "aws_claims")
MAX_AUDIENCES = 10
MAX_ROLES = 10
DEFAULT_JOB_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class RegistrationRequest:
    """A registration as its platform words it; `roles` are names, not yet ARNs."""

    profile: str
    fields: dict[str, str]
    audiences: tuple[str, ...]
    roles: tuple[str, ...]
    expires_in_seconds: int
    aws_claims: AwsClaims


def parse(body: object, max_job_seconds: int) -> RegistrationRequest:
    """Return the body's members in their types, the absent ones at their defaults.

    Raises:
        InvalidRequestError: with every member that is unknown or of the wrong type.
    """
    if not isinstance(body, dict):
        raise InvalidRequestError.of(
            [Problem("", "the body must be a JSON object with `profile`, `fields` and `audiences`")]
        )
    known = ", ".join(MEMBERS)
    problems = [
        Problem(shown(name), f"is no member of a registration; it has {known}") for name in body if name not in MEMBERS
    ]
    checks = {
        "profile": _is_text(body.get("profile")) or "must be the name of a profile, as text",
        "fields": isinstance(body.get("fields", {}), dict) or "must be an object of field names and their values",
        "audiences": _is_texts(body.get("audiences"), 1, MAX_AUDIENCES)
        or f"must be a list of 1 to {MAX_AUDIENCES} different audiences, each text",
        "roles": _is_texts(body.get("roles", []), 0, MAX_ROLES)
        or f"must be a list of at most {MAX_ROLES} different role names, each text",
        "expires_in_seconds": type(body.get("expires_in_seconds", 1)) is int or "must be a whole number of seconds",
        "aws_claims": body.get("aws_claims", "full") in ("full", "none") or "must be `full` or `none`",
    }
    problems += [Problem(name, message) for name, message in checks.items() if isinstance(message, str)]
    fields = body.get("fields", {})
    if isinstance(fields, dict):
        problems += [
            Problem(f"fields.{shown(name)}", "must be text: write it in quotes")
            for name, value in fields.items()
            if not isinstance(value, str)
        ]
    if problems:
        raise InvalidRequestError.of(problems)
    return RegistrationRequest(
        profile=body["profile"],
        fields=fields,
        audiences=tuple(body["audiences"]),
        roles=tuple(body.get("roles", [])),
        expires_in_seconds=body.get("expires_in_seconds", min(DEFAULT_JOB_SECONDS, max_job_seconds)),
        aws_claims=cast("AwsClaims", body.get("aws_claims", "full")),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_texts(value: object, least: int, most: int) -> bool:
    return (
        isinstance(value, list)
        and least <= len(value) <= most
        and all(isinstance(each, str) for each in value)
        and len(set(value)) == len(value)
    )
