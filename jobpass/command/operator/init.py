"""`jobpass init`: the first jobpass.yaml, from a few questions or from options."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

from jobpass.command.command import Argument, Command
from jobpass.command.errors import GOOD, REFUSED, CommandError, UsageError
from jobpass.command.operator.init_interview import interview
from jobpass.command.operator.questions import Questions
from jobpass.command.terminal import Terminal
from jobpass.configuration import preset as presets
from jobpass.configuration.schema import SCHEMA_FILE
from jobpass.starter import new_file
from jobpass.starter.checking import OPTIONS, Mistake, mistakes
from jobpass.starter.document import text
from jobpass.starter.next_steps import next_steps
from jobpass.starter.public_key import public_key
from jobpass.starter.wish import DEFAULT_PRESET, Wish

# What can be wrong by itself, whatever the answers to the questions will be.
_ALONE = frozenset({"name", "preset", "platform", "principals", "public_keys", "managed_policies"})
_LISTS = ("principals", "managed_policies", "audiences")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Ask what is to be asked, check it as synthesis does, write the file, and say what is next."""
    file: Path = options.file
    new_file.check_place(file, force=options.force)
    said = _said(options)
    wish = Wish(**said)
    if not (options.defaults or options.json) and sys.stdin.isatty() and terminal.out.isatty():
        import readline  # noqa: F401, PLC0415 - its import is what gives `input` its keys

        _check([each for each in mistakes(wish) if each.setting in _ALONE & said.keys()])
        wish = interview(wish, frozenset(said), Questions(terminal))
    _check(mistakes(wish))
    backup = new_file.write(file, text(wish, new_file.schema_reference(file)), force=options.force)
    steps = list(next_steps(wish, file))
    if options.json:
        terminal.say_json(
            {
                "file": str(file.absolute()),
                "backup": str(backup.absolute()) if backup else None,
                "schema": str(SCHEMA_FILE),
                "examples": list(wish.examples),
                "next_steps": steps,
            }
        )
        return GOOD
    kept = f"; what was there is now {backup.name}" if backup else ""
    terminal.say(terminal.wrapped(f"wrote {file}, checked as synthesis checks it{kept}"))
    terminal.say(terminal.wrapped(f"its JSON Schema, for editors: {SCHEMA_FILE}"))
    for number, step in enumerate(steps, 1):
        said_so, _, document = step.partition("\n")
        terminal.say(terminal.wrapped(said_so, "   ", f"{number}. "))
        if document:
            terminal.say(indent(document, "   "))
    return GOOD


def _said(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that options say."""
    given = {name: getattr(options, name) for name in OPTIONS if name not in (*_LISTS, "public_keys", "when")}
    said = {name: value for name, value in given.items() if value is not None}
    said |= {name: tuple(getattr(options, name)) for name in _LISTS if getattr(options, name)}
    if options.public_keys:
        said["public_keys"] = tuple(map(public_key, options.public_keys))
    if options.when:
        said["when"] = _when(options.when)
    if options.demonstration is not None:
        said["demonstration"] = options.demonstration
    return said


def _when(pairs: list[str]) -> dict[str, str]:
    when: dict[str, str] = {}
    for each in pairs:
        name, equals, value = each.partition("=")
        if not equals or name in when:
            problem = "names a field twice" if equals else "has no `=`"
            raise UsageError(f"`--when {each}` {problem}", "write each field once, as `--when ref=refs/heads/main`")
        when[name] = value
    return when


def _check(found: Sequence[Mistake]) -> None:
    if not found:
        return
    problems: dict[tuple[str, str], dict[str, str | int | None]] = {
        (each.option, each.message): {"path": each.option, "line": None, "message": each.message} for each in found
    }
    count = f"{len(problems)} mistake{'' if len(problems) == 1 else 's'}"
    remedy = "correct these options: each line says how; nothing is written"
    raise CommandError(
        "configuration", f"such a file would not synthesize: {count}", remedy, REFUSED, [*problems.values()]
    )


def _repeated(flag: str, setting: str, metavar: str, about: str) -> Argument:
    settings = {"dest": setting, "metavar": metavar, "action": "append", "default": []}
    return Argument((flag,), f"{about}; may be repeated", settings)


COMMAND = Command(
    name="init",
    description="Write a first jobpass.yaml: one kind of job, one platform that registers such jobs, and one IAM role "
    "that trusts some of them, with comments that say what each setting means and what else there is. At a terminal it "
    "asks what no option says; elsewhere, and with `--defaults`, an example stands in its place, and the file says "
    "so.\n\n"
    "What is said is checked as synthesis checks it, and what would not synthesize is not written. A file that is "
    "there is never overwritten: with `--force` it is kept beside the new one.",
    arguments=(
        Argument(
            ("file",),
            "the file to write (default: jobpass.yaml)",
            {"metavar": "FILE", "nargs": "?", "type": Path, "default": Path("jobpass.yaml")},
        ),
        Argument(
            ("--preset",),
            f"whose jobs they are: {', '.join(presets.names())} (default: {DEFAULT_PRESET})",
            {"metavar": "NAME"},
        ),
        Argument(("--form",), "the preset's form, where it has several (default: its first)", {"metavar": "FORM"}),
        Argument(("--platform",), "who registers jobs (default: ci-server)", {"metavar": "NAME"}),
        _repeated("--principal", "principals", "ARN", "the IAM role, user or account whose sessions register jobs"),
        _repeated(
            "--public-key", "public_keys", "FILE", "the public key of a platform without AWS credentials, a JWK or PEM"
        ),
        Argument(("--role",), "the IAM role's name (default: deploy)", {"metavar": "NAME"}),
        _repeated(
            "--when",
            "when",
            "FIELD=VALUE",
            "what a field of the jobs that the role trusts must be; `*` stands for any text, `?` for one character",
        ),
        _repeated("--managed-policy", "managed_policies", "ARN", "a policy that says what such a job may do"),
        _repeated("--audience", "audiences", "AUDIENCE", "for whom jobs may have tokens (default: sts.amazonaws.com)"),
        Argument(("--allow-any",), "why the role may trust so many jobs", {"metavar": "REASON"}),
        Argument(("--name",), "names the stack, and begins its roles' names (default: jobpass)", {"metavar": "NAME"}),
        Argument(("--issuer-url",), "the issuer, on a domain of your own (default: CloudFront's)", {"metavar": "URL"}),
        Argument(("--certificate-arn",), "the ACM certificate for that domain, in us-east-1", {"metavar": "ARN"}),
        Argument(
            ("--production",),
            "keep table, documents and signing keys when the stack goes (default)",
            {"dest": "demonstration", "action": "store_const", "const": False},
        ),
        Argument(
            ("--demonstration",),
            "leave nothing behind when the stack goes",
            {"dest": "demonstration", "action": "store_const", "const": True},
        ),
        Argument(("--defaults",), "ask nothing, at a terminal neither", {"action": "store_true"}),
        Argument(("--force",), "replace a file that is there, and keep a copy of it", {"action": "store_true"}),
    ),
    examples=(
        "jobpass init",
        "jobpass init --preset semaphore --principal arn:aws:iam::111122223333:role/ci-server \\",
        "  --when org=acme --when repo=web --when ref_type=branch --when ref=refs/heads/main",
    ),
    run=run,
)
