"""A token file kept up to date: a new token halfway through the life of the last, for as long as there are any."""

from __future__ import annotations

from jobpass.errors import JobpassError, RefusedError
from jobpass.job.freshness import token_renewal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import NoReturn, Protocol

    from jobpass.job.id_token import IdToken
    from jobpass.job.token_file import TokenFile

    class Surrounding(Protocol):
        """Time as it passes, and what ends the watch: both raise to end it."""

        def clock(self) -> float:
            """Return seconds that only grow."""

        def wait(self, seconds: float) -> None:
            """Wait."""

        def interruptible(self) -> AbstractContextManager[None]:
            """Let the block be broken off."""


# What the issuer answers once the registration has ended (reference of the HTTP API, "Errors").
ENDED = "invalid_token"
SHORTEST_SECONDS = 1.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 60.0


def pause_seconds(failures: int, random: Callable[[], float]) -> float:
    """Return how long to wait after this many failures in a row, from 1.

    Twice as long each time, from five seconds to a minute; the second half of it by chance (`random`, 0 up to 1), so
    that jobs that failed together do not come back together.
    """
    whole = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** (failures - 1))
    return whole * (1 + random()) / 2


class TokenWatch:
    """Keeps one file. `fetch` returns a new token; `tell` is called once when renewals fail and once when that is over.

    Times are counted from when a token came, by its life: whether the issuer's clock is this machine's does not matter.
    """

    def __init__(
        self,
        fetch: Callable[[], IdToken],
        file: TokenFile,
        tell: Callable[[str], None],
        surroundings: Surrounding,
        random: Callable[[], float],
    ) -> None:
        self._fetch = fetch
        self._file = file
        self._tell = tell
        self._surroundings = surroundings
        self._random = random
        self._failures = 0
        self._renew_at = self._ends_at = 0.0

    def run(self) -> NoReturn:
        """Keep the file until it is time to end, and remove it then.

        A token that could not be renewed stays until it has expired, and one that was there before where there is no
        first one.

        Raises:
            JobpassError: the first token is not to be had or not to be written; the registration has ended; or the
                issuer goes on refusing when the last token has expired.
            BaseException: what the surroundings raise to end it.
        """
        self._file.hold()
        try:
            try:
                self._renew()
            except JobpassError:
                self._file.release()  # what was there before stays: it may be good for a while
                raise
            while True:
                self._surroundings.wait(self._renew_at - self._surroundings.clock())
                self._keep()
        finally:
            self._file.remove()

    def _keep(self) -> None:
        if self._expired():
            self._file.remove()
        try:
            self._renew()
        except JobpassError as error:
            refused = isinstance(error, RefusedError)
            if refused and (error.code == ENDED or self._expired()):
                raise
            self._failed(error)

    def _renew(self) -> None:
        with self._surroundings.interruptible():
            token = self._fetch()
        self._file.write(token.value)
        now, life = self._surroundings.clock(), float(token.expires_at - token.issued_at)
        self._ends_at = now + life
        self._renew_at = max(token_renewal(now, self._ends_at), now + SHORTEST_SECONDS)
        if self._failures:
            self._tell("a new token is in the file")
        self._failures = 0

    def _failed(self, error: JobpassError) -> None:
        now = self._surroundings.clock()
        if not self._failures:
            state = "has expired, and the file is removed" if self._expired() else "stays until it expires"
            self._tell(f"no new token: {error.message}; {error.remedy} (the last one {state}; it is tried again)")
        self._failures += 1
        again = now + pause_seconds(self._failures, self._random)
        # Not later than the end of the last token: an expired one does not stay.
        self._renew_at = again if self._expired() else max(min(again, self._ends_at), now + SHORTEST_SECONDS)

    def _expired(self) -> bool:
        return self._surroundings.clock() >= self._ends_at
