"""`jq` for machines that have none: the real libjq behind the options that shell recipes use.

Run as a file by `.local/bin/jq`, with `-P`, so that `import jq` finds PyPI's binding and not this module.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jq as libjq

INPUT_ERROR, COMPILE_ERROR, NO_OUTPUT, RUN_ERROR = 2, 3, 4, 5


def main(arguments: list[str] | None = None) -> int:
    """Run one filter over the inputs; the exit statuses are jq's own (jq manual, "Invoking jq", --exit-status)."""
    options = _parser().parse_args(arguments)
    variables = dict(options.arg) | {name: json.loads(text) for name, text in options.argjson}
    try:
        program = libjq.compile(options.filter, args=variables)
    except ValueError as error:
        return _complain(f"error: {error}", COMPILE_ERROR)
    try:
        inputs = list(_inputs(options))
    except OSError as error:
        return _complain(f"error: Could not open {error.filename}: {error.strerror}", INPUT_ERROR)
    except ValueError as error:
        return _complain(f"parse error: {error}", INPUT_ERROR)
    return _print(program, inputs, options)


def _print(program: Any, inputs: list[Any], options: argparse.Namespace) -> int:
    outputs = 0
    last: Any = None
    try:
        for value in inputs:
            for last in program.input_value(value):
                outputs += 1
                sys.stdout.write(_text(last, options) + ("" if options.join_output else "\n"))
    except ValueError as error:
        return _complain(f"error (at <stdin>:0): {error}", RUN_ERROR)
    if not options.exit_status:
        return 0
    if outputs == 0:
        return NO_OUTPUT
    return 1 if last is None or last is False else 0


def _text(value: Any, options: argparse.Namespace) -> str:
    if isinstance(value, str) and (options.raw_output or options.join_output):
        return value
    if options.compact_output:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=options.sort_keys)
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=options.sort_keys)


def _inputs(options: argparse.Namespace) -> Iterator[Any]:
    if options.null_input:
        yield None
        return
    files = [Path(name).read_text() for name in options.files]
    text = "\n".join(files) if files else sys.stdin.read()
    if options.raw_input:
        yield from [text] if options.slurp else text.splitlines()
    elif options.slurp:
        yield list(_documents(text))
    else:
        yield from _documents(text)


def _documents(text: str) -> Iterator[Any]:
    """The JSON documents of a text, one after the other."""
    decoder = json.JSONDecoder()
    position = 0
    while text[position:].strip():
        position += len(text[position:]) - len(text[position:].lstrip())
        value, position = decoder.raw_decode(text, position)
        yield value


def _complain(message: str, status: int) -> int:
    print(f"jq: {message}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jq", description="The jq options that shell recipes use.")
    parser.add_argument("-r", "--raw-output", action="store_true")
    parser.add_argument("-j", "--join-output", action="store_true")
    parser.add_argument("-c", "--compact-output", action="store_true")
    parser.add_argument("-e", "--exit-status", action="store_true")
    parser.add_argument("-n", "--null-input", action="store_true")
    parser.add_argument("-R", "--raw-input", action="store_true")
    parser.add_argument("-s", "--slurp", action="store_true")
    parser.add_argument("-S", "--sort-keys", action="store_true")
    parser.add_argument("--arg", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"))
    parser.add_argument("--argjson", nargs=2, action="append", default=[], metavar=("NAME", "JSON"))
    parser.add_argument("filter", nargs="?", default=".")
    parser.add_argument("files", nargs="*")
    return parser


if __name__ == "__main__":
    sys.exit(main())
