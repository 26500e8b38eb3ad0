"""What AWS answers when it refuses, and what lies behind the answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """AWS's error code and text, the true cause behind them, and the one thing to change.

    `recorded` is whether this text was observed for this cause; otherwise it is what AWS documents or what clients
    report, and only the outcome may be counted on.
    """

    code: str
    message: str
    cause: str
    remedy: str
    recorded: bool = True

    def to_document(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "code": self.code,
            "message": self.message,
            "cause": self.cause,
            "remedy": self.remedy,
            "recorded": self.recorded,
        }
