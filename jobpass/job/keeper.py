"""Credentials kept for a running command: drawn anew in time, one draw at a time, beside whoever asks for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from jobpass.errors import JobpassError, RefusedError, UnavailableError
from jobpass.job.credentials import Credentials
from jobpass.job.renewal import Renewal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Drawing(Protocol):
        """What draws credentials."""

        role_arn: str

        def draw(self) -> Credentials:
            """Return new credentials."""

    Complain = Callable[[JobpassError, Credentials | None], None]


class Keeper:
    """Belongs to the thread that calls it; draws happen beside, and `wake` is called from there when one is done.

    `first` are the credentials to begin with. `complain` is told, once each, of a refusal, with the credentials that
    are still good, and of an outage that leaves the command without any; it is called beside, too.
    """

    def __init__(
        self, source: Drawing, first: Credentials, complain: Complain, now: Callable[[], float] = time.time
    ) -> None:
        self.role_arn = source.role_arn
        self.wake: Callable[[], None] = lambda: None
        self._source = source
        self._complain = complain
        self._complained: set[bool] = set()
        self._now = now
        self._renewal = Renewal(first, now())
        self._drawn: list[Credentials | JobpassError] = []

    def pause_seconds(self) -> float:
        """Return how many seconds there is nothing to tend to."""
        draw_at = self._renewal.draw_at()
        return float("inf") if draw_at is None else draw_at - self._now()

    def tend(self) -> None:
        """Take what was drawn, and draw what is due."""
        while self._drawn:
            self._take(self._drawn.pop(0))
        draw_at = self._renewal.draw_at()
        if draw_at is not None and draw_at <= self._now():
            self._renewal.drawing = True
            if not _beside(self._draw):
                text = "no thread can be started to draw new credentials"
                remedy = "let the command run fewer processes, or raise the limit on them"
                self._take(UnavailableError("no_thread", text, remedy))

    def ask(self) -> bool:
        """Note that somebody wants credentials, and return whether there are any, old ones counting."""
        self._renewal.ask()
        return self._renewal.valid(self._now()) is not None

    def given(self, *, patient: bool) -> Credentials | JobpassError | None:
        """Return what to give to somebody who asked: fresh credentials, or old ones, or why there are none.

        None is for whoever is `patient`, while new ones are being drawn and nothing says yet that it will fail.
        """
        now, failure = self._now(), self._renewal.failure
        fresh = self._renewal.fresh(now)
        if fresh is None and failure is None and self._renewal.drawing and patient:
            return None
        found = fresh or self._renewal.valid(now)
        if found is not None:
            self._renewal.ask()
            return found
        if failure is None:
            text = "the last credentials have ended, and new ones are still being drawn"
            return UnavailableError("credentials_pending", text, "ask again in a moment")
        self._say(failure, None)
        return failure

    def _take(self, drawn: Credentials | JobpassError) -> None:
        now = self._now()
        if isinstance(drawn, Credentials):
            self._renewal.drew(drawn, now)
            return
        self._renewal.failed(drawn, now)
        if isinstance(drawn, RefusedError):
            self._say(drawn, self._renewal.valid(now))

    def _draw(self) -> None:
        try:
            drawn: Credentials | JobpassError = self._source.draw()
        except JobpassError as error:
            drawn = error
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
            text = f"the renewal failed by a fault of its own ({type(error).__name__})"
            drawn = JobpassError("renewal_failed", text, "report it to Jobpass's maintainers")
        self._drawn.append(drawn)
        self.wake()

    def _say(self, error: JobpassError, valid: Credentials | None) -> None:
        refused = isinstance(error, RefusedError)
        if refused not in self._complained:
            self._complained.add(refused)
            # Beside: a pipe that nobody reads must not keep the command from its credentials.
            _beside(lambda: self._complain(error, valid))


def _beside(work: Callable[[], None]) -> bool:
    """Do something in a thread of its own, and return whether there is one."""
    with suppress(RuntimeError):
        threading.Thread(target=work, daemon=True).start()
        return True
    return False
