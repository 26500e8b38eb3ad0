"""`jobpass completion`: print the script that makes a shell complete `jobpass`."""

from __future__ import annotations

import argparse

from jobpass.command.command import Argument, Command
from jobpass.command.completion import SHELLS, script
from jobpass.command.errors import GOOD
from jobpass.command.terminal import Terminal


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the script as it is: a shell reads it."""
    terminal.say(script(options.shell), end="")
    return GOOD


COMMAND = Command(
    name="completion",
    description="Print the script that makes a shell complete commands, options and files of `jobpass`. Load it where "
    "the shell starts: in ~/.bashrc or ~/.zshrc (there after `compinit`) by a line as in the examples; fish finds it "
    "in a file of its own.",
    arguments=(Argument(("shell",), "bash, zsh or fish", {"metavar": "SHELL", "choices": SHELLS}),),
    examples=(
        'eval "$(jobpass completion bash)"',
        'eval "$(jobpass completion zsh)"',
        "jobpass completion fish > ~/.config/fish/completions/jobpass.fish",
    ),
    run=run,
    json=False,
)
