"""Jobs as a Windmill instance describes them, and what runs them: its clients for Python, Node, Deno and Bun."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.registration import Job
from tests.e2e.npm_packages import NpmPackages
from tests.e2e.programs import Ran, run

BLOCK = ("windmill",)
WORKSPACE = "acme"
# A script by itself, one run of it, by somebody whom the guide names too.
SCRIPT: Mapping[str, str] = {
    "job_id": "0193a5f2-6a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "path": "f/backup/nightly",
    "email": "example@example.com",
    "username": "example",
    "groups": "all,ops",
    "workspace": WORKSPACE,
}
SUBJECT = "example@example.com::f/backup/nightly::no_flow::acme"
RUNTIMES = ("python", "node", "deno", "bun")

_PYTHON = """
import json, sys
import wmill
audience, expires_in = json.loads(sys.argv[1])
# The function of the module has no expires_in; the client that it makes has.
print(wmill.get_id_token(audience) if expires_in is None else wmill.Windmill().get_id_token(audience, expires_in))
"""
_JAVASCRIPT = """
import { getIdToken } from "windmill-client";
const [audience, expiresIn] = JSON.parse(process.argv[2]);
try {
  console.log(await getIdToken(audience, expiresIn ?? undefined));
} catch (error) {
  console.error(error.status, JSON.stringify(error.body));
  process.exit(1);
}
"""


def job(
    fields: Mapping[str, str] = SCRIPT,
    *,
    profile: str = "scripts",
    audiences: Sequence[str] = ("sts.amazonaws.com",),
    roles: Sequence[str] = (),
    aws_claims: str | None = None,
    environment: Sequence[str] = BLOCK,
) -> Job:
    """A registration with Windmill's environment block, longer than any token lives."""
    return Job(fields, profile, audiences, roles, 7200, environment=environment, aws_claims=aws_claims)


@dataclass(frozen=True)
class Worker:
    """What a Windmill worker does with a script: it imports `main` and calls it, in an environment of the job's own."""

    npm: NpmPackages
    directory: Path
    environment: Mapping[str, str]

    def command(self, runtime: str) -> list[str | Path]:
        """A runtime with the rights that Windmill gives to scripts, and packages from the disk alone."""
        if runtime == "python":
            return [sys.executable, "-B"]
        if runtime == "deno":
            rights = ("--allow-env", "--allow-net", "--allow-read", "--allow-sys")
            return [
                self.npm.deno,
                "run",
                "--quiet",
                "--no-prompt",
                "--node-modules-dir=manual",
                "--cached-only",
                *rights,
            ]
        return [self.npm.node] if runtime == "node" else [self.npm.bun, "run", "--no-install"]

    def run(self, runtime: str, script: Path, *arguments: str, **changed: str) -> Ran:
        """Run a file of the worker's directory."""
        own = {"HOME": str(self.directory), "DENO_DIR": str(self.directory / "deno"), "DENO_NO_UPDATE_CHECK": "1"}
        environment = {**self.environment, **own, **changed}
        return run([*self.command(runtime), script, *arguments], environment, directory=self.directory)

    def main(self, runtime: str, text: str) -> Ran:
        """Run a script's `main`."""
        if runtime == "python":
            (self.directory / "script.py").write_text(text)
            runner = self.npm.script(self.directory, "runner.py", "from script import main\nmain()\n")
        else:
            self.npm.script(self.directory, "script.ts", text)
            runner = self.npm.script(
                self.directory, "runner.ts", 'import { main } from "./script.ts";\nawait main();\n'
            )
        return self.run(runtime, runner)

    def id_token(self, runtime: str, audience: str, expires_in: int | None = None, **changed: str) -> Ran:
        """Ask for an ID token by the runtime's client; it prints the token, or the refusal to stderr."""
        name, text = ("ask.py", _PYTHON) if runtime == "python" else ("ask.mjs", _JAVASCRIPT)
        script = self.npm.script(self.directory, name, text)
        return self.run(runtime, script, json.dumps([audience, expires_in]), **changed)
