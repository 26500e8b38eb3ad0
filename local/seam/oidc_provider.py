"""IAM's OIDC provider record: what may stand in one, and how it changes.

IAM keeps a URL's trailing slash, where ministack drops it, so that a URL with and one without it are two providers.
"""

from typing import Any
from urllib.parse import urlsplit

from local.seam.ministack_parts import part

MAX_CLIENT_IDS = 100
MAX_THUMBPRINTS = 5


class ProviderError(Exception):
    """IAM refuses a change of a provider; `code` and `message` as AWS words them."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def arn_of(url: str, account: str) -> str:
    """The provider's ARN; raises ProviderError for a URL that IAM refuses (CreateOpenIDConnectProvider)."""
    return f"arn:aws:iam::{account}:oidc-provider/{_name_of(url)}"


def create(url: str, client_ids: list[str], thumbprints: list[str], tags: list[dict[str, str]]) -> dict[str, Any]:
    """Make a provider in the account of the request and return its record; raises ProviderError."""
    arn = arn_of(url, part("get_account_id")())
    providers = part("_oidc_providers")
    if arn in providers:
        raise ProviderError("EntityAlreadyExists", f"Provider with url {url} already exists.", 409)
    provider: dict[str, Any] = {"Arn": arn, "Url": _name_of(url), "CreateDate": part("_now")(), "Tags": list(tags)}
    set_client_ids(provider, client_ids)
    set_thumbprints(provider, thumbprints)
    providers[arn] = provider
    return provider


def find(arn: str) -> dict[str, Any]:
    """The record of a provider in the account of the request; raises ProviderError when there is none."""
    provider: dict[str, Any] | None = part("_oidc_providers").get(arn)
    if provider is None:
        raise ProviderError("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", 404)
    return provider


def delete(arn: str) -> None:
    """Remove a provider; raises ProviderError when there is none."""
    if part("_oidc_providers").pop(arn, None) is None:
        raise ProviderError("NoSuchEntity", f"OpenId connect Provider {arn} cannot be found.", 404)


def set_client_ids(provider: dict[str, Any], client_ids: list[str]) -> None:
    """Replace the client IDs, each kept once in the order first seen; raises ProviderError above 100."""
    kept = list(dict.fromkeys(client_ids))
    if len(kept) > MAX_CLIENT_IDS:
        raise ProviderError(
            "LimitExceeded", f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MAX_CLIENT_IDS}", 409
        )
    provider["ClientIDList"] = kept


def set_thumbprints(provider: dict[str, Any], thumbprints: list[str]) -> None:
    """Replace the thumbprints, in lower case; raises ProviderError for six or more."""
    if len(thumbprints) > MAX_THUMBPRINTS:
        raise ProviderError("InvalidInput", "Thumbprint list must contain fewer than 5 entries.")
    provider["ThumbprintList"] = [thumbprint.lower() for thumbprint in thumbprints]


def _name_of(url: str) -> str:
    """The URL without scheme and default port, letter case and trailing slash kept."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ProviderError("InvalidInput", "Unknown") from None
    # NOTE: "?" and "#" are looked for in the text, since an empty query or fragment leaves no other trace.
    if parts.scheme != "https" or not parts.netloc or "?" in url or "#" in url or port not in (None, 443):
        raise ProviderError("InvalidInput", "Unknown")
    return f"{parts.netloc.removesuffix(':443')}{parts.path}"
