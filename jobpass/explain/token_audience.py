"""Whom a token is for, as STS reads `aud` and `azp`."""

from collections.abc import Mapping
from typing import Any

from jobpass.explain import sts_errors
from jobpass.explain.federation import Provider
from jobpass.explain.quoting import listed, quoted
from jobpass.explain.refusal import Refusal
from jobpass.explain.required_claims import claim_text


def audience(claims: Mapping[str, Any]) -> str | Refusal:
    """Return the audience that STS compares with the client IDs: `azp` where there is one, else `aud`."""
    aud = claims["aud"]
    if aud == []:
        return Refusal(
            sts_errors.INVALID_IDENTITY_TOKEN,
            sts_errors.EMPTY_CLAIM.format(claim="aud"),
            "`aud` is an empty list",
            "ask for the token with one audience",
        )
    azp = claims.get("azp")
    if azp is not None:  # An empty one is there all the same.
        return claim_text(azp)
    if not isinstance(aud, list):
        return claim_text(aud)
    if len(aud) > 1:
        return Refusal(
            sts_errors.INVALID_IDENTITY_TOKEN,
            sts_errors.SEVERAL_AUDIENCES,
            f"`aud` names {len(aud)} audiences and there is no `azp`",
            "ask for the token with one audience",
        )
    return claim_text(aud[0])


def wrong_audience(claims: Mapping[str, Any], wanted: str, provider: Provider) -> Refusal | None:
    """Return what STS says of an audience that is none of the provider's client IDs."""
    if wanted in provider.client_ids:
        return None
    name = "azp" if claims.get("azp") is not None else "aud"
    cause = f"`{name}` is {quoted(wanted)}; the provider's client IDs are {listed(provider.client_ids)}"
    if name == "azp":
        cause += "; where a token has `azp`, STS does not look at `aud`"
        remedy = "make the issuer leave `azp` out, or add its value to the provider's client IDs"
    elif any(wanted.strip().rstrip("/") == known.rstrip("/") for known in provider.client_ids):
        remedy = "ask for the token with the client ID letter for letter: a slash or a blank at the end differs"
    elif any(wanted.lower() == known.lower() for known in provider.client_ids):
        remedy = "ask for the token with the client ID letter for letter: capital letters differ"
    else:
        remedy = f"ask for the token with an audience of the provider, or add {quoted(wanted)} to its client IDs"
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, sts_errors.NOT_VALIDATED, cause, remedy)
