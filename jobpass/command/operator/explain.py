"""`jobpass explain`: why a role refuses a job, or what an error text may mean."""

import argparse
from pathlib import Path
from typing import Any

from jobpass.command.command import Argument, Command
from jobpass.command.errors import COULD_NOT_LOOK, REFUSED, CommandError, UsageError
from jobpass.command.operator.explain_case import Case
from jobpass.command.operator.explain_report import Report, diagnosis_lines
from jobpass.command.operator.moment import now_or
from jobpass.command.terminal import Terminal
from jobpass.explain import diagnose, explain
from jobpass.explain.quoting import plain
from jobpass.lookup.text_input import STANDARD_INPUT, read


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the verdict, or the causes of an error text."""
    if options.error is not None:
        return _diagnose(options, terminal)
    now = now_or(options.at)
    case = Case.of(options)
    verdict = explain(case.presented.token, case.side.account, now=now, jwk_set=case.jwk_set, request=case.request)
    unseen = (*case.unseen, *map(_of_the_call, verdict.open_keys))
    report = Report(case.wording.of(verdict), case.side.account.role_arn, now, case.assumed, unseen)
    if options.json:
        terminal.say_json(report.to_document())
    else:
        for line in report.lines(terminal):
            terminal.say(line)
    return report.status


def _of_the_call(key: str) -> str:
    option = "--session-name NAME" if key.lower() == "sts:rolesessionname" else f"--context {plain(key)}=VALUE"
    return f"{plain(key)} of the call, on which the trust policy makes it depend (`{option}`)"


def _diagnose(options: argparse.Namespace, terminal: Terminal) -> int:
    others = {name: value for name, value in vars(options).items() if name not in ("error", "json")}
    if any(others.values()):
        remedy = "leave the other arguments out; or leave `--error` out to have the call itself explained"
        raise UsageError("`--error` explains a text alone", remedy)
    text = read(STANDARD_INPUT, "the error text") if options.error == STANDARD_INPUT else options.error
    diagnosis = diagnose(text)
    if diagnosis is None:
        raise CommandError(
            "unknown_text",
            "the text holds no error of STS or IAM that is known here",
            "hand over the line of the log that begins with `An error occurred`, or explain the call: token and role",
            COULD_NOT_LOOK,
        )
    if options.json:
        terminal.say_json(diagnosis.to_document())
    else:
        for line in diagnosis_lines(diagnosis, terminal):
            terminal.say(line)
    return REFUSED


def _list(metavar: str) -> dict[str, Any]:
    return {"metavar": metavar, "action": "append", "default": []}


COMMAND = Command(
    name="explain",
    description="Say whether STS gives a job a session of a role, and if not, why, and the one thing to change: each "
    "check that STS and IAM make, each condition with what it wants and what it got. It works for tokens of every "
    "issuer and for everybody's trust policies.\n\n"
    "A token comes from a file, from standard input (`--token-file -`) or from a variable (`--token-env`), never from "
    "the command line, which every process may read; it is shown nowhere. Without a token, `--profile` and `--field`, "
    "or `--registration`, say of a job of jobpass.yaml what its token will meet.\n\n"
    "ROLE is a role of jobpass.yaml, or the ARN of one that IAM is asked for, with the credentials of the environment: "
    "iam:GetRole, iam:ListOpenIDConnectProviders and iam:GetOpenIDConnectProvider. `--trust-policy` takes it from a "
    "file instead.\n\n"
    "Given `--error` alone, it lists what that text may mean and how to tell; it ends with 1 then.",
    arguments=(
        Argument(("role",), "a role's name in jobpass.yaml, or its ARN", {"metavar": "ROLE", "nargs": "?"}),
        Argument(("--token-file",), "the file that holds the token; `-` is standard input", {"metavar": "FILE"}),
        Argument(("--token-env",), "the environment variable that holds the token", {"metavar": "NAME"}),
        Argument(("--profile",), "preview: the job's profile in jobpass.yaml", {"metavar": "NAME"}),
        Argument(("--field",), "preview: a field of the job; may be repeated", _list("FIELD=VALUE")),
        Argument(
            ("--registration",),
            "preview: what `POST /v1/jobs` or `GET /v1/jobs/{job_id}` answered; `-` is standard input",
            {"metavar": "FILE"},
        ),
        Argument(
            ("--audience",),
            "preview: the audience (default: the registered one, or sts.amazonaws.com)",
            {"metavar": "AUDIENCE"},
        ),
        Argument(
            ("--role-arn",),
            "preview: a role that the token is pinned to, by ARN or name; may be repeated",
            _list("ARN"),
        ),
        Argument(
            ("--config",), "the deployment's configuration (default: jobpass.yaml)", {"metavar": "FILE", "type": Path}
        ),
        Argument(("--issuer-url",), "the issuer (default: `issuer.url` of the file)", {"metavar": "URL"}),
        Argument(("--account",), "the account of a role that is named by its name", {"metavar": "ID"}),
        Argument(
            ("--trust-policy",), "the role's trust policy, or what `aws iam get-role` prints", {"metavar": "FILE"}
        ),
        Argument(
            ("--provider-url",),
            "with --trust-policy: the OIDC provider of the account (default: those that the policy names)",
            {"metavar": "URL"},
        ),
        Argument(
            ("--client-id",),
            "with --trust-policy: a client ID of the provider; may be repeated (default: the token's audience)",
            _list("AUDIENCE"),
        ),
        Argument(
            ("--max-session-seconds",),
            "with --trust-policy: how long the role's sessions may last (default: 3600)",
            {"metavar": "SECONDS", "type": int},
        ),
        Argument(
            ("--jwks",), "the issuer's JWK Set in a file (default: it is fetched from the issuer)", {"metavar": "FILE"}
        ),
        Argument(("--no-jwks",), "leave the signature unchecked", {"action": "store_true"}),
        Argument(("--session-name",), "the RoleSessionName of the call", {"metavar": "NAME"}),
        Argument(
            ("--context",),
            "a condition key of the call that token and role do not tell, such as aws:SourceIp; may be repeated",
            _list("KEY=VALUE"),
        ),
        Argument(("--duration",), "the DurationSeconds of the call", {"metavar": "SECONDS", "type": int}),
        Argument(("--at",), "the moment of the call (default: now)", {"metavar": "TIME"}),
        Argument(("--error",), "an error text from a log, alone; `-` is standard input", {"metavar": "TEXT"}),
    ),
    examples=(
        "jobpass explain arn:aws:iam::111122223333:role/web-deploy --token-env ID_TOKEN",
        "jobpass explain web-deploy --profile ci --field repo=web --field ref=refs/heads/dev \\",
        "  --field ref_type=branch --field project_id=936a5312-a3b8-4921-8b3f-2cec8baac574",
        "jobpass explain --trust-policy policy.json --token-file token.jwt",
        "jobpass explain --error 'Not authorized to perform sts:AssumeRoleWithWebIdentity'",
    ),
    run=run,
)
