"""The clock of the embedded AWS: its functions and its STS can be moved together, into the future or back."""

import json
from dataclasses import dataclass
from pathlib import Path

from local.folder import Folder, write_private
from local.web import Web

STS_CONTROL = "/_jobpass/sts/clock"
FUNCTION_CLOCK = Path(__file__).with_name("function_clock")


class ClockError(Exception):
    """The emulator did not take the time."""


def clock_file(folder: Folder) -> Path:
    """Where functions read how far their clock is from the machine's."""
    return folder.scratch / "clock-offset"


@dataclass(frozen=True)
class Clock:
    """Moves time for functions and STS; signatures of requests keep the machine's time."""

    folder: Folder
    web: Web
    endpoint_url: str

    def move(self, offset_seconds: int) -> None:
        """Set the distance from the machine's clock; raises ClockError when the STS does not take it."""
        answer = self.web.request(
            "POST",
            self.endpoint_url + STS_CONTROL,
            {"Content-Type": "application/json"},
            json.dumps({"offset_seconds": offset_seconds}).encode(),
        )
        if answer.status != 200:
            raise ClockError(f"the local STS answered {answer.status} when its clock was moved")
        write_private(clock_file(self.folder), str(offset_seconds))
