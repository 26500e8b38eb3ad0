"""The edge of a function: every way out of a handler is an answer, and every answer is logged and counted."""

from collections.abc import Callable

from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.domain.errors import IssuerError
from jobpass_issuer.handlers.request import Event
from jobpass_issuer.handlers.response import Response, failure, status_of
from jobpass_issuer.handlers.telemetry import count, logger


def _log(error: IssuerError, request_id: str) -> None:
    logger.info("refused", error=error.code, status=status_of(error), request_id=request_id)


def answered(
    work: Callable[[Event], Response],
    event: Event,
    refusal: str,
    failed: Callable[[IssuerError, str], Response] = failure,
    denied: Callable[[IssuerError, str], None] = _log,
) -> Response:
    """Return what the work answers, or the error that it raised, counted under the refusal's name.

    `failed` spells an error, with the request's identifier, as the clients of a route read it; `denied` writes a
    refusal down.
    """
    request_id = str(event.get("requestContext", {}).get("requestId", ""))
    try:
        return work(event)
    except DependencyError as error:
        logger.error("dependency failed", operation=error.operation, reason=error.reason, request_id=request_id)
        count("DependencyFailure", error.operation)
        return failed(error, request_id)
    except IssuerError as error:
        denied(error, request_id)
        count(refusal, error.code)
        return failed(error, request_id)
    except Exception:  # noqa: BLE001 - the last way out: a handler that raises answers nobody
        # A fault of ours. Its traceback goes to the log; the caller gets the identifier that finds it there.
        logger.exception("fault", request_id=request_id)
        count("Fault")
        return failed(IssuerError("Jobpass failed; give the request_id to whoever runs it"), request_id)
