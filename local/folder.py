"""Where one embedded AWS keeps everything it has: a folder such as `.local`, and nothing outside it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
# All that the checkout's own commands keep; the environments that they run on are in it too.
USUAL_FOLDER = REPOSITORY / ".local"


class FolderInUseError(Exception):
    """Another process is starting or running an embedded AWS in the same folder."""


@dataclass(frozen=True)
class Folder:
    """The state of one embedded AWS; several can live side by side, each with a folder of its own."""

    path: Path

    @property
    def tls(self) -> Path:
        """Certificate authority, leaf certificate and its key."""
        return self.path / "tls"

    @property
    def logs(self) -> Path:
        """What the emulator, the proxy and the CDK command line wrote."""
        return self.path / "log"

    @property
    def run(self) -> Path:
        """Process identities, and what `up` wrote for `status`."""
        return self.path / "run"

    @property
    def scratch(self) -> Path:
        """The emulator's home, temporary files and state: emptied at every start and stop."""
        return self.path / "scratch"

    @property
    def bin(self) -> Path:
        """Commands that `.local/env` puts first on the PATH."""
        return self.path / "bin"

    @property
    def cloud_assembly(self) -> Path:
        """What `cdk synth` made."""
        return self.path / "cdk.out"

    @property
    def cdk_home(self) -> Path:
        """The CDK command line's caches."""
        return self.path / "cdk-home"

    @property
    def aws_config(self) -> Path:
        """An empty AWS configuration file that stands in for the user's own."""
        return self.path / "aws" / "config"

    @property
    def aws_credentials(self) -> Path:
        """An empty AWS credentials file that stands in for the user's own."""
        return self.path / "aws" / "credentials"

    @property
    def env(self) -> Path:
        """The exports for a shell: `. .local/env`."""
        return self.path / "env"

    def prepare(self) -> None:
        """Make the folder, readable by its owner alone, with an empty scratch area and empty AWS files."""
        self.clear_scratch()
        make_private(self.path)
        for directory in (self.tls, self.logs, self.run, self.scratch, self.aws_config.parent):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in (self.aws_config, self.aws_credentials):
            write_private(file, "")

    def clear_scratch(self) -> None:
        """Remove what the emulator left behind."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for this process.

        Raises FolderInUseError when another process holds it. The kernel releases the lock when its holder dies,
        so a crash never leaves it behind.
        """
        make_private(self.path)
        self.run.mkdir(mode=0o700, exist_ok=True)
        with (self.run / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FolderInUseError(
                    f"another run is using {self.path}: wait for it to end, or end it, and try again"
                ) from None
            yield


def make_private(directory: Path) -> None:
    """Make a directory, and those above it that are missing, for their owner alone, whatever the umask.

    One that was there before is made so too when it is the checkout's own; another one is somebody's, as it is.
    """
    if not directory.exists():
        make_private(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)
    elif directory.is_relative_to(USUAL_FOLDER):
        directory.chmod(0o700)


def write_private(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Write a file that only its owner can read, from its first moment and in one step."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    staging.unlink(missing_ok=True)
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content.encode() if isinstance(content, str) else content)
    staging.replace(path)
