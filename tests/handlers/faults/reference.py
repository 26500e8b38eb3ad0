"""Writes docs/reference/faults.md from the fault table."""

from collections.abc import Iterator
from pathlib import Path

from jobpass_issuer.aws.failure import RETRY_AFTER_SECONDS
from tests.aws.trouble import Trouble
from tests.handlers.faults.row import Row
from tests.handlers.faults.table import CANARY_STEPS, rows_of

PAGE = Path(__file__).parents[3] / "docs/reference/faults.md"
_HEAD = """# What happens when AWS fails

Every call of AWS that the functions make, and what comes of it where it fails: throttled, refused with a 5xx, denied,
without an answer in time (done or not done), reset, cut short, empty, or answered with what nobody asked for. This page
is written from the table by which the tests let each of them happen; a call without its row fails them.

A failure is logged as `dependency failed` with `operation`, AWS's code as `reason`, and never AWS's words, which hold
ARNs; it is counted as `DependencyFailure`, by the operation as `Reason`.

Where a caller waits, a try takes 1.7 s at most (0.5 to connect, 1.2 to answer), and is made again, twice at most, only
as long as the caller has patience for it: 4.5 s in all for tokens and registrations, none for `GET /v1/credentials`,
whose callers give up after 2 s and ask again by themselves. The function answers before Lambda's 10 s are over, and
before API Gateway's 30.
"""
_FUNCTIONS = {
    "token": f"""The job gets `503`, `temporarily_unavailable` and `Retry-After: {RETRY_AFTER_SECONDS}`; asking again is
safe, and grants another token.""",
    "jobs": f"""The platform gets `503`, `temporarily_unavailable` and `Retry-After: {RETRY_AFTER_SECONDS}`; asking
again is safe. A new assertion goes with it where one is needed.""",
    "keys": """The run fails with the name of the call, and the next goes on where it stopped: the schedule's each hour,
the operator's own, or CloudFormation's, which is told `FAILED` with the same name. A call is tried three times,
each for 10 s at most.""",
    "audit": """The run fails, counts `AuditIncomplete` where it was the schedule's, and the next one, a quarter of an
hour later, begins where the last good one ended. A call is tried six times, for CloudFormation three times.""",
    "canary": """The round goes on with every step that does not rest on the one that failed, logs `canary failed` with
the failed steps and why, and counts `CanaryFailed`, by the step as `Reason`. A job that it knows of is ended whatever
failed. By HTTPS it asks as anybody may, once, and waits five seconds; STS is asked three times.""",
}


def page() -> str:
    """The page's text."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for function, said in _FUNCTIONS.items():
        rows = [*rows_of(function)]
        body = "\n".join(_line(row) for row in rows)
        yield f"## The {function} function\n\n{said}\n\n| in | call | what then stands |\n|---|---|---|\n{body}\n"


def _line(row: Row) -> str:
    scene = f"`{row.scene}`" if "/" in row.scene else row.scene
    if row.function == "canary":
        step = CANARY_STEPS.get(row.scene, row.scene)
        scene = f"`{step}`" if step == row.scene else f"`{step}`, {row.scene}"
    left = row.left
    if Trouble.DENIED in row.refused:
        left += " Denied, it is the role's refusal: `403`, `access_denied`."
    return f"| {scene} | `{row.operation}` | {left} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
