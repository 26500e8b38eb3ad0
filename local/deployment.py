"""The whole: certificates, proxy, emulator, then the stack by the real CDK command line."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from local import certificates, emulator, node, outputs, process, proxy
from local.cdk import Cdk, embedded_environment, stack_names
from local.certificates import Certificates
from local.clients import Aws
from local.clock import Clock
from local.environment import reaching_variables
from local.folder import REPOSITORY, Folder
from local.process import Process
from local.registration import Platform, platform
from local.stage import Stages
from local.web import Web

EXAMPLE_CONFIGURATION = REPOSITORY / "jobpass.yaml"
PORT_ATTEMPTS = 3


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS, nothing deployed on it yet."""

    folder: Folder
    certificates: Certificates
    port: int
    proxy_port: int
    names: tuple[str, ...]
    processes: tuple[Process, ...] = field(repr=False)

    @property
    def endpoint_url(self) -> str:
        """Where AWS's clients find it."""
        return emulator.endpoint(self.port)

    @property
    def proxy_url(self) -> str:
        """The proxy that leads to the issuer's and the API's names."""
        return f"http://127.0.0.1:{self.proxy_port}"

    @property
    def aws(self) -> Aws:
        """Makes SDK clients."""
        return Aws(self.endpoint_url, self.certificates.authority)

    @property
    def web(self) -> Web:
        """Sends HTTPS requests to the issuer and its API."""
        return Web(self.proxy_port, self.certificates.authority)

    @property
    def clock(self) -> Clock:
        """Moves time for its functions and its STS."""
        return Clock(self.folder, self.web, self.endpoint_url)

    def variables(self) -> dict[str, str]:
        """Environment variables for a program that should reach it."""
        return reaching_variables(
            self.folder,
            endpoint_url=self.endpoint_url,
            authority=self.certificates.authority,
            proxy_url=self.proxy_url,
            region=emulator.REGION,
            names=self.names,
        )

    def stop(self) -> None:
        """Stop its processes and remove what they left; one that cannot be stopped does not save the others."""
        with ExitStack() as each:
            each.callback(self.folder.clear_scratch)
            for running in self.processes:
                each.callback(running.stop)


@dataclass(frozen=True)
class Deployment:
    """The stack on an embedded AWS."""

    embedded: EmbeddedAws
    outputs: dict[str, str]
    assembly: Path
    cdk: Cdk = field(repr=False)

    @property
    def aws(self) -> Aws:
        """Makes SDK clients."""
        return self.embedded.aws

    @property
    def web(self) -> Web:
        """Sends HTTPS requests to the issuer and its API."""
        return self.embedded.web

    def output(self, name: str) -> str:
        """One output of the stack; raises OutputError when there is none of that name."""
        return outputs.named(self.outputs, name)

    def platform(self, output: str = "PlatformCiServerInvocationRoleArn") -> Platform:
        """A platform that may register jobs, with fresh credentials."""
        return platform(self.aws, self.web, self.output("ApiUrl"), self.output(output))

    def destroy(self, stages: Stages) -> None:
        """Run `cdk destroy`."""
        with stages.step("destroy the stack") as step:
            environment = embedded_environment(
                self.embedded.folder, self.cdk.node, self.embedded.certificates, self.embedded.port
            )
            self.cdk.destroy(environment, self.assembly, step.note, stack_names(self.assembly))


def issuer_names(configuration: Path) -> list[str]:
    """The host of an issuer URL of one's own in a configuration, which then leads to the emulator too."""
    written = yaml.safe_load(configuration.read_text())
    issuer = written.get("issuer") if isinstance(written, dict) else None
    url = issuer.get("url") if isinstance(issuer, dict) else None
    host = urlsplit(url).hostname if isinstance(url, str) else None
    return [host] if host else []


def start_embedded(
    folder: Folder,
    names: Sequence[str] = (),
    *,
    attached: bool = True,
    node_directory: str = "",
    entry: Sequence[str] = ("-m", "local.seam"),
) -> EmbeddedAws:
    """Start proxy and emulator; on failure nothing is left running.

    Raises emulator.EmulatorError. The caller holds the folder's lock and has prepared it.
    """
    made = certificates.make(folder.tls, names)
    for attempt in range(PORT_ATTEMPTS):
        port = emulator.free_port()
        with proxy.listen() as listener:
            proxy_port = int(listener.getsockname()[1])
            proxy_process = proxy.start(folder, listener, port, names, attached=attached)
        try:
            emulator_process = emulator.start(
                folder,
                made,
                port,
                f"http://127.0.0.1:{proxy_port}",
                attached=attached,
                entry=entry,
                extra_path=node_directory,
            )
        except emulator.PortTakenError:
            proxy_process.stop()
            if attempt == PORT_ATTEMPTS - 1:
                raise
        except BaseException:
            proxy_process.stop()
            raise
        else:
            return EmbeddedAws(folder, made, port, proxy_port, tuple(names), (proxy_process, emulator_process))
    raise AssertionError("unreachable: the last attempt returns or raises")


def recorded(folder: Folder) -> list[Process]:
    """The processes that the folder's pid files name and that run."""
    found = (process.recover(pid_file) for pid_file in (emulator.pid_file(folder), proxy.pid_file(folder)))
    return [running for running in found if running is not None]


def stop_recorded(folder: Folder) -> list[str]:
    """Stop what the folder's pid files name, and say what was stopped; files left by a crash are removed."""
    running = recorded(folder)
    with ExitStack() as each:
        each.callback(folder.clear_scratch)
        for pid_file in (emulator.pid_file(folder), proxy.pid_file(folder)):
            each.callback(process.forget, pid_file)
        for one in reversed(running):
            each.callback(one.stop)
    return [one.name for one in running]


def after_interruption(folder: Folder) -> str:
    """What there is to say when a run was interrupted: that nothing is left, when nothing is."""
    left = ", ".join(f"{running.name} (process {running.pid})" for running in recorded(folder))
    return f"interrupted; still running: {left}" if left else "interrupted; everything that was started is stopped"


def deploy(configuration: Path, folder: Folder, stages: Stages, *, attached: bool = True) -> Deployment:
    """Start everything and deploy; on failure, Ctrl-C included, nothing is left running.

    Synthesis knows nothing of the emulator, so it runs beside the emulator's start and the bootstrap. Raises
    NodeError, EmulatorError, CdkError, OutputError. The caller holds the folder's lock.
    """
    with stages.step("find Node and the CDK command line"):
        cdk = Cdk(node.prepare(), folder)
    folder.prepare()
    with ExitStack() as undo:
        with ThreadPoolExecutor(max_workers=1) as beside, _cancelling(cdk):
            synthesis = beside.submit(_synthesize, cdk, configuration, stages)
            with stages.step("start the embedded AWS"):
                embedded = start_embedded(
                    folder, issuer_names(configuration), attached=attached, node_directory=cdk.node.directory
                )
            undo.callback(embedded.stop)
            environment = embedded_environment(folder, cdk.node, embedded.certificates, embedded.port)
            with stages.step("bootstrap the account for the CDK") as step:
                cdk.bootstrap(environment, step.note)
            assembly = synthesis.result()
        with stages.step("deploy the stack") as step:
            names = stack_names(assembly)
            cdk.deploy(environment, assembly, step.note, names)
        found: dict[str, str] = {}
        for name in names:
            found |= outputs.read(embedded.aws, name)
        undo.pop_all()
    return Deployment(embedded, found, assembly, cdk)


@contextmanager
def _cancelling(cdk: Cdk) -> Iterator[None]:
    """End the other thread's command when this one fails: the pool would wait for it otherwise."""
    try:
        yield
    except BaseException:
        cdk.cancel()
        raise


def _synthesize(cdk: Cdk, configuration: Path, stages: Stages) -> Path:
    with stages.step("synthesize the stack from the configuration"):
        return cdk.synthesize(configuration)


@contextmanager
def deployed(configuration: Path, folder: Folder, stages: Stages) -> Iterator[Deployment]:
    """The deployed stack for as long as the block runs; everything is stopped after it, whatever happens.

    Raises FolderInUseError beside what `deploy` raises.
    """
    with folder.lock():
        deployment = deploy(configuration, folder, stages)
        try:
            yield deployment
        finally:
            with stages.step("stop everything"):
                deployment.embedded.stop()


@contextmanager
def embedded_aws(
    folder: Folder, names: Sequence[str] = (), *, entry: Sequence[str] = ("-m", "local.seam")
) -> Iterator[EmbeddedAws]:
    """An embedded AWS without the stack, for tests."""
    with folder.lock():
        folder.prepare()
        running = start_embedded(folder, names, entry=entry)
        try:
            yield running
        finally:
            running.stop()
