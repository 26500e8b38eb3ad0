"""Issuance records, and registrations, as the functions' logs have them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jobpass.audit.aws import Aws, asking
from jobpass.errors import UnavailableError
from jobpass_issuer.domain.audit import Window, Written
from jobpass_issuer.domain.issuance_record import KEY, record_of, written_name

ALL = f'{{ $.{KEY}.kind = "*" }}'
Progress = Callable[[str], None]


# As many identifiers as a pattern of 1,024 characters has room for (CloudWatch Logs API, "FilterLogEvents").
TOKENS_AT_ONCE = 16


def with_member(name: str, *values: str) -> str:
    """Return the pattern of records of which a member has one of these values, which hold no quotation mark.

    In a pattern an asterisk stands for anything: what is found is to be compared.
    """
    tests = (f'$.{KEY}.{written_name(name)} = "{value}"' for value in values)
    return f"{{ {' || '.join(tests)} }}"


def written(aws: Aws, log_group: str, window: Window, progress: Progress, pattern: str = ALL) -> Iterator[Written]:
    """Return the records that were written in a window.

    Raises:
        JobpassError: the log group cannot be read.
        UnavailableError: a record cannot be read: this command is older than the function that wrote it.
    """
    for number, line in enumerate(lines(aws, log_group, window, pattern), 1):
        if number % 500 == 0:
            progress(f"reading issuance records: {number:,}")
        try:
            yield Written(line["timestamp"] / 1000, record_of(json.loads(line["message"])[KEY]))
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            text = f"a line of {log_group} has a record that cannot be read ({error})"
            remedy = "use the `jobpass` of the version that is deployed, or a newer one"
            raise UnavailableError("record_malformed", text, remedy) from None


def registrations(aws: Aws, log_group: str, window: Window, job_id: str) -> Iterator[Mapping[str, Any]]:
    """Return what the jobs function logged of a job in a window: that it was registered, that it was ended.

    Raises:
        JobpassError: the log group cannot be read.
    """
    for line in lines(aws, log_group, window, f'{{ $.job_id = "{job_id}" }}'):
        try:
            document = json.loads(line["message"])
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict) and document.get("job_id") == job_id:
            yield {"at": line["timestamp"] // 1000, "what": document.get("message"), **_told(document)}


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in ("platform", "subject") if name in document}


def lines(aws: Aws, log_group: str, window: Window, pattern: str) -> Iterator[Mapping[str, Any]]:
    """Return the lines that match a pattern, oldest first.

    Raises:
        JobpassError: the log group cannot be read.
    """
    # The end of the range is in it.
    asked = {"startTime": window.start * 1000, "endTime": window.end * 1000 - 1, "filterPattern": pattern}
    more: dict[str, str] = {}
    logs = aws.client("logs")
    while True:
        with asking("logs:FilterLogEvents", f"log group {log_group}"):
            page = logs.filter_log_events(logGroupName=log_group, **asked, **more)
        yield from page["events"]
        if not page.get("nextToken"):
            return
        more = {"nextToken": page["nextToken"]}
