"""What a CI offers to keep a secret out of its log, done before the secret is printed."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

_LIMIT_SECONDS = 10
_NOT_MASKED = "jobpass: Buildkite's log is not told to mask what is printed now: `buildkite-agent redactor add` failed"


def mask(secret: str, environ: Mapping[str, str] | None = None, err: TextIO | None = None) -> None:
    """Have the CI's log mask a secret of one line from now on, where the environment names a CI that can.

    GitHub Actions and Azure Pipelines take a command from the output, of which the log shows nothing ("Workflow
    commands for GitHub Actions", "Logging commands"); their runners read standard error for it as well, which a shell
    does not capture. Where standard error is a terminal nobody reads commands, and nothing is printed. Buildkite's
    agent takes the secret by its standard input ("buildkite-agent redactor"); where it fails, that is said.
    """
    found = os.environ if environ is None else environ
    out = sys.stderr if err is None else err
    if found.get("GITHUB_ACTIONS") == "true" and not out.isatty():
        print(f"::add-mask::{secret.replace('%', '%25')}", file=out, flush=True)
    if found.get("TF_BUILD", "").lower() == "true" and not out.isatty():
        print(f"##vso[task.setsecret]{secret}", file=out, flush=True)
    if found.get("BUILDKITE") == "true" and not _redacted(secret, found):
        print(_NOT_MASKED, file=out, flush=True)


def _redacted(secret: str, environ: Mapping[str, str]) -> bool:
    import subprocess  # noqa: PLC0415 - slow, and for Buildkite alone

    try:
        ended = subprocess.run(
            ["buildkite-agent", "redactor", "add"],
            input=secret.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
