"""`python -m local up | down | status`: an embedded AWS with the stack on it, left running."""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from local import commands, emulator, environment, process, proxy
from local.cdk import CdkError
from local.deployment import EXAMPLE_CONFIGURATION, Deployment, deploy, stop_recorded
from local.emulator import EmulatorError
from local.folder import REPOSITORY, Folder, FolderInUseError, write_private
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
        if _running(folder):
            print(f"already up: read {_shown(folder.env)} into a shell, or run `make down` first")
            return 1
        stop_recorded(folder)
        stages = Stages(sys.stdout)
        deployment = deploy(configuration, folder, stages, attached=False)
        try:
            with stages.step("register a job as the platform"):
                registration = deployment.platform().register(Job(MAIN_BRANCH, expires_in_seconds=JOB_SECONDS))
            _write_down(folder, deployment, registration)
        except BaseException:
            deployment.embedded.stop()
            raise
        print(_what_next(folder, deployment))
    return 0


def down(folder: Folder) -> int:
    """Stop what `up` left running and remove its exports."""
    with folder.lock():
        stopped = stop_recorded(folder)
        folder.env.unlink(missing_ok=True)
        _summary_file(folder).unlink(missing_ok=True)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def status(folder: Folder) -> int:
    """Say what runs and where; 0 when it is up, 3 when it is not, as service tools do."""
    running = _running(folder)
    for name in ("emulator", "proxy"):
        print(f"{name}: {f'running, pid {running[name]}' if name in running else 'not running'}")
    if len(running) == 2 and _summary_file(folder).exists():
        for name, value in json.loads(_summary_file(folder).read_text()).items():
            print(f"{name}: {value}")
        return 0
    return 3


def _running(folder: Folder) -> dict[str, int]:
    found = (process.recover(emulator.pid_file(folder)), process.recover(proxy.pid_file(folder)))
    return {one.name: one.pid for one in found if one is not None}


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
Next, in this shell:

  . {_shown(folder.env)}
  curl -s "$JOBPASS_ISSUER_URL/.well-known/openid-configuration"
  curl -s -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com"

`make down` ends it."""


def _shown(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    # As an exception, so that what was started is stopped on the way out.
    raise SystemExit(128 + number)


def main() -> int:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "status"))
    parser.add_argument("--config", type=Path, default=EXAMPLE_CONFIGURATION, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / ".local", help="default: %(default)s")
    arguments = parser.parse_args()
    folder = Folder(arguments.folder.resolve())
    run: dict[str, Callable[[], int]] = {
        "up": lambda: up(folder, arguments.config.resolve()),
        "down": lambda: down(folder),
        "status": lambda: status(folder),
    }
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        return run[arguments.command]()
    except EXPECTED_ERRORS as error:
        print(f"\n{arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{arguments.command}: interrupted; everything that was started is stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
