"""What a subcommand is: its arguments, its help and what it does, as the parser and the reference page read it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from jobpass.command.errors import UsageError
from jobpass.command.terminal import Terminal, wrapped

Run = Callable[[argparse.Namespace, Terminal], int]


@dataclass(frozen=True)
class Argument:
    """One argument; `settings` are those of argparse's `add_argument`."""

    names: tuple[str, ...]
    help: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """The argument as a person writes it: `--when FIELD=VALUE`."""
        if not self.names[0].startswith("-"):
            return str(self.settings.get("metavar", self.names[0]))
        value = "" if "action" in self.settings and self.settings["action"] != "append" else self.settings["metavar"]
        return ", ".join(f"{name} {value}".rstrip() for name in self.names)


JSON = Argument(("--json",), "print one JSON document, errors too", {"action": "store_true"})


@dataclass(frozen=True)
class Command:
    """A subcommand. `examples` are command lines that work as they stand, each after a comment or by itself.

    `json` is whether it takes `--json`, as its entry in the registry says.
    """

    name: str
    description: str
    arguments: tuple[Argument, ...]
    examples: tuple[str, ...]
    run: Run
    json: bool = True

    @property
    def all_arguments(self) -> tuple[Argument, ...]:
        """Its own arguments, and `--json`."""
        return (*self.arguments, JSON) if self.json else self.arguments

    def parser(self, width: int) -> Parser:
        """Return the parser of this command's arguments, its help as wide as the terminal."""
        parser = Parser(
            prog=f"jobpass {self.name}",
            description="\n\n".join(wrapped(part, width) for part in self.description.split("\n\n")),
            epilog="\n".join(["examples:" if len(self.examples) > 1 else "example:", *_indented(self.examples)]),
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=width),
            allow_abbrev=False,
        )
        for argument in self.all_arguments:
            parser.add_argument(*argument.names, help=argument.help, **argument.settings)
        return parser


class Parser(argparse.ArgumentParser):
    """argparse's parser, whose mistakes are errors with a remedy like any other."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        raise UsageError(message, f"`{self.prog} --help` lists the arguments and shows an example")


def _indented(lines: tuple[str, ...]) -> list[str]:
    return [f"  {line}" for line in lines]
