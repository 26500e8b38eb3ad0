"""What the body of a registration asks for, in the right types."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobpass_issuer.domain.environment import BLOCKS, DEFAULT_BLOCKS
from jobpass_issuer.domain.errors import InvalidRequestError, Problem, shown
from jobpass_issuer.domain.registration import AwsClaims

MEMBERS = (
    "profile",
    "fields",
    "audiences",
    "roles",
    "pinned",
    "expires_in_seconds",
    "aws_claims",
    "environment",
)
MAX_AUDIENCES = 10
MAX_ROLES = 10
DEFAULT_JOB_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class RegistrationRequest:
    """A registration as its platform words it; `roles` are names, not yet ARNs, and `audiences` may be left out.

    `problems` has each member that is unknown or cannot be read. The latter are here as if they had been left out, so
    that what is wrong with the others can be told along with them.
    """

    profile: str
    fields: dict[str, str]
    audiences: tuple[str, ...]
    roles: tuple[str, ...]
    pinned: bool
    expires_in_seconds: int
    aws_claims: AwsClaims
    environment: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    def readable(self, path: str) -> bool:
        """Whether a member could be read, or a field of `fields`."""
        return all(problem.path != path for problem in self.problems)


def parse(body: object, max_job_seconds: int) -> RegistrationRequest:
    """Return the body's members in their types, the absent ones at their defaults.

    Raises:
        InvalidRequestError: the body is no object; of what else is wrong, the answer's `problems` tell.
    """
    if not isinstance(body, dict):
        text = "the body must be a JSON object with `profile`, `fields` and `audiences`"
        raise InvalidRequestError.of([Problem("", text)])
    known = ", ".join(MEMBERS)
    problems = [
        Problem(shown(name), f"is no member of a registration; it has {known}") for name in body if name not in MEMBERS
    ]

    def read(name: str, absent: Any, readable: Callable[[Any], bool], wanted: str) -> Any:
        if name in body and readable(body[name]):
            return body[name]
        if name in body or name == "profile":
            problems.append(Problem(name, f"must be {wanted}"))
        return absent

    fields = read("fields", {}, _is_object, "an object of field names and their values")
    problems += [
        Problem(f"fields.{shown(name)}", "must be text: write it in quotes")
        for name, value in fields.items()
        if not isinstance(value, str)
    ]
    lifetime = min(DEFAULT_JOB_SECONDS, max_job_seconds)
    return RegistrationRequest(
        profile=read("profile", "", _is_name, "the name of a profile, as text"),
        fields={name: value for name, value in fields.items() if isinstance(value, str)},
        audiences=tuple(read("audiences", (), *_texts(1, MAX_AUDIENCES, "audiences"))),
        roles=tuple(read("roles", (), *_texts(0, MAX_ROLES, "role names"))),
        pinned=read("pinned", False, _is_truth, "`true` or `false`"),
        expires_in_seconds=read("expires_in_seconds", lifetime, _is_number, "a whole number of seconds"),
        aws_claims=read("aws_claims", "full", _is_aws_claims, "`full` or `none`"),
        environment=tuple(read("environment", DEFAULT_BLOCKS, *_texts(0, len(BLOCKS), "blocks"))),
        problems=tuple(problems),
    )


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return type(value) is int


def _is_aws_claims(value: object) -> bool:
    return value in ("full", "none")


def _texts(least: int, most: int, things: str) -> tuple[Callable[[object], bool], str]:
    """How to recognise a list of different texts, and how to ask for one."""

    def readable(value: object) -> bool:
        return (
            isinstance(value, list)
            and least <= len(value) <= most
            and all(isinstance(each, str) for each in value)
            and len(set(value)) == len(value)
        )

    return readable, f"a list of {f'{least} to' if least else 'at most'} {most} different {things}, each text"
