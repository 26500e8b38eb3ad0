"""What a synth takes by the number of trusting roles, and whether that grows linearly.

Each figure is that of `app.py` run whole, as `cdk synth` runs it: configuration, checks, templates, cdk-nag. The least
of several runs counts, since other programs only ever add. What the processors did says more than the clock, which
hangs on who else is at work.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.growth import Growth, growth
from bench.process_group import Run, measure

REPOSITORY = Path(__file__).resolve().parents[1]
COUNTS = (1, 125, 250, 500)


@dataclass(frozen=True, slots=True)
class Synth:
    """What a synth with so many roles took, and over how many stacks they were spread."""

    roles: int
    stacks: int
    seconds: float
    cpu_seconds: float
    peak_memory_mib: float
    template_kib: float


def configuration(roles: int) -> str:
    """Return a `jobpass.yaml` with so many roles, each for the main branch of a repository of its own."""
    names = [f"deploy-{number}" for number in range(1, roles + 1)]
    document = {
        "retention": "destroy",
        "deletion_protection": False,
        "profiles": {"ci": {"preset": "semaphore", "constants": {"org": "acme"}}},
        "platforms": {
            "ci-server": {
                "principals": ["arn:aws:iam::111122223333:role/ci-server"],
                "profiles": ["ci"],
                "where": {"org": "acme"},
                "audiences": ["sts.amazonaws.com"],
                "roles": names,
            }
        },
        "roles": {name: _role(number) for number, name in enumerate(names, 1)},
    }
    return yaml.safe_dump(document, sort_keys=False)


def _role(number: int) -> dict[str, object]:
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::artifacts-{number}/*"}
    return {
        "profile": "ci",
        "when": {
            "project_id": f"936a5312-a3b8-4921-8b3f-{number:012}",
            "repo": f"service-{number}",
            "ref_type": "branch",
            "ref": "refs/heads/main",
        },
        "managed_policies": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
        "inline_policies": {"artifacts": {"Statement": [statement]}},
    }


def synthesized(roles: int, repeat: int, directory: Path) -> Synth:
    """Synthesize so often and return what the run that took least took; raises CommandError."""
    file, assembly = directory / f"{roles}.yaml", directory / f"{roles}.out"
    file.write_text(configuration(roles))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    environment |= {
        "CDK_CONTEXT_JSON": json.dumps({"configuration": str(file)}),
        "CDK_OUTDIR": str(assembly),
    }
    runs: list[Run] = [
        measure(
            [sys.executable, "app.py"], directory=REPOSITORY, environment=environment, log=directory / f"{roles}.log"
        )
        for _ in range(repeat)
    ]
    templates = list(assembly.glob("*.template.json"))
    size = sum(template.stat().st_size for template in templates) / 1024
    return Synth(
        roles,
        len(templates),
        round(min(run.seconds for run in runs), 2),
        round(min(run.cpu_seconds for run in runs), 2),
        round(min(run.peak_memory_mib for run in runs), 1),
        round(size, 1),
    )


def report(synths: Sequence[Synth], of_time: Growth, of_memory: Growth) -> str:
    """Return the table and the verdicts, in Markdown."""
    lines = [
        "| roles | stacks | seconds | CPU seconds | peak memory, MiB | templates, KiB |",
        "|--:|--:|--:|--:|--:|--:|",
        *(
            f"| {each.roles} | {each.stacks} | {each.seconds:.1f} | {each.cpu_seconds:.1f} "
            f"| {each.peak_memory_mib:.0f} | {each.template_kib:.0f} |"
            for each in synths
        ),
        "",
        of_time.told("CPU time", "ms"),
        of_memory.told("memory", "KiB"),
    ]
    return "\n".join(lines)


def measured(counts: Sequence[int], repeat: int) -> tuple[str, dict[str, Any]]:
    """Synthesize each number of roles, which ascend, so often, and return the report with its figures.

    Raises:
        CommandError: a synth fails.
    """
    synths: list[Synth] = []
    with tempfile.TemporaryDirectory() as directory:
        for roles in counts:
            synths.append(synthesized(roles, repeat, Path(directory)))
            print(f"{roles} roles: {synths[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    of_time = growth(counts, [each.cpu_seconds * 1000 for each in synths])
    of_memory = growth(counts, [each.peak_memory_mib * 1024 for each in synths])
    figures = {
        "synths": [asdict(each) for each in synths],
        "cpu_time_ms": asdict(of_time),
        "memory_kib": asdict(of_memory),
    }
    return report(synths, of_time, of_memory), figures
