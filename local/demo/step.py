"""A step of the demonstration: what is done, what is to come of it, and what did."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from local.demo.scene import NeedsError, Scene


@dataclass(frozen=True)
class Outcome:
    """What a step was to see and what it saw, in the same words when all is well; `shown` is for people."""

    expected: str
    observed: str
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing done and checked.

    `name` is for machines and stays the same; `title` is for people; `meaning` says in a line what a refusal is for.
    """

    name: str
    title: str
    run: Callable[[Scene], Outcome]
    meaning: str = ""


@dataclass(frozen=True)
class Result:
    """How a step came out; holds no secret."""

    name: str
    title: str
    outcome: Outcome
    seconds: float
    meaning: str = ""
    raised: bool = False

    @property
    def ok(self) -> bool:
        """Whether all is as it should be."""
        return not self.raised and self.outcome.expected == self.outcome.observed

    def document(self) -> dict[str, object]:
        """The result for machines."""
        return {
            "name": self.name,
            "expected": self.outcome.expected,
            "observed": self.outcome.observed,
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
        }


def play(step: Step, scene: Scene) -> Result:
    """Run one step; whatever it raises makes it a failed one, so that the others still get their turn."""
    started = time.monotonic()
    raised = False
    try:
        outcome = step.run(scene)
    except Exception as error:  # noqa: BLE001 - a demonstration tells of every mishap, and goes on
        outcome, raised = Outcome(step.title, _told(error)), True
    withhold = scene.secrets.withhold
    safe = Outcome(
        withhold(outcome.expected), withhold(outcome.observed), tuple(withhold(line) for line in outcome.shown)
    )
    return Result(step.name, step.title, safe, time.monotonic() - started, step.meaning, raised)


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, NeedsError) else f"{type(error).__name__}: {error}"
