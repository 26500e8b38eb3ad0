"""The text of a first `jobpass.yaml`: what was wished for, with comments that say what it means and what else can be.

A setting that is left out stands there as a comment, ready to be uncommented.
"""

import json
import textwrap
from collections.abc import Iterator

from jobpass.configuration import preset as presets
from jobpass.starter.wish import Wish
from jobpass.starter.yaml_value import mapping, scalar, sequence

WIDTH = 120
# Where comments beside settings begin, unless a setting reaches further.
_COLUMN = 34
_EXAMPLE = "AN EXAMPLE: write your own"


def text(wish: Wish, schema: str) -> str:
    """Return the file's text; `schema` is where editors find the JSON Schema, from where the file is put."""
    parts = (_deployment(wish), _issuer(wish), _profile(wish), _platform(wish), _role(wish))
    lines = [f"# yaml-language-server: $schema={schema}", "#", *_said(_HEAD)]
    for part in parts:
        lines += ["", *part]
    return "\n".join(lines) + "\n"


_HEAD = """What this deployment of Jobpass issues, to whom, and which IAM roles trust it. Editors complete it by the \
schema that the first line names; `make synth` names every mistake at once, with line and remedy. Every setting: \
docs/reference/configuration.md"""

_KEPT = """`cdk destroy` leaves the table, the documents and the signing keys where they are, and DynamoDB refuses to \
delete the table. For a trial that leaves nothing behind: `destroy` and `false`."""

_TRIAL = """This is a trial, which leaves nothing behind. For production leave both lines out: table, documents and \
signing keys then outlive `cdk destroy`, and DynamoDB refuses to delete the table."""

_ADDRESS = """The issuer's URL stands in every token and every trust policy, letter for letter. Without `url` it is an \
address that CloudFront gives; before others rely on it, choose a domain of your own."""

_WHO = "Who may register which jobs, and no others. To register one is to decide what its token says."

_SESSIONS = """Sessions of these roles, users or accounts (`arn:aws:iam::<account>:root`) may assume the platform's \
invocation role, `{role}`, and sign their requests with it."""

_KEYS = """The public keys whose private halves sign the platform's client assertions. The private ones stay on the \
platform, and never stand here."""

_TRUST = """Who is trusted with what. Each becomes an IAM role, here `{role}`, that only such jobs can assume."""


def _deployment(wish: Wish) -> Iterator[str]:
    yield _noted(f"name: {scalar(wish.name)}", "names the stack and begins the names of its roles")
    yield ""
    yield from _said(_TRIAL if wish.demonstration else _KEPT)
    yield f"retention: {'destroy' if wish.demonstration else 'retain'}"
    yield f"deletion_protection: {'false' if wish.demonstration else 'true'}"


def _issuer(wish: Wish) -> Iterator[str]:
    yield from _said(_ADDRESS)
    yield "issuer:"
    if wish.issuer_url is None:
        certificate = "arn:aws:acm:us-east-1:<account>:certificate/<id>"
        yield _noted("  # url: https://oidc.example.com", f'with `certificate_arn: "{certificate}"`')
    else:
        yield f"  url: {scalar(wish.issuer_url)}"
    if wish.certificate_arn is not None:
        yield _noted(f"  certificate_arn: {scalar(wish.certificate_arn)}", "in us-east-1, where CloudFront looks")
    yield _noted("  token_lifetime_seconds: 300", "unless the request says otherwise, and never more than:")
    yield "  max_token_lifetime_seconds: 3600"
    yield ""
    yield "signing:"
    yield _noted("  rotate_every_days: 90", "then the next key signs; no valid token fails for it")


def _profile(wish: Wish) -> Iterator[str]:
    yield "# How each kind of job is described: its fields, and how its subject (`sub`) is made of them."
    yield "profiles:"
    yield f"  {scalar(wish.profile)}:"
    if wish.known:
        yield from _said(presets.document(wish.preset)["description"], "    ")
    yield _noted(f"    preset: {scalar(wish.preset)}", "a profile that ships with Jobpass")
    forms = presets.forms(wish.preset) if wish.known else ()
    if wish.form is not None or len(forms) > 1:
        chosen = forms[0] if wish.form is None else wish.form
        others = ", ".join(form for form in forms if form != chosen)
        yield _noted(f"    form: {scalar(chosen)}", f"there is also {others}" if others else "")
    if wish.known:
        yield from _said(_described(wish), "    ")


def _described(wish: Wish) -> str:
    definition = presets.definition(wish.preset, wish.form)
    needed = wish.subject_fields
    more = [name for name in definition["fields"] if name not in needed]
    said = f"Subject: {definition['subject']}. "
    if needed:
        said += f"A registration says of its job what these fields are: {', '.join(needed)}. "
        said += "`constants: {field: value}` fixes one for all jobs. "
    return said + (f"Claims are also made of {', '.join(more)}." if more else "")


def _platform(wish: Wish) -> Iterator[str]:
    yield from _said(_WHO)
    yield "platforms:"
    yield f"  {scalar(wish.platform)}:"
    if wish.sessions:
        yield from _said(_SESSIONS.format(role=_shown(f"{wish.name}-platform-{wish.platform}")), "    ")
        example = f"platforms.{wish.platform}.principals" in wish.examples
        yield _noted(f"    principals: {sequence(wish.sessions)}", _EXAMPLE if example else "")
    if wish.public_keys:
        yield from _said(_KEYS, "    ")
        yield "    public_keys:"
        for key in wish.public_keys:
            yield f"      - {json.dumps(dict(key))}"
    yield f"    profiles: {sequence([wish.profile])}"
    if wish.jobs:
        first = dict(list(wish.jobs.items())[:1])
        yield _noted(f"    # where: {mapping(first)}", "every job that it registers must be so")
    yield _noted(
        f"    audiences: {sequence(wish.audiences)}", "for whom its jobs may have tokens; AWS is sts.amazonaws.com"
    )
    if wish.trusted is not None:
        yield _noted(f"    roles: {sequence([wish.trusted])}", "which its jobs may pin, or draw credentials for")
    yield _noted("    max_job_seconds: 86400", "a registration ends by itself, after this time at the latest")


def _role(wish: Wish) -> Iterator[str]:
    if wish.trusted is None:
        yield "# Which jobs IAM roles trust. There is none: the platform's audiences are others than AWS."
        yield "roles: {}"
        return
    yield from _said(_TRUST.format(role=_shown(f"{wish.name}-{wish.trusted}")))
    yield "roles:"
    yield f"  {scalar(wish.trusted)}:"
    yield f"    profile: {scalar(wish.profile)}"
    if wish.jobs:
        example = f"roles.{wish.trusted}.when" in wish.examples
        yield _noted("    when:", _EXAMPLE if example else "all of it must be so; what is not named may be anything")
        for name, value in wish.jobs.items():
            yield f"      {scalar(name)}: {scalar(value)}"
        yield '      # `*` stands for any text, `?` for one character: "refs/tags/v*"'
    if wish.allow_any is not None:
        yield _noted(f"    allow_any: {scalar(wish.allow_any)}", "why the role may trust so many jobs")
    if wish.managed_policies:
        yield f"    managed_policies: {sequence(wish.managed_policies)}"
    else:
        said = "what such a job may do: nothing, until this names policies"
        yield _noted('    # managed_policies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]', said)
    yield _noted("    # pin: required", "take only tokens that name this very role")


def _said(paragraph: str, indent: str = "") -> Iterator[str]:
    """A paragraph as comment lines."""
    begin = f"{indent}# "
    yield from textwrap.wrap(
        paragraph,
        WIDTH,
        initial_indent=begin,
        subsequent_indent=begin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _noted(line: str, comment: str) -> str:
    """A setting with its comment beside it, or above it where the line would be too long."""
    if not comment:
        return line
    beside = f"{line:<{_COLUMN - 2}}  # {comment}"
    if len(beside) <= WIDTH:
        return beside
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}# {comment}\n{line}"


def _shown(name: str) -> str:
    """A name of the user's own within a comment, which it cannot end whatever is in it."""
    return name if name.isprintable() else json.dumps(name)
