"""`jobpass doctor`: look at any issuer as AWS and strict clients do."""

import argparse
from datetime import UTC, datetime

from jobpass.command.command import Argument, Command
from jobpass.command.errors import COULD_NOT_LOOK, GOOD, REFUSED, UsageError
from jobpass.command.terminal import Terminal
from jobpass.doctor.checks import findings
from jobpass.doctor.examination import examine
from jobpass.doctor.fetching import askable
from jobpass.doctor.finding import Severity
from jobpass.doctor.network import Network
from jobpass.doctor.report import Report


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print what is sound and what is not, and return whether an error, or with `--strict` a warning, is among it."""
    if not askable(options.issuer_url):
        message = f"{options.issuer_url!a} is no issuer that can be looked at"
        raise UsageError(message, "write its URL in ASCII, beginning with https://, as `iss` has it")
    if not 0 < options.timeout <= 60:
        raise UsageError(f"--timeout {options.timeout:g} is out of range", "choose 1 to 60 seconds")
    facts = examine(options.issuer_url, Network(options.timeout), datetime.now(UTC))
    report = Report(facts, findings(facts))
    if options.json:
        terminal.say_json(report.to_document())
    else:
        for line in report.lines(terminal):
            terminal.say(line)
    if facts.out_of_reach:
        return COULD_NOT_LOOK
    refused = report.count(Severity.ERROR) or (options.strict and report.count(Severity.WARNING))
    return REFUSED if refused else GOOD


COMMAND = Command(
    name="doctor",
    description="Look at an issuer as AWS and strict clients do: its URL, its addresses and TLS, its discovery "
    "document and its JWK Set, how both are served and for how long they may be kept. Each finding comes with its "
    "remedy. It works for every OpenID Connect issuer, sends nothing secret, and needs no AWS account.\n\n"
    "An `error` makes AWS, or a client that keeps to the standards, refuse tokens; a `warning` some clients, or soon; "
    "a `note` is worth knowing. HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honoured.",
    arguments=(
        Argument(("issuer_url",), "the issuer, letter for letter as `iss` has it", {"metavar": "ISSUER_URL"}),
        Argument(("--strict",), "end with 1 for warnings too", {"action": "store_true"}),
        Argument(
            ("--timeout",),
            "how long to wait for each answer (default: 10)",
            {"metavar": "SECONDS", "type": float, "default": 10.0},
        ),
    ),
    examples=("jobpass doctor https://token.actions.githubusercontent.com",),
    run=run,
)
