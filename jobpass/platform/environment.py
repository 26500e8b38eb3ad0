"""The client as the environment describes it: by the invocation role's variables, or by those of a key of one's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jobpass.job.https import checked
from jobpass.platform.errors import SettingsError
from jobpass.platform.region import region_of

if TYPE_CHECKING:
    from jobpass.platform.jobs import Jobs

API_URL = "JOBPASS_API_URL"
# The second is what the how-to of an earlier version has its reader set.
ROLE_ARN = ("JOBPASS_INVOCATION_ROLE_ARN", "INVOCATION_ROLE_ARN")
REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
PLATFORM, ISSUER_URL, KEY_FILE, KEY_ID = (
    "JOBPASS_PLATFORM",
    "JOBPASS_ISSUER_URL",
    "JOBPASS_PLATFORM_KEY_FILE",
    "JOBPASS_PLATFORM_KEY_ID",
)
# JOBPASS_ISSUER_URL alone says nothing of how a platform proves itself: others read it too.
_OWN_KEY = (PLATFORM, KEY_FILE, KEY_ID)
_MAX_KEY_BYTES = 1 << 16


def described(jobs: "type[Jobs]", environ: Mapping[str, str]) -> "Jobs":
    """Return the client that an environment describes.

    Raises:
        SettingsError: something is missing, there by half, or does not serve.
    """
    api_url = environ.get(API_URL)
    if not api_url:
        text = f"{API_URL} is not set: where the API is, nothing else says"
        raise SettingsError("settings_missing", text, f"set {API_URL} to the deployment's output `ApiUrl`")
    role_name = next((name for name in ROLE_ARN if environ.get(name)), None)
    role_arn = environ[role_name] if role_name else None
    by_key = {name: environ.get(name, "") for name in (*_OWN_KEY, ISSUER_URL)}
    missing = [name for name, value in by_key.items() if not value]
    if role_arn and not missing:
        text = f"the environment has {role_name} and {PLATFORM}: a platform proves itself by one of the two"
        raise SettingsError("settings_ambiguous", text, "unset the variables of the way that is not meant")
    if role_arn:
        # The stack's own Region comes first: AWS_REGION may be where the platform is.
        host = checked(api_url, API_URL).hostname or ""
        region = region_of(host) or next(filter(None, map(environ.get, REGION)), None)
        return jobs(api_url, invocation_role_arn=role_arn, region=region)
    if missing:
        raise _incomplete(by_key, missing)
    return jobs.by_assertion(
        api_url,
        issuer_url=by_key[ISSUER_URL],
        platform=by_key[PLATFORM],
        key_id=by_key[KEY_ID],
        private_key=_read(by_key[KEY_FILE]),
    )


def _incomplete(by_key: Mapping[str, str], missing: list[str]) -> SettingsError:
    if not any(by_key[name] for name in _OWN_KEY):
        text = f"nothing says how this platform proves itself: {ROLE_ARN[0]} is not set"
        remedy = (
            f"set {ROLE_ARN[0]} to the output `Platform…InvocationRoleArn`; or, for a platform without AWS "
            f"credentials, {', '.join(_OWN_KEY)} and {ISSUER_URL}"
        )
        return SettingsError("settings_missing", text, remedy)
    have = " and ".join(name for name in _OWN_KEY if by_key[name])
    verb = "are" if " and " in have else "is"
    text = f"{have} {verb} set, but {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not"
    meaning = {
        PLATFORM: "the platform's name in jobpass.yaml",
        ISSUER_URL: "the output `IssuerUrl`",
        KEY_FILE: "the file of its private key",
        KEY_ID: "the `kid` of its public key in jobpass.yaml",
    }
    remedy = "set " + ", ".join(f"{name} to {meaning[name]}" for name in missing)
    return SettingsError("settings_incomplete", text, remedy)


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            data = file.read(_MAX_KEY_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no file's name"
        text = f"{KEY_FILE}: the file {name!a} cannot be read ({reason})"
        raise SettingsError("key_unreadable", text, "name the private key's file, and let this user read it") from None
    if len(data) > _MAX_KEY_BYTES:
        text = f"{KEY_FILE}: the file {name!a} is longer than any key"
        raise SettingsError("key_malformed", text, "name the private key's file")
    return data
