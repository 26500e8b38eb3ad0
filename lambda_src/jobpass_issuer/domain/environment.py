"""Environment blocks: what a job's own client needs to find the issuer, ready to be handed to the job."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobpass_issuer.domain.audience import AZURE, google_provider
from jobpass_issuer.domain.registration import Registration

DEFAULT_BLOCKS = ("github",)
_WORKSPACE = "workspace"
# RFC 3986, section 2.3.
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Handover:
    """A registered job with the secret that it is about to be given; `repr` does not show it."""

    api_url: str
    registration: Registration
    request_token: str

    def __repr__(self) -> str:
        return f"Handover(job_id={self.registration.job_id!r})"

    @property
    def request_url(self) -> str:
        """Where the job asks for its tokens; holds a `?`, since GitHub's clients append `&audience=…`."""
        return f"{self.api_url}/v1/token?api-version=1"


def _jobpass(job: Handover) -> dict[str, Any]:
    """The `jobpass` command and library, beside whatever else the job's machine has of GitHub's or another's."""
    return {
        "JOBPASS_REQUEST_URL": job.request_url,
        "JOBPASS_REQUEST_TOKEN": job.request_token,
    }


def _github(job: Handover) -> dict[str, Any]:
    """GitHub Actions toolkit, `@actions/core`."""
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": job.request_url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": job.request_token,
    }


def _windmill(job: Handover) -> dict[str, Any]:
    """Windmill's clients, `wmill` and `windmill-client`."""
    return {
        "BASE_INTERNAL_URL": job.api_url,
        "WM_TOKEN": job.request_token,
        "WM_WORKSPACE": job.registration.fields[_WORKSPACE],
    }


def _aws_sdk(job: Handover) -> dict[str, Any]:
    """AWS SDKs and tools reference guide, "Container credential provider"."""
    role_arn = _encoded(next(iter(job.registration.roles)))
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{job.api_url}/v1/credentials?role_arn={role_arn}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": job.request_token,
    }


def _google(job: Handover) -> dict[str, Any]:
    """The credential configuration of google-auth (AIP-4117, "External Account Credentials")."""
    audience, provider = _google_audiences(job.registration.audiences)[0]
    return {
        "universe_domain": "googleapis.com",
        "type": "external_account",
        "audience": provider,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {
            "url": f"{job.request_url}&audience={_encoded(audience)}",
            "headers": {"Authorization": f"Bearer {job.request_token}"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        },
    }


def _azure(job: Handover) -> dict[str, Any]:
    """Terraform's azurerm and azuread providers, "Authenticating using OpenID Connect"."""
    return {
        "ARM_USE_OIDC": "true",
        "ARM_OIDC_REQUEST_URL": job.request_url,
        "ARM_OIDC_REQUEST_TOKEN": job.request_token,
    }


BLOCKS: Mapping[str, Callable[[Handover], dict[str, Any]]] = {
    "jobpass": _jobpass,
    "github": _github,
    "windmill": _windmill,
    "aws-sdk": _aws_sdk,
    "google": _google,
    "azure": _azure,
}


def mistake(
    block: str,
    fields: Mapping[str, str] | None,
    audiences: Sequence[str] | None,
    roles: Sequence[str] | None,
) -> str | None:
    """Return why a job cannot have a block and how to mend it, or None where it can.

    What is None is not known yet, and nothing is said of it.
    """
    if block not in BLOCKS:
        return f"must be one of {', '.join(BLOCKS)}"
    if block == "windmill" and fields is not None and _WORKSPACE not in fields:
        return "needs the job's field `workspace`, which Windmill's clients name in each request"
    if block == "aws-sdk" and roles is not None and not roles:
        return "needs a role to draw credentials for: name it in `roles`"
    if audiences is None:
        return None
    if block == "google" and not _google_audiences(audiences):
        return "needs a Google Cloud provider in `audiences`, such as `https://iam.googleapis.com/projects/…`"
    if block == "azure" and AZURE not in audiences:
        return f"needs `{AZURE}` in `audiences`"
    return None


def blocks(names: Sequence[str], handover: Handover) -> dict[str, dict[str, Any]]:
    """Return the blocks of these names for a job that `mistake` finds nothing missing of. They hold its secret."""
    return {name: BLOCKS[name](handover) for name in names}


def _google_audiences(audiences: Sequence[str]) -> list[tuple[str, str]]:
    """The audiences that are Google Cloud providers, each with the provider's name."""
    return [(each, name) for each in audiences if (name := google_provider(each))]


def _encoded(value: str) -> str:
    """A value as a query takes it, percent-encoded."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in value.encode())
