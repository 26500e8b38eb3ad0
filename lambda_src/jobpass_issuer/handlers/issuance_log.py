"""Writing issuance records: one line of the token function's log each."""

from jobpass_issuer.domain.issuance_record import KEY, Record, document
from jobpass_issuer.handlers.telemetry import logger


def write(record: Record) -> None:
    """Write a record down."""
    logger.info(record.KIND, extra={KEY: document(record)})
