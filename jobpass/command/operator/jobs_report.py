"""What a person is shown of a job."""

import time
from collections.abc import Iterator

from jobpass.command.operator.moment import said
from jobpass.command.operator.table import Cell, Coloured, table
from jobpass.command.terminal import Terminal
from jobpass.platform import Job, RegisteredJob


def shown(job: Job | RegisteredJob, terminal: Terminal) -> Iterator[str]:
    """Return the lines that describe a job; no secret is among them."""
    now = int(time.time())
    rows: list[tuple[Cell, Cell]] = [
        ("job", job.job_id),
        ("subject", job.subject),
        ("audiences", "\n".join(_audience(each, job.default_audience) for each in job.audiences)),
    ]
    expires = said(int(job.expires_at.timestamp()), now)
    if isinstance(job, Job) and job.ended_at:
        rows.append(("ended", Coloured(said(int(job.ended_at.timestamp()), now), "yellow")))
    elif job.expires_at.timestamp() <= now:
        rows.append(("expired", Coloured(expires, "yellow")))
    else:
        rows.append(("expires", expires))
    if job.pinned:
        rows.append(("pinned", "to the roles below" if isinstance(job, RegisteredJob) else "to its roles"))
    if job.aws_claims != "full":
        rows.append(("AWS claims", job.aws_claims))
    if isinstance(job, Job) and job.role_arns:
        rows.append(("roles", "\n".join(job.role_arns)))
    yield from table((), rows, terminal)
    if isinstance(job, RegisteredJob) and job.roles:
        yield ""
        yield from _roles(job, terminal)


def _audience(name: str, default: str | None) -> str:
    return f"{name} (default)" if name == default else name


def _roles(job: RegisteredJob, terminal: Terminal) -> Iterator[str]:
    rows = [
        (
            name,
            Coloured("allowed", "green") if answer.allowed else Coloured("refused", "red"),
            answer.arn if answer.allowed else (answer.obstacle or answer.arn),
        )
        for name, answer in job.roles.items()
    ]
    yield from table(("role", "answer", "its ARN, or what stands in the way"), rows, terminal)
