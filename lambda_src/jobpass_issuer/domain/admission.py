"""Admission: whether a platform may register a job, and the registration that follows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobpass_issuer.domain import audience as audience_rules
from jobpass_issuer.domain import environment, token_limits
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import AccessDeniedError, InvalidRequestError, Problem, listed
from jobpass_issuer.domain.platform import Platform, is_as_demanded
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.registration_request import MEMBERS, RegistrationRequest, parse
from jobpass_issuer.domain.trusting_role import Candidate

MIN_JOB_SECONDS = 60
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
    """A registration, with the answer for each role that it names, or for each that the platform may name where it
    names none: by name its ARN, and the obstacle, None where nothing stands in the way.

    `environment` names the blocks that the platform wants for the job.
    """

    registration: Registration
    arns: Mapping[str, str]
    obstacles: Mapping[str, str | None]
    environment: tuple[str, ...]


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
    problems = sorted(_problems(wish, profile, platform), key=_place)
    if profile is None or problems:
        raise InvalidRequestError.of(problems)
    fields = profile.complete(wish.fields)
    default = _default_audience(profile, fields, platform)
    audiences = wish.audiences or tuple(filter(None, [default]))
    tags = profile.tags(fields)
    job = Candidate(
        profile=profile.name,
        values=profile.subject_values(fields),
        audiences=audiences,
        session_tags=tags if wish.aws_claims == "full" else {},
        roles=wish.roles,
    )
    roles = [deployment.roles[name] for name in wish.roles or platform.roles]
    arns = {role.name: role.arn(account.partition, account.account_id) for role in roles}
    obstacles = {role.name: role.obstacle(job) for role in roles}
    registration = Registration(
        job_id=job_id,
        platform=platform.name,
        profile=profile.name,
        fields=fields,
        subject=profile.subject_of(fields),
        claims=profile.claim_set(fields),
        session_tags=tags,
        transitive_tags=tuple(key for key in profile.transitive_tags if key in tags),
        source_identity=token_limits.source_identity(profile, fields),
        aws_claims=wish.aws_claims,
        audiences=audiences,
        default_audience=default if default in audiences else None,
        roles={arns[name]: name for name in wish.roles},
        pinned=wish.pinned,
        obstacles={arns[name]: said for name in wish.roles if (said := obstacles[name]) is not None},
        token_lifetime_seconds=profile.token_lifetime_seconds,
        secret_sha256=secret_sha256,
        registered_at=now,
        expires_at=now + wish.expires_in_seconds,
    )
    too_long = list(token_limits.length_problems(registration))
    if too_long:
        raise InvalidRequestError.of(too_long)
    return Admission(registration, arns, obstacles, wish.environment)


def _problems(wish: RegistrationRequest, profile: Profile | None, platform: Platform) -> list[Problem]:
    """What is wrong with a registration, form and content together, as far as it can be read."""
    found = [*wish.problems, *_platform_problems(wish, platform)]
    if profile is None:
        if wish.readable("profile"):
            found.append(
                Problem("profile", f"must be one that this platform may register: {listed(platform.profiles)}")
            )
        return [*found, *_environment_problems(wish, None, wish.audiences)]
    found += _field_problems(wish, profile, platform)
    fields = profile.complete(wish.fields)
    sound = not any(problem.path.startswith("fields") for problem in found)
    default = _default_audience(profile, fields, platform) if sound else None
    audiences = wish.audiences or tuple(filter(None, [default]))
    missing = not audiences and wish.readable("audiences")
    if missing and (sound or profile.default_audience is None):
        found.append(_missing_audience(profile, platform))
    found += _environment_problems(wish, fields if sound else None, audiences)
    return [*found, *_limit_problems(wish, profile, fields, audiences)] if sound else found


def _place(problem: Problem) -> int:
    """Where a problem is told: in the order of the members, those that are none at the end."""
    member = re.split(r"[.\[]", problem.path, maxsplit=1)[0]
    return MEMBERS.index(member) if member in MEMBERS else len(MEMBERS)


def _default_audience(profile: Profile, fields: Mapping[str, str], platform: Platform) -> str | None:
    """For whom the job's tokens are unless a request says; None where the platform may not register that."""
    default = profile.audience(fields)
    return default if default in platform.audiences else None


def _missing_audience(profile: Profile, platform: Platform) -> Problem:
    lacking = "has no default audience" if profile.default_audience is None else "has another default audience"
    text = f"must be named, since profile `{profile.name}` {lacking}: one or more of {listed(platform.audiences)}"
    return Problem("audiences", text)


def _platform_problems(wish: RegistrationRequest, platform: Platform) -> Iterator[Problem]:
    """What the platform may not have, whatever the job is."""
    for index, each in enumerate(wish.audiences):
        mistake = audience_rules.mistake(each)
        if mistake is None and each not in platform.audiences:
            mistake = f"must be one that platform `{platform.name}` may register: {listed(platform.audiences)}"
        if mistake:
            yield Problem(f"audiences[{index}]", mistake)
    for index, each in enumerate(wish.roles):
        if each not in platform.roles:
            text = f"must be one that platform `{platform.name}` may name: {listed(platform.roles)}"
            yield Problem(f"roles[{index}]", text)
    if wish.pinned and not wish.roles and wish.readable("roles"):
        yield Problem("pinned", "needs `roles`: name those that the job's tokens shall be for, and no others")
    if not MIN_JOB_SECONDS <= wish.expires_in_seconds <= platform.max_job_seconds:
        span = f"{MIN_JOB_SECONDS} to {platform.max_job_seconds} seconds"
        yield Problem("expires_in_seconds", f"must be {span} for platform `{platform.name}`")


def _field_problems(wish: RegistrationRequest, profile: Profile, platform: Platform) -> Iterator[Problem]:
    """What is wrong with the fields that could be read, each under its name once."""
    if not wish.readable("fields"):
        return
    found = [each for each in profile.problems(wish.fields) if wish.readable(each.path)]
    yield from found
    told = {each.path for each in (*wish.problems, *found)}
    fields = profile.complete(wish.fields)
    values = profile.subject_values(fields)
    for name, wanted in platform.where.items():
        if not is_as_demanded(name, wanted, fields, values) and f"fields.{name}" not in told:
            yield Problem(f"fields.{name}", f"must be `{wanted}` for platform `{platform.name}`")


def _environment_problems(
    wish: RegistrationRequest, fields: Mapping[str, str] | None, audiences: Sequence[str]
) -> Iterator[Problem]:
    """What the blocks lack that the platform wants; nothing is said of members that could not be read."""
    roles = wish.roles if wish.readable("roles") else None
    for index, block in enumerate(wish.environment):
        mistake = environment.mistake(block, fields, audiences or None, roles)
        if mistake:
            yield Problem(f"environment[{index}]", mistake)


def _limit_problems(
    wish: RegistrationRequest, profile: Profile, fields: Mapping[str, str], audiences: Sequence[str]
) -> Iterator[Problem]:
    """What relying parties would refuse of the job's tokens."""
    if wish.aws_claims == "full" and wish.readable("aws_claims"):
        yield from token_limits.aws_problems(profile, fields)
    try:
        subject = profile.subject_of(fields)
    except ValueError as error:
        yield Problem("fields", f"cannot make a subject: {error}")
        return
    mistake = token_limits.google_mistake(profile, subject)
    for index, each in enumerate(audiences):
        if mistake and audience_rules.google_provider(each):
            yield Problem(f"audiences[{index}]" if wish.audiences else "audiences", mistake)
