"""What is left to do when the file is written, and cannot be done by it."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from jobpass.configuration import preset as presets
from jobpass.starter.wish import Wish
from jobpass_issuer.domain.string_like import has_wildcard

_PRINCIPAL = re.compile(r"arn:(?P<partition>[a-z-]+):iam::(?P<account>[0-9]{12}):(?P<who>.*)")
_ISSUERS_ACCOUNT = "<issuer's account>"


def next_steps(wish: Wish, file: Path) -> Iterator[str]:
    """Yield each step as a sentence or two, in order; some end in what to write, on lines of its own."""
    chosen = "" if file.name == "jobpass.yaml" else f" CONFIGURATION={file.name}"
    if wish.examples:
        yield f"Write your own values where the file says AN EXAMPLE: {' and '.join(wish.examples)}."
    if wish.trusted is not None and not wish.managed_policies:
        yield f"Say in `roles.{wish.trusted}.managed_policies` what such a job may do; until then, nothing."
    yield f"With the file in a checkout of Jobpass: `make synth{chosen}`, and then `make deploy{chosen}`."
    yield from _hops(wish)
    yield f"Register a job, as the platform, and run a command as it (docs/how-to/register.md):\n{_registration(wish)}"


def _registration(wish: Wish) -> str:
    """The command line that registers a job which the role trusts, `…` for what is open."""
    rules = presets.definition(wish.preset, wish.form)["fields"]
    needed = [name for name in wish.subject_fields if name in wish.jobs or rules[name].get("otherwise") is None]
    values = {name: wish.jobs.get(name, "*") for name in needed}
    fields = [f"{name}={'…' if has_wildcard(value) else value}" for name, value in values.items()]
    words = [("--profile", wish.profile), *(("--audience", each) for each in wish.audiences[:1])]
    words += [("--role", wish.trusted)] if wish.trusted is not None else []
    words += [("--field", each) for each in fields]
    lines = ["jobpass jobs register", *(shlex.join(pair) for pair in words), "-- ./deploy.sh"]
    return " \\\n  ".join(lines)


def _hops(wish: Wish) -> Iterator[str]:
    """What each side must still permit so that the platform can sign requests."""
    for principal in wish.sessions:
        told = _PRINCIPAL.fullmatch(principal)
        if told is None:
            continue
        role = f"arn:{told['partition']}:iam::{_ISSUERS_ACCOUNT}:role/{wish.name}-platform-{wish.platform}"
        permission = json.dumps({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}, indent=2)
        who = "the roles that are to register jobs" if told["who"] == "root" else told["who"]
        yield f"The second hop is yours: in account {told['account']}, give {who} this permission:\n{permission}"
    if wish.public_keys:
        yield (
            "Where the private key is, set JOBPASS_API_URL and JOBPASS_ISSUER_URL to the outputs `ApiUrl` and "
            "`IssuerUrl`: docs/how-to/register-without-aws.md."
        )
