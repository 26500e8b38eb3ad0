"""What a subcommand is: its arguments, its help and what it does, as the parser and the reference page read it."""

from __future__ import annotations

from jobpass.command.errors import WRONG_USAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from jobpass.command.parser import Parser
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

    @property
    def destination(self) -> str:
        """The attribute that holds its value."""
        return str(self.settings.get("dest", self.names[0].lstrip("-").replace("-", "_")))

    @property
    def is_flag(self) -> bool:
        """Whether it takes no value."""
        return self.settings.get("action") == "store_true"

    @property
    def understood(self) -> bool:
        """Whether a line with it can be read without argparse."""
        simple = self.settings.keys() <= {"metavar", "dest", "default", "required", "choices", "type", "action"}
        named = len(self.names) == 1 and self.names[0].startswith("--")
        # Of a type, argparse makes a default that is text too, and only then looks whether the value is a choice.
        untyped = "type" not in self.settings
        number = self.settings.get("type") is int and "choices" not in self.settings
        plain_default = untyped or not isinstance(self.settings.get("default"), str)
        known = self.settings.get("action") in (None, "store_true")
        return simple and named and known and (untyped or number) and plain_default


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

    def options(self, given: Sequence[str], width: int) -> Any:
        """Return the options of a command line as attributes, as argparse's parser does, and mostly without it.

        A job runs this for every token, and argparse takes as long to import as Python itself.

        Raises:
            UsageError: the command takes no such line.
            SystemExit: help was asked for, and is printed.
        """
        found = plain_values(self.all_arguments, given)
        return self.parser(width).parse_args(given) if found is None else _Options(found)

    def parser(self, width: int) -> Parser:
        """Return the parser of this command's arguments, its help as wide as the terminal."""
        from jobpass.command.parser import parser_of  # noqa: PLC0415 - see `options`

        return parser_of(self, width)


class _Options:
    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


def plain_values(arguments: Sequence[Argument], given: Sequence[str]) -> dict[str, Any] | None:
    """Return the values of a line of nothing but whole options and their values, apart; None of any other line.

    Of those argparse decides, and of options that need what only it knows.
    """
    values, named = {}, {}
    for argument in arguments:
        if not argument.understood:
            return None
        values[argument.destination] = argument.settings.get("default", False if argument.is_flag else None)
        named[argument.names[0]] = argument
    wanted = {argument.destination for argument in arguments if argument.settings.get("required")}
    words = iter(given)
    for word in words:
        found = named.get(word)
        if found is None:
            return None
        wanted.discard(found.destination)
        if found.is_flag:
            values[found.destination] = True
            continue
        value = next(words, "-")
        if value.startswith("-") or value not in found.settings.get("choices", (value,)):
            return None
        if "type" in found.settings:
            try:
                value = found.settings["type"](value)
            except ValueError:
                return None
        values[found.destination] = value
    return None if wanted else values
