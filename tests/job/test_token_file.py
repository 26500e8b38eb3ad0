"""A token's file: whole at every moment, its owner's alone, and never in the place of anything else."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobpass.errors import JobpassError
from jobpass.job.token_file import TokenFile
from tests.job.drawing import id_token

ROOT = Path(__file__).parents[2]
OLD, NEW = id_token(1), id_token(2)


def refused(path: Path | str) -> JobpassError:
    """Why a token is not written there."""
    with pytest.raises(JobpassError) as raised:
        TokenFile(str(path)).write(NEW)
    assert raised.value.remedy
    assert NEW not in str(raised.value)
    return raised.value


def test_the_file_holds_the_token_alone_and_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        TokenFile(str(tmp_path / "token")).write(NEW)
    finally:
        os.umask(before)

    assert (tmp_path / "token").read_text() == NEW
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


def test_a_reader_that_has_the_old_file_open_keeps_it_whole(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "token"))
    file.write(OLD)
    with (tmp_path / "token").open() as reader:
        file.write(NEW)
        assert reader.read() == OLD
    assert (tmp_path / "token").read_text() == NEW


def test_whoever_reads_at_any_moment_finds_a_whole_token(tmp_path: Path) -> None:
    file, seen, done = TokenFile(str(tmp_path / "token")), set(), threading.Event()
    file.write(OLD)

    def read() -> None:
        while not done.is_set():
            seen.add((tmp_path / "token").read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(50):
        file.write(NEW)
        file.write(OLD)
    done.set()
    reader.join()
    assert seen <= {OLD, NEW}
    assert seen


@pytest.mark.parametrize(
    "content", ["", "\n", OLD, f"{OLD}\n"], ids=["empty", "line end", "token", "token and line end"]
)
def test_an_empty_file_and_one_with_a_token_are_replaced(content: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(content)
    (tmp_path / "token").chmod(0o644)

    TokenFile(str(tmp_path / "token")).write(NEW)

    assert (tmp_path / "token").read_text() == NEW
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    ["export PATH=/bin\n", "a.b", "a..c", f"{OLD} {OLD}", "x" * 30_000, "a.b.c\n" * 9000],
    ids=["script", "two parts", "empty part", "two tokens", "long", "many lines"],
)
def test_a_file_with_anything_else_is_left_as_it_is(content: str, tmp_path: Path) -> None:
    (tmp_path / "profile").write_text(content)

    assert refused(tmp_path / "profile").code == "not_a_token"
    assert (tmp_path / "profile").read_text() == content


def test_a_link_is_not_followed_wherever_it_leads(tmp_path: Path) -> None:
    (tmp_path / "real").write_text(OLD)
    for target in ("real", "absent", "link"):
        (tmp_path / "link").symlink_to(target)
        assert refused(tmp_path / "link").code == "symbolic_link"
        (tmp_path / "link").unlink()
    assert (tmp_path / "real").read_text() == OLD


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    assert [refused(tmp_path / name).code for name in ("folder", "pipe")] == ["no_file", "no_file"]
    assert refused("/").code == "no_file"
    assert refused(tmp_path / "folder" / ".." / "folder").code == "no_file"


def test_somebody_elses_file_is_left_as_it_is(tmp_path: Path) -> None:
    theirs = tmp_path / "token"
    if os.geteuid() == 0:
        theirs.write_text(OLD)
        os.chown(theirs, 1, 1)
    else:
        theirs = Path("/etc/passwd")
    before = theirs.read_text()

    assert refused(theirs).code == "not_yours"
    assert theirs.read_text() == before


def test_a_folder_that_is_none_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for path in (tmp_path / "absent/token", tmp_path / "file/token"):
        error = refused(path)
        assert (error.code, error.remedy) == ("no_folder", "make it, or name another file")
    error = refused("/proc/token")
    assert (error.code, error.remedy) == ("unwritable", "name a file in a folder that you may write to")
    assert refused(tmp_path / ("x" * 300)).code == "unwritable"


def test_the_file_goes_with_its_keeper_but_nobody_elses_does(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "token"))
    file.remove()
    file.write(OLD)
    file.remove()
    assert list(tmp_path.iterdir()) == []

    file.write(OLD)
    (tmp_path / "token").unlink()
    (tmp_path / "token").write_text("mine")
    file.remove()
    assert (tmp_path / "token").read_text() == "mine"


def test_a_file_that_cannot_be_read_is_none_to_replace() -> None:
    assert refused("/proc/self/mem").code == "unwritable"


def test_what_somebody_keeps_up_to_date_nobody_else_replaces(tmp_path: Path) -> None:
    keeper = TokenFile(str(tmp_path / "token"))
    keeper.write(OLD)

    assert refused(tmp_path / "token").code == "file_watched"
    keeper.write(NEW)
    keeper.release()
    TokenFile(str(tmp_path / "token")).write(OLD)
    assert (tmp_path / "token").read_text() == OLD


SCRIPT = """
import os, resource, sys
from jobpass.errors import JobpassError
from jobpass.job.token_file import TokenFile
old, new, path = sys.argv[1:]
file = TokenFile(path)
file.write(old)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    file.write(new)
except JobpassError as error:
    print(error.code, error.remedy)
print(open(path).read() == old, os.listdir(os.path.dirname(path)))
"""


def test_a_full_disk_leaves_the_old_token_and_nothing_else(tmp_path: Path) -> None:
    ran = python(SCRIPT, OLD, NEW, str(tmp_path / "token"))

    assert ran.stdout == "unwritable make room there\nTrue ['token']\n"


# Stops where the new token is half written: as far as a kill at the worst moment comes.
HALFWAY = """
import os, sys, time
from jobpass.job import token_file
old, new, path = sys.argv[1:]
file = token_file.TokenFile(path)
file.write(old)
write = os.write
def half(held, data):
    write(held, data[:len(data) // 2])
    sys.stdout.write("half\\n"); sys.stdout.flush()
    time.sleep(60)
os.write = half
file.write(new)
"""


@contextmanager
def halfway(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A writer that has written half of the new token, beside the old one."""
    with subprocess.Popen(
        [sys.executable, "-c", HALFWAY, OLD, NEW, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        try:
            assert writer.stdout.readline() == "half\n"
            yield writer
        finally:
            writer.kill()


def test_a_kill_halfway_leaves_the_old_token_whole_and_the_next_writer_tidies_up(tmp_path: Path) -> None:
    with halfway(tmp_path / "token") as writer:
        (other,) = (file for file in tmp_path.iterdir() if file.name != "token")
        assert stat.S_IMODE(other.stat().st_mode) == 0o600
        TokenFile(str(tmp_path / "neighbour")).write(OLD)
        assert other.exists(), "another is still writing it"
        writer.send_signal(signal.SIGKILL)
    assert (tmp_path / "token").read_text() == OLD

    TokenFile(str(tmp_path / "token")).write(NEW)

    assert (tmp_path / "token").read_text() == NEW
    assert sorted(file.name for file in tmp_path.iterdir()) == ["neighbour", "token"]


def test_many_writers_at_once_leave_one_whole_token_and_nothing_else(tmp_path: Path) -> None:
    codes = []

    def write() -> None:
        for _ in range(20):
            file = TokenFile(str(tmp_path / "token"))
            try:
                file.write(NEW)
            except JobpassError as error:
                codes.append(error.code)
            file.release()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert codes == []
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("token", NEW)]


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, which takes with it what it does to itself."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
