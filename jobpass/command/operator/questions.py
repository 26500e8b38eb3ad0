"""Questions at a terminal: each explained and with a default, and asked again until the answer will do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jobpass.command.errors import COULD_NOT_LOOK, CommandError
from jobpass.command.terminal import Terminal

# What is wrong with an answer, nothing where it will do.
Objections = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Questions:
    """Asks at a terminal; `read` shows a prompt and returns a line, as `input` does."""

    terminal: Terminal
    read: Callable[[str], str] = input

    def ask(self, what: str, explanation: str, default: str, objections: Objections) -> str:
        """Return the answer, the default for an empty one; further lines of the explanation are choices.

        Raises:
            CommandError: there are no more lines to read.
        """
        first, *choices = explanation.split("\n")
        lines = [self.terminal.wrapped(first), *(self.terminal.wrapped(each, " " * 6, "  ") for each in choices)]
        self.terminal.say("\n" + "\n".join(lines))
        while True:
            answer = self._line(f"{what} [{default}]: ").strip() or default
            wrong = objections(answer)
            if not wrong:
                return answer
            self.object(wrong)

    def object(self, messages: Sequence[str]) -> None:
        """Say what is wrong."""
        for message in messages:
            self.terminal.say(self.terminal.coloured(self.terminal.wrapped(message, "  "), "red"))

    def yes(self, what: str, explanation: str) -> bool:
        """Return whether the answer is yes; no is the default."""

        def neither(answer: str) -> list[str]:
            return [] if answer.lower() in ("yes", "y", "no", "n") else ["answer `yes` or `no`"]

        return self.ask(what, explanation, "no", neither).lower().startswith("y")

    def _line(self, prompt: str) -> str:
        try:
            return self.read(prompt)
        except EOFError:
            self.terminal.say()
            text = "the answers ended before the questions did: nothing is written"
            raise CommandError("unanswered", text, "run it again, or say it in options", COULD_NOT_LOOK) from None
