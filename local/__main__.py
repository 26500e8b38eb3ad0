"""`python -m local up | down | status`: an embedded AWS with the stack on it, left running."""

import argparse
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from local import commands, environment, interruption
from local.cdk import CdkError
from local.deployment import EXAMPLE_CONFIGURATION, Deployment, after_interruption, deploy, recorded, stop_recorded
from local.emulator import EmulatorError
from local.folder import REPOSITORY, USUAL_FOLDER, Folder, FolderInUseError, write_private
from local.node import NodeError
from local.outputs import OutputError
from local.registration import MAIN_BRANCH, Job, Registration, RegistrationError
from local.stage import Stages

JOB_SECONDS = 86400
# What goes wrong for a reason that a person can do something about; the rest is ours, and shows where it broke.
EXPECTED_ERRORS = (CdkError, EmulatorError, FolderInUseError, NodeError, OutputError, RegistrationError)


def up(folder: Folder, configuration: Path) -> int:
    """Start, deploy, register one long-lived job, write the exports, and leave everything running."""
    with folder.lock():
        if _is_up(folder):
            print(f"already up: read {_shown(folder.env)} into a shell, or run `{_down_command(folder)}` first")
            return 1
        # A start that was killed leaves processes behind, and one that came to nothing leaves no exports.
        _take_down(folder)
        stages = Stages(sys.stdout)
        try:
            deployment = deploy(configuration, folder, stages, attached=False)
            with stages.step("register a job as the platform"):
                registration = deployment.platform().register(Job(MAIN_BRANCH, expires_in_seconds=JOB_SECONDS))
            _write_down(folder, deployment, registration)
        except BaseException:
            _take_down(folder)
            raise
        print(_what_next(folder, deployment))
    return 0


def down(folder: Folder) -> int:
    """Stop what `up` left running and remove its exports."""
    with folder.lock():
        stopped = _take_down(folder)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    if stopped:
        print("shells that have read its exports reach nothing now: leave them")
    return 0


def status(folder: Folder) -> int:
    """Say what runs and where; 0 when it is up, 3 when it is not, as service tools do."""
    running = {process.name: process.pid for process in recorded(folder)}
    for name in ("emulator", "proxy"):
        print(f"{name}: {f'running, pid {running[name]}' if name in running else 'not running'}")
    if _is_up(folder):
        for name, value in json.loads(_summary_file(folder).read_text()).items():
            print(f"{name}: {value}")
        return 0
    if running:
        print("a start that was cut off: `up` stops what it left and starts anew")
    return 3


def _is_up(folder: Folder) -> bool:
    return len(recorded(folder)) == 2 and _summary_file(folder).exists() and folder.env.exists()


def _take_down(folder: Folder) -> list[str]:
    stopped = stop_recorded(folder)
    folder.env.unlink(missing_ok=True)
    _summary_file(folder).unlink(missing_ok=True)
    return stopped


def _write_down(folder: Folder, deployment: Deployment, registration: Registration) -> None:
    commands.install(folder)
    variables = deployment.embedded.variables() | environment.job_variables(deployment.outputs, registration)
    environment.write(folder, variables)
    summary = {"endpoint": deployment.embedded.endpoint_url, "proxy": deployment.embedded.proxy_url}
    summary |= {"issuer": deployment.output("IssuerUrl"), "api": deployment.output("ApiUrl")}
    write_private(_summary_file(folder), json.dumps(summary, indent=2))


def _summary_file(folder: Folder) -> Path:
    return folder.run / "up.json"


def _what_next(folder: Folder, deployment: Deployment) -> str:
    return f"""
The stack is up; its issuer is {deployment.output("IssuerUrl")}
Next, in a shell of its own (leave it when you are done):

  . {_shown(folder.env)}
  curl -s "$JOBPASS_ISSUER_URL/.well-known/openid-configuration"
  curl -s -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com"

`{_down_command(folder)}` ends it."""


def _down_command(folder: Folder) -> str:
    """What a person runs to end it; `make` knows the usual folder alone."""
    usual = folder.path == USUAL_FOLDER
    return (
        "make down"
        if usual
        else f"{shlex.quote(sys.executable)} -m local down --folder {shlex.quote(str(folder.path))}"
    )


def _shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def main() -> int:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "status"))
    parser.add_argument("--config", type=Path, default=EXAMPLE_CONFIGURATION, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, default=USUAL_FOLDER, help="default: %(default)s")
    arguments = parser.parse_args()
    folder = Folder(arguments.folder.resolve())
    run: dict[str, Callable[[], int]] = {
        "up": lambda: up(folder, arguments.config.resolve()),
        "down": lambda: down(folder),
        "status": lambda: status(folder),
    }
    interruption.end_once()
    try:
        return run[arguments.command]()
    except EXPECTED_ERRORS as error:
        print(f"\n{arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{arguments.command}: {after_interruption(folder)}", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
