"""A function that is measured: its package, its variables, and the process that it runs in."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from bench.stub.running import Stub
from bench.token.sample import ISSUER_URL

PROBE = Path(__file__).with_name("probe.py")
_STOP_SECONDS = 20


class FunctionError(Exception):
    """A function did not answer as it must; the message says how."""


@dataclass(frozen=True, slots=True)
class Function:
    """What is run: a handler of a module in a package, by an interpreter; `stubs` replaces its calls of AWS."""

    python: Path
    package: Path
    module: str
    handler: str
    variables: Mapping[str, str]
    stubs: Path | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """What some requests took of the processor and each on the clock, and the last answer."""

    cpu_seconds: float
    process_cpu_seconds: float
    clock_seconds: tuple[float, ...]
    peak_kib: int
    body: str

    @property
    def cpu_ms_each(self) -> float:
        """Milliseconds of processor time a request."""
        return self.cpu_seconds * 1000 / len(self.clock_seconds)


@dataclass(slots=True)
class Running:
    """A function's process; `ready_cpu_seconds` is what it took from its start until the handler could be called."""

    process: subprocess.Popen[str]
    answers: IO[str]
    errors: IO[bytes]
    ready_cpu_seconds: float = 0.0
    modules: int = 0
    log: Path = field(default=Path(os.devnull))

    def serve(self, requests: int) -> Served:
        """Have it serve so many requests.

        Raises:
            FunctionError: one was not answered with 200.
        """
        if self.process.stdin is None:
            raise ValueError("the function has no standard input")
        self.process.stdin.write(f"{requests}\n")
        self.process.stdin.flush()
        told = self.told()
        return Served(**{**told, "clock_seconds": tuple(told["clock_seconds"])})

    def told(self) -> dict[str, Any]:
        """Return what it says next."""
        line = self.answers.readline()
        if not line:
            self.process.wait(_STOP_SECONDS)
            self.errors.seek(0)
            said = self.errors.read().decode(errors="replace")
            raise FunctionError(f"the function ended with {self.process.returncode}:\n{said[-3000:]}")
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def running(function: Function, requests: Path, folder: Path) -> Iterator[Running]:
    """Start a function, wait until its handler can be called, and end it."""
    reading, writing = os.pipe()
    command = [
        *(str(function.python), "-I", "-S", "-B", str(PROBE)),
        *(str(function.package), function.module, function.handler, str(writing), str(requests)),
        *([str(function.stubs)] if function.stubs else []),
    ]
    log = folder / f"log-{writing}-{os.urandom(4).hex()}"
    with log.open("wb") as output, (folder / f"{log.name}-errors").open("w+b") as errors, open(reading) as answers:  # noqa: PTH123
        process = subprocess.Popen(
            command,
            cwd=function.package,
            env={**function.variables, "LAMBDA_TASK_ROOT": str(function.package)},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            text=True,
            pass_fds=[writing],
        )
        os.close(writing)
        found = Running(process, answers, errors, log=log)
        try:
            told = found.told()
            found.ready_cpu_seconds, found.modules = told["cpu_seconds"], told["modules"]
            yield found
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(_STOP_SECONDS)


def variables(stub: Stub, table_name: str, key_arn: str) -> dict[str, str]:
    """Return what Lambda and the deployment tell a function, its AWS being the stub."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": "/nonexistent",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "x" * 900,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "jobpass-token",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/jobpass-token",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/01/[$LATEST]0123456789abcdef0123456789abcdef",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_X_AMZN_TRACE_ID": "Root=1-65f00000-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0",
        "AWS_ENDPOINT_URL": stub.url,
        "AWS_CA_BUNDLE": str(stub.ca_bundle),
        "POWERTOOLS_SERVICE_NAME": "jobpass-token",
        "POWERTOOLS_METRICS_NAMESPACE": "Jobpass",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "TABLE_NAME": table_name,
        "KEY_ARN": key_arn,
        "ISSUER_URL": ISSUER_URL,
        "TOKEN_LIFETIME_SECONDS": "300",
        "MAX_TOKEN_LIFETIME_SECONDS": "3600",
    }


def written(requests: Sequence[Mapping[str, Any]], file: Path) -> Path:
    """Write requests for a probe."""
    file.write_text(json.dumps(requests))
    return file
