"""The how-tos, whose commands, scripts and registrations the tests run as they are printed."""

import json
import re
from dataclasses import dataclass

from local.folder import REPOSITORY
from local.registration import Job

# What the pages write where a reader has something of their own.
PRINTED_ACCOUNT = "111122223333"
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Page:
    """One how-to."""

    text: str

    def block(self, language: str, containing: str = "") -> str:
        """The one fenced block of a language that contains a text; roles in it are in the deployment's account."""
        found: list[str] = re.findall(rf"^ *```{language}\n(.*?)^ *```", self.text, re.DOTALL | re.MULTILINE)
        (one,) = (text for text in found if containing in text)
        return one.replace(f"::{PRINTED_ACCOUNT}:role/jobpass-", f"::{ACCOUNT}:role/jobpass-clients-")

    def job(self) -> Job:
        """The registration, and nothing that the page does not say."""
        return Job(**{"audiences": None, "roles": (), **json.loads(self.block("json", '"profile"'))})


def how_to(name: str) -> Page:
    """A page of docs/how-to."""
    return Page((REPOSITORY / "docs" / "how-to" / f"{name}.md").read_text())
