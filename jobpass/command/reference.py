"""The reference page of the `jobpass` command, made from the commands themselves.

`python -m jobpass.command.reference` writes the page; `--check` only compares.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from jobpass.command.command import Argument, Command
from jobpass.command.errors import MEANINGS
from jobpass.command.registry import COMMANDS, command

REFERENCE_FILE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"

_INTRODUCTION = """# The `jobpass` command

<!-- Made by `python -m jobpass.command.reference`: edit the commands, not this page. -->

`pip install 'jobpass[operator]'` brings all of them; a checkout has them as `.venv/bin/jobpass`, once `make synth` or
`make up` has set it up. `jobpass --help` lists the commands, `jobpass COMMAND --help` a command's arguments with an
example.

With `--json` a command prints one JSON document on standard output and nothing else, for an error too:
`{"error": {"code": ..., "message": ..., "remedy": ..., "problems": [...]}}`. Without it errors go to standard error.
Lines are as wide as the terminal (`COLUMNS`, 120 at most); colours are for terminals only, and never with `NO_COLOR`.

A shell completes commands, options and files once it has read `eval "$(jobpass completion bash)"` from `~/.bashrc`, or
`eval "$(jobpass completion zsh)"` from `~/.zshrc` after `compinit`; fish once, with
`jobpass completion fish > ~/.config/fish/completions/jobpass.fish`.
"""


def page() -> str:
    """Return the page in Markdown."""
    ends = "\n".join(f"| {status} | {meaning} |" for status, meaning in MEANINGS.items())
    sections = (section for name in COMMANDS for section in _section(name, command(name)))
    return "\n".join([_INTRODUCTION, f"| exit status | |\n|---|---|\n{ends}\n", *sections])


def _section(name: str, described: Command) -> Iterator[str]:
    yield f"## `jobpass {name}`\n"
    yield f"{described.description}\n"
    yield "```sh\n" + "\n".join(described.examples) + "\n```\n"
    yield "| argument | |\n|---|---|"
    for each in described.all_arguments:
        yield _row(each)
    yield ""


def _row(argument: Argument) -> str:
    written, said = (text.replace("|", "\\|") for text in (argument.written, argument.help))
    return f"| `{written}` | {said} |"


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; return 1 where the page is not what the commands say."""
    parser = argparse.ArgumentParser(prog="python -m jobpass.command.reference", description=page.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is not current")
    options = parser.parse_args(arguments)
    text = page()
    if not options.check:
        REFERENCE_FILE.write_text(text, "utf-8")
        return 0
    if REFERENCE_FILE.is_file() and REFERENCE_FILE.read_text("utf-8") == text:
        return 0
    print(f"{REFERENCE_FILE.name} is not what the commands say: run python -m jobpass.command.reference")
    return 1


if __name__ == "__main__":
    sys.exit(main())
