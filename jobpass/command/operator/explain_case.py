"""From the command line to what explain is asked: the token or preview, the role's side, the keys, the call."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobpass.command.errors import COULD_NOT_LOOK, REFUSED, CommandError, UsageError
from jobpass.command.operator.explain_options import check
from jobpass.configuration import Configuration, ConfigurationError, load
from jobpass.doctor.network import Network
from jobpass.explain import Request
from jobpass.explain.condition_keys import OF_THE_CALL
from jobpass.explain.federation import is_role_arn
from jobpass.lookup.field_wording import FieldWording
from jobpass.lookup.file_role import file_role
from jobpass.lookup.issuer_keys import IssuerKeys, fetch
from jobpass.lookup.live_role import live_role
from jobpass.lookup.policy_role import PolicyFile
from jobpass.lookup.presented import Presented, token_of_file, token_of_variable
from jobpass.lookup.preview import Job
from jobpass.lookup.role_side import RoleSide
from jobpass.lookup.text_input import read_json

DEFAULT_FILE = Path("jobpass.yaml")


@dataclass(frozen=True, slots=True)
class Case:
    """All that a verdict needs but the moment."""

    presented: Presented
    side: RoleSide
    keys: IssuerKeys
    request: Request
    wording: FieldWording

    @property
    def jwk_set(self) -> Any:
        """The issuer's JWK Set as explain takes it."""
        return self.keys.jwk_set

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was taken for granted."""
        return (*self.presented.assumed, *self.side.assumed, *self.keys.notes)

    @property
    def unseen(self) -> tuple[str, ...]:
        """What could not be looked at."""
        return (*self.side.unseen, *self.keys.unseen)

    @classmethod
    def of(cls, options: argparse.Namespace) -> "Case":
        """Return the case that a command line describes.

        Raises:
            CommandError: it describes none, or something that it names cannot be looked at.
        """
        check(options)
        file = _file(options)
        previewed = options.profile is not None or options.registration is not None
        given = None if previewed else _token(options)
        if previewed or options.config:
            _required(file, options)
        side = _side(options, file, given)
        presented = given or _preview(options, _required(file, options), side)
        _check_pins(options, presented, side)
        keys = _keys(options, presented, side)
        request = Request(options.session_name, options.duration, keys=_context(options.context))
        return cls(presented, side, keys, request, _wording(options, file, presented, side))


@dataclass(frozen=True, slots=True)
class _File:
    """The configuration, and what to call it."""

    name: str
    configuration: Configuration


def _file(options: argparse.Namespace) -> _File | None:
    """The configuration, None where there is none; one that nobody asked for may also be broken."""
    by_name = options.role is not None and not is_role_arn(options.role)
    needed = by_name or any((options.profile, options.registration, options.config))
    path: Path = options.config or DEFAULT_FILE
    if not path.is_file():
        return None
    try:
        return _File(path.name, load(path))
    except ConfigurationError as error:
        if not needed:
            return None
        count = f"{len(error.problems)} mistake{'' if len(error.problems) == 1 else 's'}"
        told: list[dict[str, str | int | None]] = [
            {"path": each.path, "line": each.line, "message": each.message} for each in error.problems
        ]
        remedy = "mend the file first: the deployment refuses it too"
        raise CommandError("configuration", f"{error.source}: {count}", remedy, REFUSED, told) from None


def _required(file: _File | None, options: argparse.Namespace) -> _File:
    if file is None:
        remedy = "name the deployment's configuration with `--config`, or the role by its ARN and a token"
        text = f"there is no file {options.config or DEFAULT_FILE}"
        raise CommandError("no_configuration", text, remedy, COULD_NOT_LOOK)
    return file


def _token(options: argparse.Namespace) -> Presented:
    return token_of_file(options.token_file) if options.token_file else token_of_variable(options.token_env)


def _side(options: argparse.Namespace, file: _File | None, given: Presented | None) -> RoleSide:
    if options.trust_policy:
        return PolicyFile(
            options.trust_policy, options.role, options.provider_url, options.client_id, options.max_session_seconds
        ).side(given)
    if is_role_arn(options.role):
        return live_role(options.role, given)
    named = _required(file, options)
    return file_role(
        options.role,
        named.configuration,
        named.name,
        given,
        issuer_url=options.issuer_url,
        account_id=options.account,
    )


def _preview(options: argparse.Namespace, file: _File, side: RoleSide) -> Presented:
    issuer_url = options.issuer_url or file.configuration.issuer.url or side.issuer
    if issuer_url is None:
        text = "the issuer's URL is not known, and the role does not trust one issuer alone"
        raise UsageError(text, "add `--issuer-url` with the stack's output `IssuerUrl`")
    if options.registration:
        job = Job.registration(read_json(options.registration, "the registration"))
    else:
        job = Job(options.profile, _fields(options.field))
    pins = [_pin(each, file, side) for each in options.role_arn]
    return job.present(file.configuration, file.name, issuer_url=issuer_url, audience=options.audience, pins=pins)


def _fields(given: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name in fields:
            problem = "names a field twice" if equals else "has no `=`"
            raise UsageError(f"`--field {each}` {problem}", "write each field once, as `--field ref=refs/heads/main`")
        fields[name] = value
    return fields


def _context(given: list[str]) -> dict[str, str | tuple[str, ...]]:
    """The condition keys of the call; what a token or a role says is not for anybody to say otherwise."""
    keys: dict[str, str | tuple[str, ...]] = {}
    known = {name.lower(): name for name in OF_THE_CALL}
    for each in given:
        name, equals, value = each.partition("=")
        key = known.get(name.lower())
        if not equals or key is None or key in keys:
            problem = "names no key of a call" if key is None else "names a key twice" if equals else "has no `=`"
            raise UsageError(
                f"`--context {each}` {problem}", f"write KEY=VALUE, each once, of {', '.join(OF_THE_CALL)}"
            )
        keys[key] = value
    return keys


def _pin(written: str, file: _File, side: RoleSide) -> str:
    """The ARN of a role to pin to; one of the file's by its name stands in the account at hand, unless in another."""
    if is_role_arn(written):
        return written
    role = file.configuration.deployment().roles.get(written)
    if role is None:
        raise UsageError(f"`--role-arn {written}`: {file.name} has no such role", "write the role's ARN, or its name")
    return role.arn(*_place(side))


def _check_pins(options: argparse.Namespace, presented: Presented, side: RoleSide) -> None:
    """A token that is pinned to ARNs can only be judged where the role's own is known, unless the file names both."""
    by_name = side.trusting is not None and options.role_arn and not any(map(is_role_arn, options.role_arn))
    if presented.pinned and not side.arn_known and not by_name:
        text = "the token is pinned to roles by their ARNs, and the ARN of this one is not known"
        remedy = "add `--account` with the account's 12 digits" if side.trusting else "name it beside `--trust-policy`"
        raise UsageError(text, remedy)


def _place(side: RoleSide) -> tuple[str, str]:
    parts = side.account.role_arn.split(":")
    return parts[1], parts[4]


def _keys(options: argparse.Namespace, presented: Presented, side: RoleSide) -> IssuerKeys:
    """The issuer's keys; only an issuer that the account knows is asked, as STS does."""
    if options.jwks:
        return IssuerKeys(read_json(options.jwks, "the JWK Set"))
    known = {provider.issuer for provider in side.account.providers}
    if options.no_jwks or not isinstance(presented.token, str) or presented.issuer not in known:
        return IssuerKeys()
    return fetch(presented.issuer, Network())


def _wording(options: argparse.Namespace, file: _File | None, presented: Presented, side: RoleSide) -> FieldWording:
    """The profiles of the file, where it is known that the token or the role is of its deployment."""
    if file is None:
        return FieldWording({})
    deployment = file.configuration.deployment()
    by_path = {role.arn_path: role for role in deployment.roles.values()}
    role = side.trusting or by_path.get(side.account.role_arn.partition(":role/")[2])
    own = (presented.profile, role, options.config, presented.issuer == file.configuration.issuer.url)
    if not any(own):
        return FieldWording({})
    return FieldWording(
        deployment.profiles, presented.profile, role.name if role else None, role.profile if role else None
    )
