"""argparse's parser for a command: for its help, its mistakes, and every command line that is not plain."""

from __future__ import annotations

import argparse

from jobpass.command.errors import WRONG_USAGE, OutputError, UsageError
from jobpass.command.wrapping import wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from jobpass.command.command import Command


class Parser(argparse.ArgumentParser):
    """argparse's parser, whose mistakes are errors with a remedy like any other."""

    usage_status = WRONG_USAGE

    def _parse_optional(self, arg_string: str) -> Any:
        """Take for a value what begins with one hyphen, as a `kid` or a file's name may: options have two, but `-h`."""
        if len(arg_string) > 2 and arg_string[0] == "-" and arg_string[1] != "-":
            return None
        return super()._parse_optional(arg_string)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        wrong = UsageError(message, f"`{self.prog} --help` lists the arguments and shows an example")
        wrong.exit_status = self.usage_status
        raise wrong

    def _print_message(self, message: str, file: Any = None) -> None:
        """Raise as `Terminal.say` what older Pythons raise and newer ones keep to themselves."""
        try:
            super()._print_message(message, file)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error) from None


def parser_of(command: Command, width: int) -> Parser:
    """Return the parser of a command's arguments, its help as wide as the terminal."""
    several = len(command.examples) > 1
    parser = Parser(
        prog=f"jobpass {command.name}",
        description="\n\n".join(wrapped(part, width) for part in command.description.split("\n\n")),
        epilog="\n".join(["examples:" if several else "example:", *(f"  {line}" for line in command.examples)]),
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=width),
        allow_abbrev=False,
    )
    parser.usage_status = command.usage_status
    for argument in command.all_arguments:
        parser.add_argument(*argument.names, help=argument.help, **argument.settings)
    return parser
