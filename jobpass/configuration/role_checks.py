"""Checks of trusting roles: each trusts some job that exists, no more than it says, and IAM takes its policy."""

import json
from collections.abc import Iterator, Mapping

from jobpass.configuration import account_checks, permission_checks, when_checks
from jobpass.configuration.condition import compatible, contradiction
from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding, Path
from jobpass.configuration.platform_checks import MAX_TRUST_POLICY_LENGTH, audiences, named, repeats, where
from jobpass.configuration.resource_names import same_pascal
from jobpass.configuration.role_settings import RoleSettings
from jobpass.configuration.suggestion import listed
from jobpass.configuration.when_checks import alternatives, tagged_fields
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

# CloudFront's labels have 13 or 14 characters today; this leaves room.
_LONGEST_ISSUER = f"https://d{'x' * 19}.cloudfront.net"
# A trusting role is named as the stack names its own roles: `<deployment>-<name>`.
OWN_ROLES = frozenset(
    {
        "audit",
        "audit-schedule",
        "canary",
        "canary-platform",
        "canary-schedule",
        "jobs",
        "keys",
        "keys-schedule",
        "token",
    }
)
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
        if settings.account is not None:
            yield from (((*path, "account"), said) for _, said in named(path, "account", [settings.account], draft))
        yield from permission_checks.findings(name, settings, draft.configuration)
    platforms = _certain_platforms(draft)
    some = {name: when_checks.some_subject(profile) for name, profile in draft.profiles.items()}
    for name, role, profile in draft.roles():
        mistakes = list(when_checks.findings(draft.configuration.roles[name], role, profile))
        yield from mistakes
        if not mistakes:
            yield from _admitted(draft.configuration.roles[name], role, profile, platforms)
            yield from when_checks.breadth_findings(draft.configuration, role, profile, some[profile.name])
            yield from _size(("roles", name), role, profile, draft)
    yield from same_pascal("roles", draft.configuration.roles)
    yield from _same(draft)
    yield from account_checks.findings(draft)


def _certain_platforms(draft: Draft) -> dict[str, Platform]:
    """All platforms, or none where one of them is not as its author means it."""
    platforms = dict(draft.platforms())
    mistaken = any(any(where(("platforms", name), platform, draft)) for name, platform in platforms.items())
    return platforms if draft.read("platforms") and not mistaken else {}


def _admitted(
    settings: RoleSettings, role: TrustingRole, profile: Profile, platforms: Mapping[str, Platform]
) -> Iterator[Finding]:
    """Refuse a role that no platform's jobs could ever assume, and an alternative that none's could."""
    if not platforms:
        return
    path = ("roles", role.name)
    mend = f"Change `when`{' or `session_tags`' if role.session_tags else ''}, or a platform's `where`"
    tagged = tagged_fields(role, profile)
    admitting: set[str] = set()
    hopeless: list[Finding] = []
    for place, alternative in alternatives(role.name, settings):
        obstacles = {name: _obstacle(role, profile, (alternative, tagged), each) for name, each in platforms.items()}
        admitting |= {name for name, said in obstacles.items() if said is None}
        if all(obstacles.values()):
            reasons = "; ".join(f"`{name}` {said}" for name, said in list(obstacles.items())[:5])
            hopeless.append((place, f"trusts jobs that no platform can register: {reasons}. {mend}"))
    if not admitting:
        yield path, hopeless[0][1]
        return
    yield from hopeless
    if role.pin_required and not any(role.name in platforms[name].roles for name in admitting):
        names = [name for name in platforms if name in admitting]
        text = f"is required, and no platform's jobs may pin this role: add it to `roles` of {listed(names)}"
        yield (*path, "pin"), text


def _obstacle(
    role: TrustingRole, profile: Profile, wanted: tuple[Mapping[str, str], ...], platform: Platform
) -> str | None:
    if role.profile not in platform.profiles:
        return f"does not register profile `{role.profile}`"
    if not set(role.audiences) & set(platform.audiences):
        return f"has none of the audiences {listed(role.audiences)}"
    for name, registered in platform.where.items():
        if any(name in each and not compatible(registered, each[name]) for each in wanted):
            return f"registers only {name} `{registered}`"
    bound = contradiction(profile, (platform.where, *wanted))
    if bound is not None:
        return f"registers only {bound[0]} `{bound[1]}`, which is `{profile.fields[bound[0]].like}`"
    return None


def _same(draft: Draft) -> Iterator[Finding]:
    """Refuse a role that differs from an earlier one in its name alone: somebody meant to change something else too."""
    seen: dict[str, str] = {}
    for name, settings in draft.configuration.roles.items():
        written = json.dumps(settings.model_dump(exclude={"when", "allow_any"}), sort_keys=True, default=str)
        whens = sorted(json.dumps(each, sort_keys=True) for each in map(dict, settings.alternatives))
        first = seen.setdefault(f"{written} {whens}", name)
        if first != name:
            yield ("roles", name), f"differs from `{first}` in its name alone: keep one, or say what sets it apart"


def _size(path: Path, role: TrustingRole, profile: Profile, draft: Draft) -> Iterator[Finding]:
    issuer = Issuer(draft.configuration.issuer.url or _LONGEST_ISSUER)
    provider = f"arn:{_LONGEST_PARTITION}:iam::{'0' * 12}:oidc-provider/{issuer.host_and_path}"
    length = len(json.dumps(role.trust_policy(profile, issuer, provider), separators=(",", ":")))
    if length > MAX_TRUST_POLICY_LENGTH:
        text = f"needs a trust policy of {length} characters, and IAM takes {MAX_TRUST_POLICY_LENGTH}: "
        yield path, text + "name fewer or shorter audiences, or shorten `when`"
