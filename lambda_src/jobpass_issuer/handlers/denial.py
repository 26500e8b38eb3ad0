"""The record of a denial: who was refused a token and why, and nothing that might be a secret."""

from jobpass_issuer.domain.errors import IssuerError, shown
from jobpass_issuer.domain.issuance_record import DenialRecord, Origin
from jobpass_issuer.domain.request_token import named_job
from jobpass_issuer.handlers import github_token, request
from jobpass_issuer.handlers.issuance_log import write
from jobpass_issuer.handlers.response import status_of


def deny(event: request.Event, origin: Origin, error: IssuerError) -> None:
    """Write down that a request for a token, or for credentials that a token buys, is refused."""
    job_id = named_job(request.header(event, "authorization"))
    address, request_id = origin.source_address, origin.request_id
    write(DenialRecord(error.code, status_of(error), job_id, _audience(event), address, request_id))


def _audience(event: request.Event) -> str | None:
    """The audience that a request names in its path or its query, where it can be shown."""
    try:
        named = event.get("pathParameters") or request.query(event, github_token.PARAMETERS)
    except IssuerError:
        return None
    audience = named.get("audience") or ""
    return audience if shown(audience) == audience else None
