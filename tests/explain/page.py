"""The blocks of docs/explain.md that are the command's own words: `python -m tests.explain.page` writes them anew."""

import io
import re
from collections.abc import Mapping
from pathlib import Path

from jobpass.command.operator.explain import COMMAND
from jobpass.command.operator.explain_report import Report
from jobpass.command.terminal import Terminal
from tests.explain.account import NOW, ROLE_ARN
from tests.explain.mistakes import MISTAKES, Mistake
from tests.explain.test_mistakes import presented

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explain.md"
WIDTH = 80
BLOCK = re.compile(
    r"(?<=<!-- )(?P<name>[^>]+)(?P<between> -->\n```text\n)(?P<said>.*?)(?=^```$)", re.DOTALL | re.MULTILINE
)

PREVIEW = r"""web-deploy --profile ci \
    --field repo=web --field project_id=936a5312-a3b8-4921-8b3f-2cec8baac574 \
    --field ref_type=branch --field ref=refs/heads/dev"""
EXPIRED = "Token expired: current date/time 1799999700 must be before the expiration date/time 1799997000"


def blocks() -> Mapping[str, str]:
    """Return what each block holds, by the name in the comment above it."""
    fields = PREVIEW.replace("\\\n", "").split()
    said = _said(*fields, "--config", str(ROOT / "jobpass.yaml"))
    return {
        "preview": f"$ jobpass explain {PREVIEW}\n{said}",
        "error": f"$ jobpass explain --error '{EXPIRED}'\n{_said('--error', EXPIRED)}",
        **{f"mistake: {mistake.name}": _answer(mistake) for mistake in MISTAKES},
    }


def page() -> str:
    """Return the page as it is, each block as the command says it now."""
    current = blocks()
    return BLOCK.sub(lambda found: found["name"] + found["between"] + current[found["name"]], PAGE.read_text("utf-8"))


def _said(*arguments: str) -> str:
    """What the command prints on a terminal of this width."""
    out = io.StringIO()
    COMMAND.run(COMMAND.parser(WIDTH).parse_args(arguments), Terminal(out, out, WIDTH))
    return out.getvalue()


def _answer(mistake: Mistake) -> str:
    """The head of what it prints of a mistake."""
    out = io.StringIO()
    return "".join(f"{line}\n" for line in Report(presented(mistake), ROLE_ARN, NOW).answer(Terminal(out, out, WIDTH)))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
