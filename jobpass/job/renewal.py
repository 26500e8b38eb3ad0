"""Which credentials a running command is given at a moment, and when new ones are drawn: decided on times alone."""

from __future__ import annotations

from jobpass.errors import JobpassError, RefusedError
from jobpass.job.credentials import Credentials
from jobpass.job.freshness import credentials_renewal

# How long after a failed renewal the next is tried. Who said no may have been put right meanwhile, but seldom.
UNAVAILABLE_PAUSE_SECONDS, REFUSED_PAUSE_SECONDS = 5.0, 60.0


class Renewal:
    """The last good credentials, and what became of the last attempt to draw newer ones; times are Unix times.

    Credentials that nobody asked for are not renewed until somebody does: each renewal is a session in CloudTrail.
    """

    def __init__(self, first: Credentials, now: float) -> None:
        self.failure: JobpassError | None = None
        self.drawing = False
        self._try_at = 0.0
        self.drew(first, now)

    def drew(self, credentials: Credentials, now: float) -> None:
        """Take new credentials, as they were drawn at `now`."""
        self._credentials = credentials
        self._renew_at = credentials_renewal(now, credentials.expires_at)
        self._asked = False
        self.drawing, self.failure = False, None

    def failed(self, error: JobpassError, now: float) -> None:
        """Take why there are none; those that are there go on being given while they last."""
        pause = REFUSED_PAUSE_SECONDS if isinstance(error, RefusedError) else UNAVAILABLE_PAUSE_SECONDS
        self._try_at = now + pause
        self.drawing, self.failure = False, error

    def ask(self) -> None:
        """Note that somebody wants credentials, or got them."""
        self._asked = True

    def draw_at(self) -> float | None:
        """Return when new ones are to be drawn, None while nobody needs them or they are being drawn."""
        if self.drawing or not self._asked:
            return None
        return self._renew_at if self.failure is None else max(self._renew_at, self._try_at)

    def fresh(self, now: float) -> Credentials | None:
        """Return credentials that need no renewal yet."""
        return self._credentials if now < self._renew_at else None

    def valid(self, now: float) -> Credentials | None:
        """Return credentials that have not ended."""
        return self._credentials if now < self._credentials.expires_at else None
