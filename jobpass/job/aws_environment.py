"""The environment in which AWS SDKs find one source of credentials, the container's, and none before it.

Pure: the environment and what a file holds come in. Source: AWS SDKs and Tools Reference Guide, "Container credential
provider" and "Standardized credential providers"; the order is botocore's, which has the most sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

URI, AUTHORIZATION = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"

# Other sources, or what would come before one of the two above.
_LOST = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_ACCESS_KEY",  # these two the first SDK for Java
        "AWS_SECRET_KEY",
        "AWS_CREDENTIAL_FILE",  # the tools of EC2's first years, and botocore still
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    }
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LOOPBACK = "127.0.0.1"

# Settings of a profile that bring credentials, or say where they come from.
_BRINGING = frozenset(
    {
        "aws_access_key_id",
        "aws_secret_access_key",
        "credential_process",
        "credential_source",
        "login_session",
        "role_arn",
        "source_profile",
        "sso_account_id",
        "sso_session",
        "sso_start_url",
        "web_identity_token_file",
    }
)
_DEFAULT_PROFILES = ("default", "profile default")


def child_environment(
    environ: Mapping[str, str], *, uri: str, authorization: str, null_file: str = "/dev/null"
) -> dict[str, str]:
    """Return an environment with the container's credentials at `uri` and without any other's.

    The shared credentials file is an empty one; the configuration file, which has the Region, stays. Where there is
    a proxy it is not asked for `uri`, which is on 127.0.0.1.
    """
    kept = {name: value for name, value in environ.items() if name not in _LOST}
    kept.update(_around_proxies(environ))
    kept.update({URI: uri, AUTHORIZATION: authorization, "AWS_SHARED_CREDENTIALS_FILE": null_file})
    return kept


def _around_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """`NO_PROXY` in both spellings: programs read either, and one that is new must not hide what the other says."""
    if not any(environ.get(name) or environ.get(name.lower()) for name in _PROXIES):
        return {}
    upper, lower = environ.get("NO_PROXY"), environ.get("no_proxy")
    return {"NO_PROXY": _with_loopback(upper or lower or ""), "no_proxy": _with_loopback(lower or upper or "")}


def _with_loopback(excluded: str) -> str:
    entries = [entry.strip() for entry in excluded.split(",")]
    if "*" in entries or _LOOPBACK in entries:
        return excluded
    return ",".join([excluded] * bool(excluded.strip()) + [_LOOPBACK])


def config_file(environ: Mapping[str, str]) -> str:
    """Return the AWS configuration file that SDKs read; `~` in it stands for the home directory."""
    return environ.get("AWS_CONFIG_FILE") or "~/.aws/config"


def bringing_setting(text: str, profiles: Sequence[str] = _DEFAULT_PROFILES) -> str | None:
    """Return the setting of the default profile that brings credentials, None where none does.

    `text` is an AWS configuration file. Sections are in brackets, and what is indented belongs to the setting above.
    """
    inside = False
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            inside = " ".join(line.strip()[1:].partition("]")[0].replace('"', " ").split()) in profiles
            continue
        setting = line.partition("=")[0].rstrip()
        if inside and setting.lower() in _BRINGING:
            return setting
    return None
