"""Which arguments of explain go together, checked before anything is looked at."""

import argparse
import re
from collections.abc import Mapping

from jobpass.command.errors import UsageError
from jobpass.command.masking import masked
from jobpass.explain.federation import is_role_arn
from jobpass_issuer.domain.issuer import url_mistake

_ACCOUNT = re.compile(r"[0-9]{12}")
_TOKENS, _PREVIEWS = ("token_file", "token_env"), ("profile", "registration")
_PREVIEW = {"field": "--field", "audience": "--audience", "role_arn": "--role-arn"}
_POLICY = {"provider_url": "--provider-url", "client_id": "--client-id", "max_session_seconds": "--max-session-seconds"}


def check(options: argparse.Namespace) -> None:
    """Refuse what no command line may combine or leave out.

    Raises:
        UsageError: with the first mistake.
    """
    _presented(options)
    _role(options)
    _values(options)


def _presented(options: argparse.Namespace) -> None:
    sources = [name for name in (*_TOKENS, *_PREVIEWS) if getattr(options, name)]
    if len(sources) != 1:
        text = "name one thing to present" if not sources else "name one thing to present, not several"
        raise UsageError(text, "`--token-file`, `--token-env`, `--profile` with `--field`, or `--registration`")
    if sources[0] in _TOKENS:
        _unwanted(options, _PREVIEW, "a token says itself what it is")
    if sources[0] == "registration":
        _unwanted(options, {"field": "--field"}, "a registration has its fields")
    if [options.token_file, options.registration, options.trust_policy, options.jwks].count("-") > 1:
        raise UsageError("standard input can be one thing only", "write the others to files")


def _role(options: argparse.Namespace) -> None:
    if not options.role and not options.trust_policy:
        raise UsageError("no role is named", "name one of jobpass.yaml, one by its ARN, or add `--trust-policy FILE`")
    if options.role and options.role.startswith("arn:") and not is_role_arn(options.role):
        raise UsageError("that is no ARN of a role", "write it whole: arn:aws:iam::<account>:role/<path and name>")
    if options.trust_policy and options.role and not is_role_arn(options.role):
        text = "beside `--trust-policy`, ROLE is the role's ARN and not a name"
        raise UsageError(text, "write the ARN, or leave one of both out")
    if not options.trust_policy:
        _unwanted(options, _POLICY, "only a trust policy in a file leaves it open")


def _values(options: argparse.Namespace) -> None:
    if any(masked(each) != each for each in (options.session_name or "", *options.context)):
        raise UsageError("`--session-name` or `--context` holds a token", "hand it over with `--token-env`")
    if options.jwks and options.no_jwks:
        raise UsageError("`--jwks` and `--no-jwks` exclude one another", "leave one of both out")
    if options.account and not _ACCOUNT.fullmatch(options.account):
        raise UsageError("`--account` is no account number", "write its 12 digits")
    mistake = url_mistake(options.issuer_url) if options.issuer_url else None
    if mistake:
        raise UsageError(f"`--issuer-url` {mistake}", "write it as the stack's output `IssuerUrl` has it")


def _unwanted(options: argparse.Namespace, names: Mapping[str, str], reason: str) -> None:
    given = [flag for name, flag in names.items() if getattr(options, name)]
    if given:
        raise UsageError(f"{' and '.join(given)} cannot be used here: {reason}", "leave that out")
