"""Admission: whether a platform may register a job, and the registration that follows."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from jobpass_issuer.domain import audience as audience_rules
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import AccessDeniedError, InvalidRequestError, Problem
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.registration_request import parse
from jobpass_issuer.domain.string_like import like
from jobpass_issuer.domain.subject import parse_template, render

MIN_JOB_SECONDS = 60
# STS takes a token of 20,000 characters (STS API, "AssumeRoleWithWebIdentity"). Base64 makes four of three bytes; the
# rest is kept for the standard claims, an audience, a role pin, the header and the longest signature.
MAX_CLAIM_BYTES = (20_000 - 4_000) * 3 // 4
# STS: source identities have 2 to 64 of these, session tags 256 (STS API, "AssumeRoleWithWebIdentity" and "Tag").
_SOURCE_IDENTITY = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_TAG_VALUE = re.compile(r"[\w\s.:/=+@-]{1,256}")
_CALLER = re.compile(r"arn:([a-z-]+):sts::([0-9]{12}):assumed-role/([\w+=,.@-]+)/[\w+=,.@-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """The AWS account that the issuer is deployed in."""

    partition: str
    account_id: str


def platform_of(caller_arn: str, deployment: Deployment, account: Account) -> Platform:
    """Return the platform whose invocation role the caller has assumed.

    Account and role name are compared whole: neither a prefix nor the session's name, which the caller chooses, counts.

    Raises:
        AccessDeniedError: the caller is no platform of this issuer.
    """
    match = _CALLER.fullmatch(caller_arn)
    if match and (match[1], match[2]) == (account.partition, account.account_id):
        for platform in deployment.platforms.values():
            if match[3] == platform.invocation_role:
                return platform
    raise AccessDeniedError(
        "the caller is no platform of this issuer: assume the platform's invocation role first "
        "(stack output `Platform<Name>InvocationRoleArn`) and sign the request with its credentials"
    )


@dataclass(frozen=True, slots=True)
class Admission:
    """A registration, with the answer for each role that it names: None where it may, else what stands in the way."""

    registration: Registration
    obstacles: Mapping[str, str | None]


def admit(
    body: object,
    platform: Platform,
    deployment: Deployment,
    account: Account,
    *,
    job_id: str,
    secret_sha256: str,
    now: int,
) -> Admission:
    """Return the registration that a platform asks for.

    Raises:
        InvalidRequestError: with every problem of the body, each under its member's name.
    """
    wish = parse(body, platform.max_job_seconds)
    profile = deployment.profiles.get(wish.profile) if wish.profile in platform.profiles else None
    beside = [
        *_audience_problems(platform, wish.audiences),
        *_role_problems(platform, wish.roles),
        *_lifetime_problems(platform, wish.expires_in_seconds),
    ]
    if profile is None:
        listed = ", ".join(platform.profiles)
        unknown = Problem("profile", f"must be one that this platform may register: {listed}")
        raise InvalidRequestError.of([unknown, *beside])
    fields = profile.complete(wish.fields)
    aws_audiences = tuple(each for each in wish.audiences if each in deployment.aws_audiences)
    problems = [*profile.problems(wish.fields), *_where_problems(platform, fields), *beside]
    if not problems:
        problems = [*_aws_problems(profile, fields), *_subject_problems(profile, fields), *_size(profile, fields)]
    if problems:
        raise InvalidRequestError.of(problems)
    roles = [deployment.roles[name] for name in wish.roles]
    registration = Registration(
        job_id=job_id,
        platform=platform.name,
        profile=profile.name,
        fields=fields,
        subject=profile.subject.format(fields),
        claims=profile.claim_set(fields),
        session_tags=profile.tags(fields),
        source_identity=_source_identity(profile, fields),
        aws_claims=wish.aws_claims,
        audiences=wish.audiences,
        aws_audiences=aws_audiences,
        roles=tuple(role.arn(account.partition, account.account_id) for role in roles),
        secret_sha256=secret_sha256,
        registered_at=now,
        expires_at=now + wish.expires_in_seconds,
    )
    obstacles = {role.name: role.obstacle(profile.name, fields, wish.audiences) for role in roles}
    return Admission(registration, obstacles)


def _where_problems(platform: Platform, fields: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(f"fields.{name}", f"must be `{wanted}` for platform `{platform.name}`")
        for name, wanted in platform.where.items()
        if name not in fields or not like(wanted, fields[name])
    ]


def _audience_problems(platform: Platform, audiences: tuple[str, ...]) -> list[Problem]:
    problems = []
    for index, each in enumerate(audiences):
        mistake = audience_rules.mistake(each)
        if mistake is None and each not in platform.audiences:
            mistake = f"must be one that platform `{platform.name}` may register: {', '.join(platform.audiences)}"
        if mistake:
            problems.append(Problem(f"audiences[{index}]", mistake))
    return problems


def _role_problems(platform: Platform, roles: tuple[str, ...]) -> list[Problem]:
    permitted = ", ".join(platform.roles) or "none"
    return [
        Problem(f"roles[{index}]", f"must be one that platform `{platform.name}` may name: {permitted}")
        for index, each in enumerate(roles)
        if each not in platform.roles
    ]


def _lifetime_problems(platform: Platform, seconds: int) -> list[Problem]:
    if MIN_JOB_SECONDS <= seconds <= platform.max_job_seconds:
        return []
    span = f"{MIN_JOB_SECONDS} to {platform.max_job_seconds} seconds"
    return [Problem("expires_in_seconds", f"must be {span} for platform `{platform.name}`")]


def _subject_problems(profile: Profile, fields: Mapping[str, str]) -> list[Problem]:
    try:
        profile.subject.format(fields)
    except ValueError as error:
        return [Problem("fields", f"cannot make a subject: {error}")]
    return []


def _size(profile: Profile, fields: Mapping[str, str]) -> list[Problem]:
    said = {"claims": profile.claim_set(fields), "tags": profile.tags(fields)}
    length = len(json.dumps(said))
    if length <= MAX_CLAIM_BYTES:
        return []
    text = f"make a token of more than 20,000 characters, which STS refuses: shorten them by {length - MAX_CLAIM_BYTES}"
    return [Problem("fields", text)]


def _source_identity(profile: Profile, fields: Mapping[str, str]) -> str | None:
    return None if profile.source_identity is None else render(parse_template(profile.source_identity), fields)


def _aws_problems(profile: Profile, fields: Mapping[str, str]) -> list[Problem]:
    """What STS would refuse of tags and source identity, found before any job runs."""
    problems = [
        Problem(
            f"fields.{profile.session_tags[key]}",
            f"cannot be the session tag `{key}`: STS takes 1 to 256 letters, digits, blanks and _.:/=+-@",
        )
        for key, value in profile.tags(fields).items()
        if not _TAG_VALUE.fullmatch(value)
    ]
    identity = _source_identity(profile, fields)
    if identity is not None and not _SOURCE_IDENTITY.fullmatch(identity):
        text = "make a source identity that STS refuses: it takes 2 to 64 letters, digits and _+=,.@-"
        problems.append(Problem("fields", text))
    return problems
