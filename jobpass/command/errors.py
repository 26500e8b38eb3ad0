"""How a command ends, as a number that scripts can use, and the errors that only commands raise."""

from __future__ import annotations

from jobpass.errors import JobpassError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD = 0
REFUSED = 1
WRONG_USAGE = 2
COULD_NOT_LOOK = 3
INTERRUPTED = 130

MEANINGS = {
    GOOD: "good",
    REFUSED: "findings, or refused",
    WRONG_USAGE: "the command was not used as it is meant",
    COULD_NOT_LOOK: "could not look: a file, a host or a library is not there",
}


class CommandError(JobpassError):
    """A command cannot do what it was asked, and ends with a status of its own.

    `problems` are the single mistakes, each a mapping of text, where there is more than one thing to mend.
    """

    def __init__(
        self,
        code: str,
        message: str,
        remedy: str,
        exit_status: int,
        problems: Sequence[dict[str, str | int | None]] = (),
    ) -> None:
        super().__init__(code, message, remedy)
        self.exit_status = exit_status
        self.problems = tuple(problems)


class OutputError(CommandError):
    """Standard output takes nothing: its disk is full, or it is closed."""

    def __init__(self, error: OSError) -> None:
        text = f"standard output cannot be written to: {error.strerror}"
        super().__init__("output_failed", text, "make room where it leads to, or lead it elsewhere", COULD_NOT_LOOK)


class UsageError(CommandError):
    """The command line is not one that the command takes."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__("usage", message, remedy, WRONG_USAGE)
