"""What a subcommand is: its arguments, its help and what it does, as the parser and the reference page read it."""

from __future__ import annotations

import argparse

from jobpass.command.errors import WRONG_USAGE, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, NoReturn

    from jobpass.command.terminal import Terminal

    Run = Callable[[argparse.Namespace, Terminal], int]


class Argument:
    """One argument; `settings` are those of argparse's `add_argument`."""

    __slots__ = ("help", "names", "settings")

    def __init__(self, names: tuple[str, ...], help: str, settings: Mapping[str, Any] | None = None) -> None:  # noqa: A002 - argparse's word
        self.names = names
        self.help = help
        self.settings = settings or {}

    @property
    def written(self) -> str:
        """The argument as a person writes it: `--when FIELD=VALUE`."""
        if not self.names[0].startswith("-"):
            return str(self.settings.get("metavar", self.names[0]))
        value = "" if "action" in self.settings and self.settings["action"] != "append" else self.settings["metavar"]
        return ", ".join(f"{name} {value}".rstrip() for name in self.names)


JSON = Argument(("--json",), "print one JSON document, errors too", {"action": "store_true"})


class Command:
    """A subcommand. `examples` are command lines that work as they stand, each after a comment or by itself.

    `json` is whether it takes `--json`, as its entry in the registry says. `usage_status` is what it ends with when its
    command line is wrong: a status of its own where it otherwise ends with somebody else's.
    """

    __slots__ = ("arguments", "description", "examples", "json", "name", "run", "usage_status")

    def __init__(
        self,
        name: str,
        description: str,
        arguments: tuple[Argument, ...],
        examples: tuple[str, ...],
        run: Run,
        json: bool = True,
        usage_status: int = WRONG_USAGE,
    ) -> None:
        self.name = name
        self.description = description
        self.arguments = arguments
        self.examples = examples
        self.run = run
        self.json = json
        self.usage_status = usage_status

    @property
    def all_arguments(self) -> tuple[Argument, ...]:
        """Its own arguments, and `--json`."""
        return (*self.arguments, JSON) if self.json else self.arguments

    def parser(self, width: int) -> Parser:
        """Return the parser of this command's arguments, its help as wide as the terminal."""
        parser = Parser(
            prog=f"jobpass {self.name}",
            description=self.description,
            epilog="\n".join(["examples:" if len(self.examples) > 1 else "example:", *_indented(self.examples)]),
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=width),
            allow_abbrev=False,
        )
        parser.usage_status = self.usage_status
        parser.width = width
        for argument in self.all_arguments:
            parser.add_argument(*argument.names, help=argument.help, **argument.settings)
        return parser


class Parser(argparse.ArgumentParser):
    """argparse's parser, whose mistakes are errors with a remedy like any other."""

    width = 80
    usage_status = WRONG_USAGE

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        wrong = UsageError(message, f"`{self.prog} --help` lists the arguments and shows an example")
        wrong.exit_status = self.usage_status
        raise wrong

    def format_help(self) -> str:
        """Return the help, its description in lines of the terminal's width."""
        from jobpass.command.terminal import wrapped  # noqa: PLC0415 - whoever runs the command does not wait for it

        given, paragraphs = self.description, (self.description or "").split("\n\n")
        self.description = "\n\n".join(wrapped(part, self.width) for part in paragraphs)
        text = super().format_help()
        self.description = given
        return text


def _indented(lines: tuple[str, ...]) -> list[str]:
    return [f"  {line}" for line in lines]
