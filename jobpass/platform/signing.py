"""The two ways in which a platform proves itself; each brings its library when it is chosen, and not before."""

import os
from typing import TYPE_CHECKING

from jobpass.platform.api import Signer
from jobpass.platform.errors import SettingsError, library_missing
from jobpass.platform.region import region_of

if TYPE_CHECKING:
    import boto3


def by_invocation_role(
    host: str, role_arn: str | None, region: str | None, session: "boto3.Session | None", session_name: str
) -> Signer:
    """Return what signs with a platform's invocation role, for the API at a host.

    Raises:
        SettingsError: the Region is nowhere said, or an argument does not serve.
        JobpassError: boto3 is not installed.
    """
    try:
        from jobpass.platform.invocation_role import InvocationRole  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise library_missing(error.name or "boto3") from None
    where = region or region_of(host) or (session.region_name if session else None)
    where = where or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not where:
        text = f"the Region of the API is not known: its host name, {host}, does not say it"
        raise SettingsError("no_region", text, "set AWS_REGION to the Region where the stack is")
    return InvocationRole(where, role_arn, session=session, session_name=session_name)


def by_assertion(*, issuer_url: str, platform: str, key_id: str, private_key: str | bytes) -> Signer:
    """Return what makes client assertions with a platform's own key.

    Raises:
        SettingsError: one of the arguments cannot be what it should be.
        JobpassError: cryptography is not installed.
    """
    try:
        from jobpass.platform.client_assertions import ClientAssertions  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise library_missing(error.name or "cryptography") from None
    return ClientAssertions(issuer_url=issuer_url, platform=platform, key_id=key_id, private_key=private_key)
