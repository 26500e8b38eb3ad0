"""Issuance records as the token function's log group has them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from jobpass_issuer.aws.failure import required
from jobpass_issuer.aws.sdk_failure import translated
from jobpass_issuer.domain.audit import Window, Written
from jobpass_issuer.domain.issuance_record import KEY, record_of

_OPERATION = "logs:FilterLogEvents"


class IssuanceLog:
    """The log group, searched for lines with a record; `unreadable` counts those whose record cannot be read.

    They are passed over, so that one of them does not stop every audit from then on: the token that such a line is of
    shows by its signature.
    """

    def __init__(self, logs: Any, log_group: str, go_on: Callable[[], None] = lambda: None) -> None:
        """`go_on` is called before each page, and may raise to stop."""
        self._logs = logs
        self._log_group = log_group
        self._go_on = go_on
        self.unreadable = 0

    def read(self, window: Window) -> Iterator[Written]:
        """Return the records that were written in a window.

        Raises:
            DependencyError: CloudWatch Logs failed.
        """
        asked = {
            "logGroupName": self._log_group,
            "filterPattern": f'{{ $.{KEY}.kind = "*" }}',
            "startTime": window.start * 1000,
            # The end of the range is in it.
            "endTime": window.end * 1000 - 1,
        }
        more: dict[str, str] = {}
        while True:
            self._go_on()
            with translated(_OPERATION):
                answer = self._logs.filter_log_events(**asked, **more)
            for each in required(answer, "events", _OPERATION):
                try:
                    record = record_of(json.loads(each["message"])[KEY])
                except (KeyError, TypeError, ValueError, RecursionError):
                    self.unreadable += 1
                else:
                    yield Written(each["timestamp"] / 1000, record)
            if not answer.get("nextToken"):
                return
            more = {"nextToken": answer["nextToken"]}
