"""What the how-to for Windmill prints: its configuration, its program behind the path rule, its scripts."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.deployment import Deployment
from local.folder import REPOSITORY
from local.registration import Platform, platform_role
from tests.e2e.asking import unverified
from tests.e2e.npm_packages import NpmPackages
from tests.e2e.programs import Ran, machine
from tests.e2e.test_how_to import block
from tests.e2e.windmill import RUNTIMES, Worker
from tests.e2e.windmill_server import ROLE_VARIABLE, Windmill, job, serving, token

PAGE = (REPOSITORY / "docs/how-to/windmill.md").read_text()
CLIENTS = REPOSITORY / "tests/e2e/clients.yaml"
INVOCATION = "PlatformWindmillInvocationRoleArn"
NIGHTLY, STEP, FLOW, LOOP, PREVIEW, PREVIEWED_STEP, DONE = (
    f"0193a5f2-6a2b-7c3d-8e4f-5a6b7c8d9e0{number}" for number in range(7)
)
EACH = {
    NIGHTLY: job(NIGHTLY, "f/backup/nightly"),
    FLOW: job(FLOW, "f/flows/close", job_kind="flow"),
    STEP: job(STEP, "f/backup/nightly", parent_job=FLOW),
    PREVIEW: job(PREVIEW, "f/backup/nightly", job_kind="preview"),
    LOOP: job(LOOP, "f/flows/close", job_kind="flowpreview"),
    PREVIEWED_STEP: job(PREVIEWED_STEP, "f/backup/nightly", parent_job=LOOP),
    DONE: job(DONE, "f/backup/nightly", running=False),
}


def rule() -> str:
    """The path rule of the page's configuration for nginx."""
    (printed,) = re.findall(r"^location ~ (\S+) \{$", block(PAGE, "nginx"), re.MULTILINE)
    return str(printed)


@pytest.fixture(scope="module")
def platform(clients: Deployment) -> Platform:
    """The program that starts the jobs."""
    return clients.platform(INVOCATION)


@pytest.fixture(scope="module")
def windmill(clients: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windmill]:
    """A Windmill with some jobs, and the page's program behind the path rule in front of it."""
    variables = {ROLE_VARIABLE: clients.output("RoleBackupArn")}
    with serving(Windmill(rule(), EACH, variables)) as running, socket.create_server(("127.0.0.1", 0)) as probe:
        running.front = int(probe.getsockname()[1])
        probe.close()
        program = tmp_path_factory.mktemp("beside") / "windmill_oidc.py"
        program.write_text(block(PAGE, "python", "ThreadingHTTPServer"))
        own = platform_role(clients.aws, clients.output(INVOCATION))
        environment = machine(clients) | {
            "AWS_ACCESS_KEY_ID": own.access_key_id,
            "AWS_SECRET_ACCESS_KEY": own.secret_access_key,
            "AWS_SESSION_TOKEN": str(own.session_token),
            "INVOCATION_ROLE_ARN": clients.output(INVOCATION),
            "JOBPASS_API_URL": clients.output("ApiUrl"),
            "WINDMILL_URL": running.url,
            "PORT": str(running.front),
        }
        log = program.with_name("log")
        with log.open("wb") as output:
            child = subprocess.Popen([sys.executable, "-B", program], env=environment, stdout=output, stderr=output)
        try:
            _wait_until_listening(child, running.front, log)
            yield running
        finally:
            child.terminate()
            child.wait(10)


def _wait_until_listening(child: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    give_up = time.monotonic() + 30
    while True:
        assert child.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.05)


def worker(clients: Deployment, npm: NpmPackages, directory: Path, variables: dict[str, str]) -> Worker:
    """A worker of this Windmill."""
    return Worker(npm, directory, machine(clients, variables))


class TestTheConfiguration:
    """The page's is part of what these tests deploy, so that it is known to work."""

    def test_it_is_what_is_deployed(self) -> None:
        printed, deployed = yaml.safe_load(block(PAGE, "yaml")), yaml.safe_load(CLIENTS.read_text())
        assert printed["issuer"]["url"] == deployed["issuer"]["url"]
        assert printed["profiles"].items() <= deployed["profiles"].items()
        assert {name: printed["roles"][name] for name in printed["roles"]} == {
            name: deployed["roles"][name] for name in printed["roles"]
        }
        own, there = printed["platforms"]["windmill"], deployed["platforms"]["windmill"]
        assert (own["profiles"], own["roles"]) == (there["profiles"], there["roles"])
        assert set(own["audiences"]) <= set(there["audiences"])

    def test_the_rule_takes_requests_for_tokens_alone(self) -> None:
        assert re.match(rule(), "/api/w/acme/oidc/token/https://vault.example.com/x?expires_in=600")
        assert not re.match(rule(), "/api/w/acme/variables/get_value/f/oidc/token/x")
        assert f"path_regexp {rule()}" in block(PAGE, "caddyfile")


class TestThePathRule:
    """No script changes: address and token are Windmill's own."""

    @pytest.mark.parametrize("runtime", RUNTIMES)
    def test_a_client_gets_the_token_of_its_job(
        self, clients: Deployment, npm: NpmPackages, windmill: Windmill, tmp_path: Path, runtime: str
    ) -> None:
        ran = worker(clients, npm, tmp_path, windmill.variables_of(NIGHTLY)).id_token(runtime, "sts.amazonaws.com")
        assert ran.returncode == 0, ran.stderr
        claims = unverified(ran.stdout.strip())[1]
        assert claims["sub"] == "example@example.com::f/backup/nightly::no_flow::acme"
        assert (claims["job_id"], claims["username"], claims["groups"]) == (NIGHTLY, "example", ["all", "ops"])

    def test_a_step_of_a_flow_says_so(
        self, clients: Deployment, npm: NpmPackages, windmill: Windmill, tmp_path: Path
    ) -> None:
        ran = worker(clients, npm, tmp_path, windmill.variables_of(STEP)).id_token("python", "sts.amazonaws.com")
        assert ran.returncode == 0, ran.stderr
        assert unverified(ran.stdout.strip())[1]["sub"] == (
            "example@example.com::f/backup/nightly::f/flows/close::acme"
        )

    def test_the_registration_ends_with_the_answer(
        self, clients: Deployment, npm: NpmPackages, windmill: Windmill, tmp_path: Path
    ) -> None:
        table = clients.aws.client("dynamodb")
        worker(clients, npm, tmp_path, windmill.variables_of(NIGHTLY)).id_token("python", "sts.amazonaws.com")
        (name,) = [each for each in table.list_tables()["TableNames"] if each.startswith("jobpass-clients")]
        items = [json.dumps(item) for item in table.scan(TableName=name)["Items"]]
        of_this_job = [item for item in items if NIGHTLY in item]
        assert of_this_job
        assert all("ended_at" in item for item in of_this_job)

    @pytest.mark.parametrize(
        ("said", "status", "reason"),
        [
            (token(None), 403, "not the token of a job"),
            (token(PREVIEW), 403, "deployed script"),
            (token(PREVIEWED_STEP), 403, "deployed script"),
            (token(DONE), 403, "running"),
            (token(NIGHTLY, secret="what somebody else knows, long enough for HS256"), 401, ""),
            (token(NIGHTLY, workspace="other"), 401, ""),
            (token(NIGHTLY).replace("jwt_", "jwt_ext_"), 403, "not the token of a job"),
            ("a-persons-token", 403, "not the token of a job"),
        ],
        ids=["person", "preview", "previewed-flow", "done", "forged", "other-workspace", "external", "opaque"],
    )
    def test_whoever_is_no_running_job_of_a_deployed_script_gets_none(
        self,
        clients: Deployment,
        npm: NpmPackages,
        windmill: Windmill,
        tmp_path: Path,
        said: str,
        status: int,
        reason: str,
    ) -> None:
        variables = {**windmill.variables_of(NIGHTLY), "WM_TOKEN": said}
        ran = worker(clients, npm, tmp_path, variables).id_token("node", "sts.amazonaws.com")
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr.startswith(f"{status} ")
        assert reason in ran.stderr
        assert said not in ran.stderr

    def test_what_jobpass_refuses_comes_through(
        self, clients: Deployment, npm: NpmPackages, windmill: Windmill, tmp_path: Path
    ) -> None:
        ran = worker(clients, npm, tmp_path, windmill.variables_of(NIGHTLY)).id_token("node", "https://other.example")
        assert ran.returncode == 1
        assert ran.stderr.startswith("400 ")
        assert "audience" in ran.stderr


class TestAClientOfItsOwn:
    """The script asks Jobpass for the token and Windmill for everything else."""

    def registered(self, platform: Platform, containing: str) -> dict[str, Any]:
        """The answer to one of the page's registrations."""
        answer = platform.call("POST", "/v1/jobs", block(PAGE, "json", containing).encode())
        assert answer.status == 201, answer.body
        document: dict[str, Any] = json.loads(answer.body)
        return document

    def run(self, worker: Worker, runtime: str, registered: dict[str, Any]) -> Ran:
        """Run the page's script as Windmill does, with the block as its input; it prints what `main` returns."""
        given = json.dumps(registered["environment"]["windmill"])
        if runtime == "python":
            (worker.directory / "script.py").write_text(block(PAGE, "python", "def main(jobpass"))
            text = (
                "import json, sys\nfrom script import main\n"
                "print(json.dumps(main(json.loads(sys.argv[1])), default=str))\n"
            )
            return worker.run(runtime, worker.npm.script(worker.directory, "runner.py", text), given)
        worker.npm.script(worker.directory, "script.ts", block(PAGE, "typescript"))
        text = (
            'import { main } from "./script.ts";\n'
            "console.log(JSON.stringify(await main(JSON.parse(process.argv[2]))));\n"
        )
        return worker.run(runtime, worker.npm.script(worker.directory, "runner.ts", text), given)

    @pytest.mark.parametrize("runtime", ["python", "deno", "bun"])
    def test_the_script_gets_credentials(
        self,
        clients: Deployment,
        platform: Platform,
        npm: NpmPackages,
        windmill: Windmill,
        tmp_path: Path,
        runtime: str,
    ) -> None:
        registered = self.registered(platform, '"roles"')
        assert [role["allowed"] for role in registered["roles"].values()] == [True]
        ran = self.run(worker(clients, npm, tmp_path, windmill.variables_of(NIGHTLY)), runtime, registered)
        assert ran.returncode == 0, ran.stderr
        assert set(json.loads(ran.stdout)) == {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}

    def test_the_registration_for_other_roles_leaves_the_tags_out(
        self, clients: Deployment, platform: Platform, npm: NpmPackages, tmp_path: Path
    ) -> None:
        for containing, tagged in (('"roles"', True), ('"aws_claims"', False)):
            block_given = self.registered(platform, containing)["environment"]["windmill"]
            ran = worker(clients, npm, tmp_path, block_given).id_token("python", "sts.amazonaws.com")
            assert ("https://aws.amazon.com/tags" in unverified(ran.stdout.strip())[1]) is tagged
