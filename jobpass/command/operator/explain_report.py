"""What explain says: for a terminal, the verdict first and the one thing to change next; and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jobpass.command.errors import COULD_NOT_LOOK, GOOD, REFUSED
from jobpass.command.operator.moment import written
from jobpass.command.operator.table import GAP, Cell, Coloured, Line, Row, table
from jobpass.command.terminal import Terminal
from jobpass.explain import Check, Diagnosis, Outcome, Verdict
from jobpass.explain.quoting import plain
from jobpass.explain.trust_policy import ConditionResult, StatementResult

_MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.SKIPPED: "-"}
_COLOURS = {"ok": "green", "FAILED": "red", "-": "yellow", "?": "yellow"}
_HOLDS = {True: "ok", False: "FAILED", None: "?"}
_WIDEST_MARK = max(map(len, _COLOURS))
_HEAD = (" " * _WIDEST_MARK, "operator", "wants", "is")


@dataclass(frozen=True, slots=True)
class Report:
    """A verdict on one role at one moment, with what was taken for granted and what could not be looked at."""

    verdict: Verdict
    role_arn: str
    at: int
    assumed: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The exit status: what is allowed but for something that could not be looked at is not known to be."""
        if not self.verdict.allowed:
            return REFUSED
        return COULD_NOT_LOOK if self.unseen else GOOD

    def to_document(self) -> dict[str, Any]:
        """Return the report as `--json` prints it."""
        document = self.verdict.to_document()
        if self.status == COULD_NOT_LOOK:
            document["verdict"] = "unknown"
        return {
            "role": self.role_arn,
            "at": written(self.at),
            **document,
            "further_obstacles": [each.to_document() for each in self.verdict.further_obstacles],
            "assumed": list(self.assumed),
            "unseen": list(self.unseen),
        }

    def lines(self, terminal: Terminal) -> Iterator[str]:
        """Return the whole report as a terminal shows it."""
        yield from self.answer(terminal)
        yield ""
        yield from _chain(self.verdict.checks, terminal)
        for found in self.verdict.trust.statements if self.verdict.trust else ():
            yield ""
            yield from _statement(found, terminal)
        yield from self._remarks(terminal)

    def answer(self, terminal: Terminal) -> Iterator[str]:
        """Return the verdict, what STS says, what is behind it and the one thing to change."""
        refusal = self.verdict.refusal
        if refusal is None and self.unseen:
            yield terminal.coloured("unknown", "yellow") + f"  {self.role_arn}"
            yield terminal.wrapped("STS allows it, but for what could not be looked at:")
            for each in self.unseen:
                yield terminal.wrapped(plain(each), "   ", " - ")
        elif refusal is None:
            yield terminal.coloured("allowed", "green") + f"  {self.role_arn}"
            if self.verdict.session is not None:
                yield terminal.wrapped(
                    f"for {self.verdict.session.seconds} s, as `{plain(self.verdict.session.subject)}`"
                )
        else:
            yield terminal.coloured("refused", "red") + f"  {self.role_arn}"
            yield terminal.wrapped(f"STS says: {refusal.code}: {plain(refusal.message)}", "  ")
            yield ""
            yield terminal.wrapped(plain(refusal.cause))
            yield terminal.coloured(terminal.wrapped(plain(refusal.remedy), "   ", "-> "), "bold")

    def _remarks(self, terminal: Terminal) -> Iterator[str]:
        further = [f"then: {each.cause}" for each in self.verdict.further_obstacles]
        unseen = [f"not seen: {each}" for each in self.unseen] if self.verdict.refusal else []
        told = [*further, *unseen, *self.verdict.notes, *(f"assumed: {each}" for each in self.assumed)]
        if told:
            yield ""
        for each in told:
            yield terminal.wrapped(plain(each), "   ", " - ")


def _chain(checks: tuple[Check, ...], terminal: Terminal) -> Iterator[str]:
    """The checks in STS's order; the cause that stands above already is not said twice."""
    decisive = next((check for check in checks if check.refusal), None)
    rows = [
        (_mark(_MARKS[check.outcome]), check.name, "see above" if check is decisive else check.detail)
        for check in checks
    ]
    yield from table((), rows, terminal)


def _statement(found: StatementResult, terminal: Terminal) -> Iterator[str]:
    """A statement, and its conditions in a table: each key on a line of its own, since keys are long."""
    told = [f"{found.statement.place}: {found.statement.effect}"]
    told += [] if found.principal_matched else ["for another principal"]
    told += [", ".join(found.actions_matched)] if found.actions_matched else ["for other actions"]
    yield terminal.coloured(terminal.wrapped(", ".join(told), "  ", ""), "bold")
    if not found.conditions:
        return
    rows: list[Row] = []
    for line in found.conditions:
        rows.append(Line(line.key, indent=_WIDEST_MARK + GAP))
        rows += _values(line)
    yield from table(_HEAD, rows, terminal)


def _values(line: ConditionResult) -> Iterator[tuple[Cell, str, str, str]]:
    """A condition's rows: each value that is wanted beside one that is there."""
    there = ("(not known)",) if line.is_open else ("(no such key)",) if line.actual is None else line.actual
    mark = _mark(_HOLDS[None if line.is_open else line.matched])
    for index in range(max(len(line.expected), len(there), 1)):
        wants, actual = (values[index] if index < len(values) else "" for values in (line.expected, there))
        yield (mark, line.operator, wants, actual) if index == 0 else ("", "", wants, actual)


def _mark(mark: str) -> Cell:
    return Coloured(mark, _COLOURS[mark])


def diagnosis_lines(diagnosis: Diagnosis, terminal: Terminal) -> Iterator[str]:
    """Return the causes of an error text, the likeliest first."""
    yield terminal.wrapped(f"{diagnosis.code}: {plain(diagnosis.text)}", "  ")
    for fact in diagnosis.facts:
        yield terminal.wrapped(plain(fact), "   ", " - ")
    count = len(diagnosis.causes)
    yield ""
    yield "It has one cause:" if count == 1 else f"{count} causes, the likeliest first:"
    margin = len(str(count)) + 2
    for index, cause in enumerate(diagnosis.causes, 1):
        yield ""
        yield terminal.wrapped(plain(cause.cause), " " * margin, f"{index}.".ljust(margin))
        yield terminal.wrapped(f"to tell: {plain(cause.how_to_tell)}", " " * (margin + 9), " " * margin)
        yield terminal.wrapped(f"-> {plain(cause.remedy)}", " " * (margin + 3), " " * margin)
    yield ""
    yield terminal.wrapped("With the token and the role `jobpass explain` names the one that it is.")
