"""One run of the demonstration: deploy, tell every chapter, stop everything."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from local.cdk import CdkError
from local.demo.narration import Narrator
from local.demo.scene import Scene
from local.demo.secrecy import Secrets
from local.demo.step import Outcome, Result, play
from local.demo.story import CHAPTERS
from local.deployment import Deployment, deployed
from local.emulator import EmulatorError
from local.folder import Folder, FolderInUseError
from local.node import NodeError
from local.outputs import OutputError
from local.stage import Stages

# What keeps the stack from being deployed for a reason that a person can do something about.
EXPECTED_ERRORS = (CdkError, EmulatorError, FolderInUseError, NodeError, OutputError)


@dataclass
class Run:
    """What has happened so far; whatever ends it early leaves the results up to there."""

    secrets: Secrets = field(default_factory=Secrets)
    results: list[Result] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def failed(self) -> list[Result]:
        """The steps that are not as they should be."""
        return [result for result in self.results if not result.ok]

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.started

    def document(self) -> dict[str, object]:
        """The run for machines."""
        return {
            "ok": not self.failed,
            "seconds": round(self.seconds, 3),
            "steps": [result.document() for result in self.results],
        }


def demonstrate(run: Run, narrator: Narrator, configuration: Path, folder: Folder, stream: TextIO) -> None:
    """Do everything, and stop everything, Ctrl-C included, which is raised again; progress goes to the stream.

    An expected reason for which the stack cannot be deployed becomes a failed step.
    """
    stages = Stages(stream)
    narrator.heading(
        "Jobpass on an AWS that is embedded in this checkout",
        "The stack of jobpass.yaml, deployed by the real CDK command line; then a job comes to AWS credentials, and "
        "everybody who should not is refused. It needs no AWS account and leaves nothing running.",
    )
    try:
        with deployed(configuration, folder, stages) as deployment:
            run.results.append(Result("deploy", "deploy the stack", Outcome("deployed", "deployed"), run.seconds))
            tell(run, narrator, deployment)
            narrator.heading("At the end")
    except EXPECTED_ERRORS as error:
        outcome = Outcome("deployed", f"{type(error).__name__}: {error}")
        result = Result("deploy", "deploy the stack", outcome, run.seconds)
        run.results.append(result)
        narrator.result(result)
    else:
        taken = stages.durations_seconds.get("stop everything", 0.0)
        run.results.append(Result("stop", "stop everything", _left_running(deployment), taken))


def tell(run: Run, narrator: Narrator, deployment: Deployment) -> Scene:
    """Play every chapter on a deployed stack."""
    scene = Scene(deployment, run.secrets)
    for number, chapter in enumerate(CHAPTERS, 1):
        narrator.heading(f"{number}. {chapter.title}", chapter.text)
        for step in chapter.steps:
            result = play(step, scene)
            run.results.append(result)
            narrator.result(result)
    return scene


def _left_running(deployment: Deployment) -> Outcome:
    left = ", ".join(process.name for process in deployment.embedded.processes if process.is_running())
    return Outcome("nothing runs", f"running: {left}" if left else "nothing runs")
