"""Writing issuance records: one line of the token function's log each."""

import json
import sys

from jobpass_issuer.domain.issuance_record import KEY, Record, document

_encoded = json.JSONEncoder(separators=(",", ":")).encode


def write(record: Record) -> None:
    """Write a record down, so that it has left the process when this returns.

    Past the logger, as Powertools writes metrics: no level may keep a record back, and what a logger says beside it is
    paid for with each token. In ASCII, so that there is no text that cannot be written.
    """
    sys.stdout.write(f"{_encoded({KEY: document(record)})}\n")
    sys.stdout.flush()
