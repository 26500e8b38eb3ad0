"""Checks of trusting roles: each trusts some job that exists, no more than it says, and IAM takes its policy."""

import json
from collections.abc import Iterator, Mapping

from jobpass.configuration import when_checks
from jobpass.configuration.condition import compatible
from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.platform_checks import MAX_TRUST_POLICY_LENGTH, audiences, named, repeats, where
from jobpass.configuration.resource_names import same_pascal
from jobpass.configuration.suggestion import listed
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

# IAM user guide, "IAM and AWS STS quotas": client IDs of an OIDC provider.
MAX_CLIENT_IDS = 100
# CloudFront's labels have 13 or 14 characters today; this leaves room.
_LONGEST_ISSUER = f"https://d{'x' * 19}.cloudfront.net"
# A trusting role is named as the stack names its own roles: `<deployment>-<name>`.
OWN_ROLES = frozenset({"token", "jobs", "keys", "keys-schedule"})
_LONGEST_PARTITION = "aws-us-gov"


def findings(draft: Draft) -> Iterator[Finding]:
    """Return what is wrong with each role, and with all of them together."""
    for name, settings in draft.configuration.roles.items():
        path = ("roles", name)
        if name.startswith("platform-"):
            yield path, "begins with `platform-`, as the names of invocation roles do: choose another name"
        if name in OWN_ROLES:
            yield path, "would be named like a role that the stack makes for itself: choose another name"
        yield from repeats((*path, "managed_policies"), settings.managed_policies)
        yield from audiences((*path, "audiences"), settings.audiences)
        for _, text in named(path, "profile", [settings.profile], draft):
            yield (*path, "profile"), text
    platforms = _certain_platforms(draft)
    for name, role, profile in draft.roles():
        mistakes = list(when_checks.findings(draft.configuration.roles[name], role, profile))
        yield from mistakes
        if not mistakes:
            yield from _admitted(("roles", name), role, platforms)
            yield from when_checks.breadth_findings(draft.configuration, role, profile)
            yield from _size(("roles", name), role, profile, draft)
    yield from same_pascal("roles", draft.configuration.roles)
    yield from _client_ids(draft)


def _certain_platforms(draft: Draft) -> dict[str, Platform]:
    """All platforms, or none where one of them is not as its author means it."""
    platforms = dict(draft.platforms())
    mistaken = any(any(where(("platforms", name), platform, draft)) for name, platform in platforms.items())
    return platforms if draft.read("platforms") and not mistaken else {}


def _admitted(path: Path, role: TrustingRole, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Refuse a role that no platform's jobs could ever assume."""
    if not platforms:
        return
    obstacles = {name: _obstacle(role, platform) for name, platform in platforms.items()}
    if all(obstacles.values()):
        reasons = "; ".join(f"`{name}` {said}" for name, said in list(obstacles.items())[:5])
        yield path, f"trusts jobs that no platform can register: {reasons}. Change `when`, or a platform's `where`"
    elif role.pin_required:
        names = [name for name, said in obstacles.items() if said is None]
        if not any(role.name in platforms[name].roles for name in names):
            text = f"is required, and no platform's jobs may pin this role: add it to `roles` of {listed(names)}"
            yield (*path, "pin"), text


def _obstacle(role: TrustingRole, platform: Platform) -> str | None:
    if role.profile not in platform.profiles:
        return f"does not register profile `{role.profile}`"
    if not set(role.audiences) & set(platform.audiences):
        return f"has none of the audiences {listed(role.audiences)}"
    said = [_contradiction(alternative, platform) for alternative in role.when]
    return next(filter(None, said), None) if all(said) else None


def _contradiction(when: Mapping[str, str], platform: Platform) -> str | None:
    for name, wanted in platform.where.items():
        if name in when and not compatible(wanted, when[name]):
            return f"registers only {name} `{wanted}`"
    return None


def _size(path: Path, role: TrustingRole, profile: Profile, draft: Draft) -> Iterator[Finding]:
    issuer = Issuer(draft.configuration.issuer.url or _LONGEST_ISSUER)
    provider = f"arn:{_LONGEST_PARTITION}:iam::{'0' * 12}:oidc-provider/{issuer.host_and_path}"
    length = len(json.dumps(role.trust_policy(profile, issuer, provider), separators=(",", ":")))
    if length > MAX_TRUST_POLICY_LENGTH:
        text = f"needs a trust policy of {length} characters, and IAM takes {MAX_TRUST_POLICY_LENGTH}: "
        yield path, text + "name fewer or shorter audiences, or shorten `when`"


def _client_ids(draft: Draft) -> Iterator[Finding]:
    every = {each for settings in draft.configuration.roles.values() for each in settings.audiences}
    if len(every) > MAX_CLIENT_IDS:
        text = f"name {len(every)} audiences in all, and an IAM provider takes {MAX_CLIENT_IDS}: let roles share some"
        yield ("roles",), text
