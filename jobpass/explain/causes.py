"""What may lie behind an error text alone, as it stands in a log, and how to tell the causes apart."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from jobpass.explain.cause import Cause
from jobpass.explain.error_texts import KNOWN, ErrorText
from jobpass.explain.token_times import TOLERANCE_SECONDS

_LAST_SECOND = 253_402_300_799  # The end of the year 9999, beyond which there is no date to show.


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The causes of one text in order of likelihood; `facts` is what can be read from the text itself."""

    code: str
    text: str
    causes: tuple[Cause, ...]
    facts: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether the text has one cause only."""
        return len(self.causes) == 1

    def to_document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "code": self.code,
            "text": self.text,
            "certain": self.certain,
            "facts": list(self.facts),
            "causes": [
                {"cause": cause.cause, "how_to_tell": cause.how_to_tell, "remedy": cause.remedy}
                for cause in self.causes
            ],
        }


def diagnose(log: str) -> Diagnosis | None:
    """Return the causes of the first of AWS's texts that a log holds, or None where it holds none that is known.

    Blanks, letter case and typographic apostrophes do not count: logs change them.
    """
    flat = " ".join(log.replace("\u2019", "'").split())
    found = [(match.start(), known, match) for known in KNOWN if (match := known.pattern.search(flat))]
    if not found:
        return None
    _, known, match = min(found, key=lambda one: (one[0], -len(one[2][0])))
    return _with_times(Diagnosis(known.code, match[0], known.causes), known, match)


def _with_times(diagnosis: Diagnosis, known: ErrorText, match: re.Match[str]) -> Diagnosis:
    """What the seconds in a text say: the date that STS prints is its clock moved by its tolerance."""
    times = {name: int(value) for name, value in match.groupdict().items() if value is not None and value.isdigit()}
    if known.clock_shift_seconds is None or "claim" not in times or "clock" not in times:
        return diagnosis
    clock = times["clock"] - known.clock_shift_seconds
    if max(clock, times["claim"]) > _LAST_SECOND:
        return diagnosis
    difference = abs(clock - times["claim"])
    sense = "after" if clock > times["claim"] else "before"
    moved = "less" if known.clock_shift_seconds < 0 else "plus"
    facts = (
        f"the date in the text is STS's clock {moved} {TOLERANCE_SECONDS} s: STS's clock was {_date(clock)}",
        f"the token's `{known.claim}` is {_date(times['claim'])}: STS saw it {difference} s {sense} that",
    )
    return replace(diagnosis, facts=facts)


def _date(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ} ({seconds})"
