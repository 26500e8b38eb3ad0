"""Make the completion scripts from the commands themselves.

`python -m jobpass.command.completion` writes them; `--check` only compares. It needs shtab, and so does nobody who
only uses the scripts.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import shtab

from jobpass.command.command import Argument, Command
from jobpass.command.completion import SHELLS, file_of
from jobpass.command.registry import COMMANDS, GROUPS, command

_HEAD = (
    "# Completion of `jobpass` in {shell}; made by `python -m jobpass.command.completion` with shtab (Apache-2.0):\n"
    "# edit the commands, not this file.\n"
)
# shtab's own words at the top: how to install a script, which the reference page says of these.
_SHTABS_HEAD = re.compile(r"^# AUTOMATICALLY GENERATED.*\n(?:#.*\n)*", re.MULTILINE)
# In zsh, `source <(jobpass completion zsh)` is to do what `eval` does, and not to complete there and then.
_SOURCED = ("[[ $zsh_eval_context[-1] == eval ]]", "[[ $zsh_eval_context[-1] == (eval|file) ]]")

# A command line inside a command line is completed as the shell completes any; bash lends out no more than the names
# of commands and files.
_COMMAND_LINE: Mapping[str, str | dict[str, str]] = {
    "bash": "_jobpass_command_line_files",  # a name with `_file` in it is one whose answers shtab has bash quote
    "zsh": "_jobpass_command_line",
    "fish": "(_jobpass_command_line)",
    "preamble": {
        "bash": (
            "_jobpass_command_line_files() {\n"
            "  local at=1\n"
            '  while [ $at -lt "$COMP_CWORD" ] && [ "${COMP_WORDS[at]}" != -- ]; do at=$(( at + 1 )); done\n'
            "  case $(( COMP_CWORD - at )) in\n"
            "    0) ;;\n"
            '    1) compgen -c -- "$1" ;;\n'
            '    *) compgen -f -- "$1" ;;\n'
            "  esac\n"
            "}\n"
        ),
        "zsh": (
            "_jobpass_command_line() {\n"
            "  if [[ $words[1] == -- ]]; then shift words; (( CURRENT -= 1 )); fi\n"
            "  _normal\n"
            "}\n"
        ),
        "fish": (
            "function _jobpass_command_line\n"
            "  set -l before (commandline -opc)\n"
            "  set -l at (contains -i -- -- $before); or return\n"
            "  set -e before[1..$at]\n"
            '  complete -C (string join " " -- (string escape -- $before) (commandline -ct))\n'
            "end\n"
        ),
    },
}
_KINDS = {"FILE": shtab.FILE, "FOLDER": shtab.DIRECTORY, "COMMAND": _COMMAND_LINE}


def scripts() -> dict[str, str]:
    """Return the script of each shell."""
    root = _root()
    return {shell: _of_jobpass(shell, shtab.complete(root, shell=shell)) for shell in SHELLS}


def _of_jobpass(shell: str, made: str) -> str:
    begun = _SHTABS_HEAD.sub(_HEAD.format(shell=shell), made, count=1).replace(*_SOURCED)
    return re.sub(r"[ \t]+$", "", begun, flags=re.MULTILINE).rstrip("\n") + "\n"


def _root() -> argparse.ArgumentParser:
    """Return one parser of all commands, as `jobpass.command.main` would need none."""
    root = argparse.ArgumentParser(prog="jobpass")
    root.add_argument("--version", action="version", version="", help="print the version")
    subcommands = root.add_subparsers()
    groups = {
        name: subcommands.add_parser(name, help=about, description=about).add_subparsers()
        for name, about in GROUPS.items()
    }
    for name, entry in COMMANDS.items():
        group, _, last = name.rpartition(" ")
        parser = (groups[group] if group else subcommands).add_parser(last, help=entry.summary)
        _describe(parser, command(name))
    return root


def _describe(parser: argparse.ArgumentParser, described: Command) -> None:
    for argument in described.all_arguments:
        added = parser.add_argument(*argument.names, help=argument.help, **argument.settings)
        kind = _kind(argument)
        if kind:
            added.complete = kind  # type: ignore[attr-defined]


def _kind(argument: Argument) -> Mapping[str, str | dict[str, str]] | None:
    """Return how a value is completed, by the word that stands for it in the help."""
    return _KINDS.get(str(argument.settings.get("metavar", "")).strip("[]. …"))


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; return 1 where a script is not what the commands say."""
    parser = argparse.ArgumentParser(prog="python -m jobpass.command.completion", description=scripts.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a script is not current")
    options = parser.parse_args(arguments)
    stale = 0
    for shell, text in scripts().items():
        path = Path(file_of(shell))
        if not options.check:
            path.write_text(text, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != text:
            print(f"{path.name} is not what the commands say: run python -m jobpass.command.completion")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
