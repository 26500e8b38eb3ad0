"""Environment variables written for those who read them: shells, dotenv files, GitHub Actions. Pure.

Values may hold anything; a format raises JobpassError for what it has no way to write, a strange name above all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

from jobpass.errors import JobpassError

# The names of variables that shells take (POSIX, "Environment Variable Definition"); a name cannot be quoted.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# What needs no quotes in a dotenv file, whoever reads it: they agree on nothing about quotes.
_BARE = re.compile(r"[A-Za-z0-9_./+=:@%,?-]+", re.ASCII)
# What PowerShell takes for a single quote: the straight one and four of typography's (about_Quoting_Rules; its
# tokenizer, which doubles them all in `EscapeSingleQuotedStringContent`).
_SINGLE_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")


def shell(variables: Mapping[str, str]) -> str:
    """Return lines for `eval` in a POSIX shell: between single quotes nothing but they themselves means anything."""
    return _lines(variables, lambda name, value: f"export {name}='" + value.replace("'", "'\\''") + "'")


def fish(variables: Mapping[str, str]) -> str:
    """Return lines for fish's `source`; between its single quotes a backslash escapes itself and the quote."""
    return _lines(
        variables,
        lambda name, value: f"set -gx {name} '" + value.replace("\\", "\\\\").replace("'", "\\'") + "'",
    )


def powershell(variables: Mapping[str, str]) -> str:
    """Return lines for PowerShell's `Invoke-Expression`; a single quote within single quotes is doubled."""
    return _lines(variables, lambda name, value: f"$Env:{name} = '" + _SINGLE_QUOTES.sub(r"\1\1", value) + "'")


def dotenv(variables: Mapping[str, str]) -> str:
    """Return lines for a file of variables, without quotes: `docker --env-file` would take them for the value's.

    Raises:
        JobpassError: a value needs quotes.
    """
    for name, value in variables.items():
        if not _BARE.fullmatch(value):
            raise JobpassError(
                "not_representable",
                f"{name} has characters that every reader of such files takes differently",
                "take another format",
            )
    return _lines(variables, lambda name, value: f"{name}={value}")


def github(variables: Mapping[str, str]) -> str:
    """Return lines for the file that `GITHUB_ENV` names, each value up to a delimiter that nobody can foresee.

    Source: GitHub Actions, "Workflow commands", "Setting an environment variable", "Multiline strings".
    """
    delimiter = f"jobpass_{os.urandom(16).hex()}"
    return _lines(variables, lambda name, value: f"{name}<<{delimiter}\n{value}\n{delimiter}")


def _lines(variables: Mapping[str, str], line: Callable[[str, str], str]) -> str:
    for name in variables:
        if not _NAME.fullmatch(name):
            raise JobpassError(
                "not_representable",
                f"{name[:40]!a} is no name of an environment variable, and a shell might run it",
                "see that what answers is Jobpass: the URL is the deployment's own",
            )
    return "\n".join(line(name, value) for name, value in variables.items())


FORMATS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "shell": shell,
    "dotenv": dotenv,
    "github": github,
    "fish": fish,
    "powershell": powershell,
}
# What makes the shell that evaluates it fail too: an empty text would be a success.
FAILURES: Mapping[str, str] = {"shell": "false", "fish": "false", "powershell": "throw 'jobpass env failed'"}
