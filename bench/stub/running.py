"""Starting the stub and asking it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPSConnection
from pathlib import Path
from ssl import create_default_context
from typing import Any

import botocore
import trustme

from bench.stub.aws import Contents

REPOSITORY = Path(__file__).resolve().parents[2]
STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Stub:
    """A stub that runs; clients trust it by the bundle, which has all of AWS's authorities in it as well."""

    port: int
    ca_bundle: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    def calls(self) -> dict[str, int]:
        """Return how often each operation was called since it was asked the last time."""
        return {str(name): int(times) for name, times in self._get("/calls").items()}

    def delay(self, *, kms_ms: float, dynamodb_ms: float) -> None:
        """Let each answer of a service come so many milliseconds later."""
        self._get(f"/delays/{kms_ms}/{dynamodb_ms}")

    def _get(self, path: str) -> dict[str, Any]:
        connection = HTTPSConnection("127.0.0.1", self.port, context=create_default_context(cafile=self.ca_bundle))
        try:
            connection.request("GET", path)
            said: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return said


@contextmanager
def stub(contents: Contents, folder: Path) -> Iterator[Stub]:
    """Run a stub that holds these contents; what it needs is written into the folder."""
    (folder / "contents.json").write_text(json.dumps(asdict(contents)))
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "stub.pem")
    # A function loads the whole bundle on Lambda too, and that takes its time.
    bundle = folder / "authorities.pem"
    bundle.write_bytes((Path(botocore.__file__).parent / "cacert.pem").read_bytes() + authority.cert_pem.bytes())
    command = [sys.executable, "-m", "bench.stub", str(folder / "contents.json"), str(folder / "stub.pem")]
    running = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if running.stdout is None or running.stdin is None:
            raise ValueError("the stub has no pipes")
        yield Stub(int(running.stdout.readline()), bundle)
    finally:
        running.communicate(timeout=STOP_SECONDS)
