"""One load on a deployed stack, from the registrations to the account."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jobpass_issuer.domain.audit import Window
from local.deployment import Deployment
from tests.load.account import signs_due, unaccounted
from tests.load.asking import Outcome, asked
from tests.load.evidence import Evidence, read
from tests.load.faults import Befallen, befalling
from tests.load.judging import Served, wrongs
from tests.load.wishes import registered, wishes


@dataclass(frozen=True)
class Load:
    """How much is asked for, by how many jobs at once, and which share of the calls beneath fails."""

    tokens: int = 10_000
    jobs: int = 32
    share: float = 0.05
    seed: int = 1


@dataclass(frozen=True)
class Ran:
    """What came of it."""

    load: Load
    seconds: float
    outcomes: list[Outcome]
    befallen: Befallen
    evidence: Evidence
    wrong: list[str]
    unaccounted: list[str]

    @property
    def given_up(self) -> list[Outcome]:
        """Jobs that were told to come back so often that they went without a token, or got no answer at all."""
        return [each for each in self.outcomes if each.last is None or each.last.status == 503]

    @property
    def is_sound(self) -> bool:
        """Whether every answer was right, every job was served in the end, and nothing stands alone."""
        return not (self.wrong or self.unaccounted or self.given_up)


def run(load: Load, deployment: Deployment, progress: Callable[[str], None]) -> Ran:
    """Do it all; `progress` is told in a few words how far it is.

    Raises:
        RegistrationError: a job cannot be registered.
        FaultsError: the embedded AWS does not take the order.
        JobpassError: what was written down cannot be read.
    """
    jobs = registered(deployment.platform(), load.jobs)
    wanted = wishes(jobs, load.tokens, load.seed)
    total = sum(len(each) for each in wanted)

    def told(done: int) -> None:
        if done % 100 == 0:
            progress(f"{done:,} of {total:,}")

    start = _next_second()
    began = time.monotonic()
    with befalling(deployment.embedded, load.share, load.seed) as befallen:
        outcomes = asked(wanted, deployment.web, deployment.output("ApiUrl"), told)
        seconds = time.monotonic() - began
    window = Window(start, _next_second())
    progress("joining")
    evidence = read(deployment, window, partial(signs_due, befallen=befallen))
    served = Served.by(deployment.output("IssuerUrl"), deployment.web)
    return Ran(
        load,
        seconds,
        outcomes,
        befallen,
        evidence,
        list(wrongs(outcomes, served)),
        list(unaccounted(outcomes, evidence, befallen)),
    )


def _next_second() -> int:
    """Wait until a second begins, so that a window holds what follows and nothing before it."""
    begins = math.floor(time.time()) + 1
    time.sleep(begins - time.time() + 0.01)
    return begins
