"""Jobs that ask as `jobpass token` does: a connection for each request, and tried again by the same rules."""

import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from jobpass.job.https import Answer, NoAnswerError
from jobpass.job.retry import Patience
from local.web import Web
from tests.load.wishes import Wish


@dataclass(frozen=True)
class Told:
    """One answer: when it came, after how many seconds, and what it said; its `repr` hides the body."""

    at: float
    seconds: float
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def document(self) -> dict[str, Any]:
        """The body's object; empty where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        return found if isinstance(found, dict) else {}


@dataclass
class Outcome:
    """What became of a wish: every answer, the last one final; `unanswered` counts the tries that had none."""

    wish: Wish
    answers: list[Told] = field(default_factory=list)
    unanswered: int = 0
    seconds: float = 0.0

    @property
    def last(self) -> Told | None:
        """The final answer; None where there was none at all."""
        return self.answers[-1] if self.answers else None

    @property
    def token(self) -> str | None:
        """The token that the job has in the end."""
        return str(self.last.document.get("value")) if self.last and self.last.status == 200 else None


def asked(wishes: list[list[Wish]], web: Web, api_url: str, progress: Callable[[int], None]) -> list[Outcome]:
    """Let all jobs ask at once, each for one token after the other; `progress` is told how many wishes are done."""
    outcomes: list[Outcome] = []

    def work(own: list[Wish]) -> None:
        for wish in own:
            outcomes.append(_asked(wish, web, api_url))
            progress(len(outcomes))

    with ThreadPoolExecutor(max(1, len(wishes))) as jobs:
        for done in [jobs.submit(work, own) for own in wishes]:
            done.result()
    return outcomes


def _asked(wish: Wish, web: Web, api_url: str) -> Outcome:
    outcome = Outcome(wish)
    headers = {"Authorization": f"Bearer {wish.request_token}", "User-Agent": "jobpass"}

    def once(_left_seconds: float) -> Answer:
        began = time.monotonic()
        try:
            answer = web.request("GET", api_url + wish.target, headers)
        except (OSError, http.client.HTTPException) as error:
            outcome.unanswered += 1
            raise NoAnswerError("connection_failed", type(error).__name__, "look at the logs", again=True) from None
        named = {name.lower(): value for name, value in answer.headers.items()}
        outcome.answers.append(Told(time.time(), time.monotonic() - began, answer.status, named, answer.body))
        return Answer(answer.status, named, answer.body)

    began = time.monotonic()
    try:
        Patience().ask(once)
    except NoAnswerError:
        pass  # `unanswered` says so
    finally:
        outcome.seconds = time.monotonic() - began
    return outcome
