"""`jobpass policy`: the trust policy of a role, as the deployment writes it."""

import argparse
from pathlib import Path
from typing import Any

from jobpass.command.command import Argument, Command
from jobpass.command.errors import COULD_NOT_LOOK, GOOD, REFUSED, CommandError, UsageError
from jobpass.command.terminal import Terminal
from jobpass.configuration import Configuration, ConfigurationError, load
from jobpass.configuration.platform_checks import MAX_TRUST_POLICY_LENGTH
from jobpass.configuration.role_settings import DEFAULT_AUDIENCE
from jobpass.configuration.suggestion import suggestion
from jobpass.configuration.yaml_document import read
from jobpass.policy.ad_hoc_role import AdHocRole
from jobpass.policy.trust import Trust, length
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.trusting_role import TrustingRole

_AD_HOC = {"form": "--form", "when": "--when", "audience": "--audience", "pin": "--pin", "allow_any": "--allow-any"}


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the policy: by itself, ready for IAM, or with `--json` together with what it was made of."""
    role, profile, configuration = _role(options)
    trust = _trust(options, role, configuration)
    policy = trust.policy(role, profile)
    characters = length(policy)
    if characters > MAX_TRUST_POLICY_LENGTH:
        raise CommandError(
            "policy_too_long",
            f"the trust policy has {characters} characters, and IAM takes {MAX_TRUST_POLICY_LENGTH}",
            "name fewer or shorter audiences, or shorten `when`",
            REFUSED,
        )
    terminal.say_json(_document(options, role, trust, policy) if options.json else policy)
    return GOOD


def _document(options: argparse.Namespace, role: TrustingRole, trust: Trust, policy: dict[str, Any]) -> dict[str, Any]:
    return {
        "role": options.role,
        "profile": role.profile,
        "issuer_url": trust.issuer.url,
        "provider_arn": trust.provider_arn,
        "audiences": list(role.audiences),
        "max_session_seconds": role.max_session_seconds,
        "pin_required": role.pin_required,
        "policy_characters": length(policy),
        "trust_policy": policy,
    }


def _role(options: argparse.Namespace) -> tuple[TrustingRole, Profile, Configuration | None]:
    if (options.role is None) == (options.profile is None):
        raise UsageError(
            "name either a role of the file or, for a role that stands in none, a profile",
            "write `jobpass policy ROLE`, or `jobpass policy --profile NAME --when FIELD=VALUE`",
        )
    if options.profile is not None:
        return _ad_hoc(options)
    extra = [flag for name, flag in _AD_HOC.items() if getattr(options, name)]
    if extra:
        text = f"{' and '.join(extra)} cannot change the role `{options.role}`, which the file describes"
        raise UsageError(text, "leave them out, or describe the role with `--profile` instead of naming it")
    file = options.config or Path("jobpass.yaml")
    configuration = _load(file)
    deployment = configuration.deployment()
    if options.role not in deployment.roles:
        text = f"{file.name} has no role `{options.role}`"
        raise UsageError(text, suggestion(options.role, deployment.roles))
    role = deployment.roles[options.role]
    return role, deployment.profiles[role.profile], configuration


def _ad_hoc(options: argparse.Namespace) -> tuple[TrustingRole, Profile, Configuration | None]:
    file: Path | None = options.config
    configuration = _load(file) if file else None
    when: dict[str, str] = {}
    for each in options.when:
        name, equals, value = each.partition("=")
        if not equals or name in when:
            problem = "names a field twice" if equals else "has no `=`"
            raise UsageError(f"`--when {each}` {problem}", "write each field once, as `--when ref=refs/heads/main`")
        when[name] = value
    audiences = tuple(options.audience) or (DEFAULT_AUDIENCE,)
    if options.form and file:
        raise UsageError("`--form` is for presets, and the file says which form its profile has", "leave it out")
    wish = AdHocRole(options.profile, when, audiences, options.pin, options.allow_any, options.form)
    try:
        role, profile = wish.resolve(read(file.read_text("utf-8-sig")).values if file else None)
    except ConfigurationError as error:
        raise _refused(error, "correct these options: each line says how") from None
    return role, profile, configuration


def _load(file: Path) -> Configuration:
    if not file.is_file():
        raise CommandError(
            "no_configuration",
            f"there is no file {file}",
            "name the deployment's configuration with `--config`, or describe the role with `--profile` and `--when`",
            COULD_NOT_LOOK,
        )
    try:
        return load(file)
    except ConfigurationError as error:
        raise _refused(error, "mend the file first: the deployment refuses it too") from None


def _refused(error: ConfigurationError, remedy: str) -> CommandError:
    count = f"{len(error.problems)} mistake{'' if len(error.problems) == 1 else 's'}"
    problems: list[dict[str, str | int | None]] = [
        {"path": problem.path, "line": problem.line, "message": problem.message} for problem in error.problems
    ]
    return CommandError("configuration", f"{error.source}: {count}", remedy, REFUSED, problems)


def _trust(options: argparse.Namespace, role: TrustingRole, configuration: Configuration | None) -> Trust:
    """Whom the policy trusts: the options come first, then the file."""
    issuer_url = options.issuer_url or (configuration.issuer.url if configuration else None)
    account = options.account or role.account_id
    try:
        if options.provider_arn:
            return Trust.by_provider(options.provider_arn, issuer_url)
        if account and issuer_url:
            return Trust.in_account(account, issuer_url)
    except ValueError as error:
        remedy = (
            "the stack's output `IssuerUrl` has the URL, `aws iam list-open-id-connect-providers` the account's ARNs"
        )
        raise UsageError(str(error), remedy) from None
    if issuer_url is None:
        raise UsageError(
            "the issuer's URL is not known: a condition's key begins with it",
            "add `--issuer-url` with the stack's output `IssuerUrl`, or `--provider-arn`",
        )
    text = "the account of the role is not known: the policy names the OIDC provider of that account"
    raise UsageError(text, "add `--account` with its 12 digits, or `--provider-arn`")


COMMAND = Command(
    name="policy",
    description="Print the trust policy of a role of jobpass.yaml, letter for letter as the deployment writes it, for "
    "people who keep their roles elsewhere. With `--profile` the role stands in no file: it trusts jobs of a preset, "
    "or of a profile of the file that `--config` names. The same checks hold as for the file: an unknown field, or a "
    "role that trusts too many jobs, is refused.\n\n"
    "The role's account needs an OIDC provider of this issuer whose client IDs include the policy's audiences.",
    arguments=(
        Argument(("role",), "a role of the file", {"metavar": "ROLE", "nargs": "?"}),
        Argument(
            ("--config",),
            "the deployment's configuration (default: jobpass.yaml, for ROLE)",
            {"metavar": "FILE", "type": Path},
        ),
        Argument(("--issuer-url",), "the issuer (default: `issuer.url` of the file)", {"metavar": "URL"}),
        Argument(("--provider-arn",), "the OIDC provider in the role's account", {"metavar": "ARN"}),
        Argument(
            ("--account",),
            "the role's account, in the place of the provider's ARN (default: that of the file, where it names one)",
            {"metavar": "ID"},
        ),
        Argument(
            ("--profile",), "the preset, or the profile of `--config`, whose jobs are trusted", {"metavar": "NAME"}
        ),
        Argument(("--form",), "the preset's form, where it has several (default: its first)", {"metavar": "FORM"}),
        Argument(
            ("--when",),
            "what a field of such a job must be; `*` stands for any text, `?` for one character; may be repeated",
            {"metavar": "FIELD=VALUE", "action": "append", "default": []},
        ),
        Argument(
            ("--audience",),
            "an audience that the role takes (default: sts.amazonaws.com); may be repeated",
            {"metavar": "AUDIENCE", "action": "append", "default": []},
        ),
        Argument(("--pin",), "take only tokens that are pinned to the role", {"action": "store_true"}),
        Argument(("--allow-any",), "why the role may trust so many jobs", {"metavar": "REASON"}),
    ),
    examples=(
        "jobpass policy web-deploy --issuer-url https://oidc.example.com --account 111122223333",
        "jobpass policy --profile semaphore --when org=acme --when repo=web --when ref_type=branch \\",
        "  --when ref=refs/heads/main --issuer-url https://oidc.example.com --account 111122223333",
    ),
    run=run,
)
