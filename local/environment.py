"""The exports that let a shell's unmodified programs use the embedded AWS, its issuer and one registered job."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.emulator import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local.folder import Folder, write_private
from local.registration import Registration

# What a shell may hold of another account, and what would win over the exports.
FORGOTTEN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "JOBPASS_REQUEST_URL",
    "JOBPASS_REQUEST_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_DEFAULT_OUTPUT",
    "ALL_PROXY",
    "all_proxy",
    "HTTP_PROXY",
    "http_proxy",
)
# Every service has an endpoint variable of its own, which wins over the one for all (AWS SDKs and Tools Reference
# Guide, "Service-specific endpoints"), so whatever of them the shell has is looked up there.
_FORGET_ENDPOINTS = (
    r"for jobpass_name in $(env | sed -n 's/^\(AWS_ENDPOINT_URL_[A-Za-z0-9_]*\)=.*/\1/p'); "
    'do unset "$jobpass_name"; done; unset jobpass_name'
)
NODE_NAMES = Path(__file__).with_name("names.cjs")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def reaching_variables(
    folder: Folder, *, endpoint_url: str, authority: Path, proxy_url: str, region: str, names: Sequence[str] = ()
) -> dict[str, str]:
    """What any program needs to reach the embedded AWS and the issuer by their own names, and nothing else.

    localhost is not excluded from the proxy: programs apply that to every name under it, the API's among them, and
    few of them know where such names lead.
    """
    trusted = dict.fromkeys(
        ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "DENO_CERT"),
        str(authority),
    )
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        **trusted,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder.aws_config),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder.aws_credentials),
        "AWS_PAGER": "",
        "HTTPS_PROXY": proxy_url,
        "https_proxy": proxy_url,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        # Node reads the proxy variables only when told to (Node.js 24, "Built-in proxy support").
        "NODE_USE_ENV_PROXY": "1",
        # Node before 22.21 and 24.5 cannot; for those a preloaded file leads the same names there.
        "NODE_OPTIONS": f"--require {json.dumps(str(NODE_NAMES))}",
        "JOBPASS_LOCAL_NAMES": ",".join(names),
    }


def job_variables(outputs: Mapping[str, str], registration: Registration) -> dict[str, str]:
    """What a job finds in its environment, and what the how-tos and the runbook ask of a platform's and an operator's.

    For the job: where to ask for tokens and with what, and the role to assume.
    """
    return {
        "JOBPASS_ISSUER_URL": outputs["IssuerUrl"],
        "JOBPASS_API_URL": outputs["ApiUrl"],
        "JOBPASS_KEYS_FUNCTION": outputs["KeysFunctionName"],
        "INVOCATION_ROLE_ARN": outputs["PlatformCiServerInvocationRoleArn"],
        "ACTIONS_ID_TOKEN_REQUEST_URL": registration.request_url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": registration.request_token,
        "ROLE_ARN": outputs["RoleWebDeployArn"],
    }


def script(variables: Mapping[str, str], first_on_path: Path) -> str:
    """A POSIX shell script of exports; every value is quoted, whatever is in it.

    Raises ValueError for a name that a shell would not take as one, or a value with a NUL.
    """
    lines = ["# Read it into a shell: . .local/env", f"unset {' '.join(FORGOTTEN)}", _FORGET_ENDPOINTS]
    for name, value in variables.items():
        if _VARIABLE_NAME.fullmatch(name) is None or "\0" in value:
            raise ValueError(f"not something a shell can export: {name!r}")
        lines.append(f"export {name}={shlex.quote(value)}")
    lines.append(f'export PATH={shlex.quote(str(first_on_path))}:"$PATH"')
    return "\n".join(lines) + "\n"


def write(folder: Folder, variables: Mapping[str, str]) -> None:
    """Write the exports where only their owner can read them: the request token is a secret."""
    write_private(folder.env, script(variables, folder.bin))
