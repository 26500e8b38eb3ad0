"""The emulator starts where it should and nowhere else, and says why when it does not."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from local import certificates, emulator
from local.deployment import EmbeddedAws, embedded_aws
from local.emulator import EmulatorError, PortTakenError
from local.folder import REPOSITORY, Folder, FolderInUseError
from local.process import recover
from tests.local.embedded.waiting import gone

NOBODY = "http://127.0.0.1:9"


def listening_addresses(process_group: int) -> set[tuple[str, int]]:
    """Where the processes of a group listen, by /proc (proc_pid_net(5): state 0A is LISTEN)."""
    sockets: set[str] = set()
    for process in Path("/proc").iterdir():
        # Others end while they are looked at.
        with suppress(ProcessLookupError, FileNotFoundError):
            if process.name.isdigit() and os.getpgid(int(process.name)) == process_group:
                sockets |= {str(link.readlink()) for link in (process / "fd").iterdir() if link.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in sockets and (fields[3] == "0A" or table.startswith("udp")):
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's /proc")
def test_it_listens_on_one_loopback_port_and_nowhere_else(embedded: EmbeddedAws) -> None:
    running = embedded.processes[1]

    assert listening_addresses(running.pid) == {("0100007F", embedded.port)}


def test_its_accounts_are_told_apart_by_a_twelve_digit_access_key(embedded: EmbeddedAws) -> None:
    from local.clients import account  # noqa: PLC0415 - beside its use

    issuer = embedded.aws.client("sts").get_caller_identity()["Account"]
    platform = embedded.aws.client("sts", account("111122223333")).get_caller_identity()["Account"]

    assert (issuer, platform) == ("000000000000", "111122223333")


def test_a_developers_own_settings_do_not_reach_the_clients(
    embedded: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile prod]\nregion = eu-west-3\nendpoint_url = http://127.0.0.1:9\n")
    for name, value in {
        "AWS_PROFILE": "prod-that-is-not-there",
        "AWS_CONFIG_FILE": str(config),
        "AWS_ENDPOINT_URL_STS": NOBODY,
        "AWS_ACCESS_KEY_ID": "AKIAREALACCOUNT",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_CA_BUNDLE": str(config),
        "HTTPS_PROXY": NOBODY,
        "AWS_REGION": "eu-west-3",
    }.items():
        monkeypatch.setenv(name, value)

    client = embedded.aws.client("sts")

    assert client.get_caller_identity()["Account"] == "000000000000"
    assert client.meta.region_name == "us-east-1"


def test_what_it_hands_to_functions_has_nothing_of_the_shell_and_of_ours_only_a_clock(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "PYTHONPATH", "PIP_INDEX_URL", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "theirs")
    made = certificates.make(folder.tls)

    environment = emulator.environment(folder, made, 1234, NOBODY, "/usr/bin")

    assert "theirs" not in environment.values()
    assert environment["PYTHONPATH"] == str(REPOSITORY / "local/function_clock")
    assert environment["AWS_ENDPOINT_URL"] == "https://127.0.0.1:1234"
    assert environment["AWS_CA_BUNDLE"] == environment["SSL_CERT_FILE"] == str(made.authority)
    assert environment["HTTPS_PROXY"] == NOBODY
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"
    assert str(REPOSITORY) not in environment["PATH"]


def test_settings_for_the_local_sts_are_handed_on(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBPASS_LOCAL_JWKS_CACHE_SECONDS", "7")
    made = certificates.make(folder.tls)

    environment = emulator.environment(folder, made, 1234, NOBODY, "/usr/bin")

    assert environment["JOBPASS_LOCAL_JWKS_CACHE_SECONDS"] == "7"


def test_one_that_ends_while_starting_is_reported_with_its_last_words(folder: Folder) -> None:
    made = certificates.make(folder.tls)

    with pytest.raises(EmulatorError, match=r"ended while starting(.|\n)*no such table: moved"):
        emulator.start(
            folder, made, emulator.free_port(), NOBODY, entry=["-c", "import sys; sys.exit('no such table: moved')"]
        )

    assert recover(emulator.pid_file(folder)) is None


def test_one_that_never_answers_is_given_up_and_stopped(folder: Folder) -> None:
    made = certificates.make(folder.tls)
    entry = ["-c", "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)"]

    with pytest.raises(EmulatorError, match=r"not ready within 1 s(.|\n)*pid"):
        emulator.start(folder, made, emulator.free_port(), NOBODY, entry=entry, ready_limit_seconds=1)

    pid = int(emulator.log_file(folder).read_text().split()[1])
    assert gone(pid)


def test_a_port_that_somebody_else_took_is_told_apart(folder: Folder) -> None:
    made = certificates.make(folder.tls)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortTakenError):
        emulator.start(folder, made, int(taken.getsockname()[1]), NOBODY)


def test_a_taken_port_is_answered_with_another_one(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    choose = emulator.free_port
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [int(taken.getsockname()[1])]
        monkeypatch.setattr(emulator, "free_port", lambda: ports.pop() if ports else choose())

        with embedded_aws(folder) as running:
            assert running.port != int(taken.getsockname()[1])
            assert running.aws.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_a_missing_environment_is_named_with_the_command_that_makes_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(emulator.PYTHON_VARIABLE, str(tmp_path / "python"))

    with pytest.raises(EmulatorError, match="make setup"):
        emulator.interpreter()


def test_an_emulator_with_another_authoritys_certificate_is_not_taken_for_ours(
    embedded: EmbeddedAws, tmp_path: Path
) -> None:
    assert emulator.is_ready(embedded.certificates, embedded.port)
    assert not emulator.is_ready(certificates.make(tmp_path), embedded.port)


def test_a_folder_is_used_by_one_run_at_a_time(folder: Folder) -> None:
    with folder.lock(), pytest.raises(FolderInUseError, match="another run"), folder.lock():
        pass


HOLDS_ONE = """
import sys, time
from pathlib import Path
from local.deployment import embedded_aws
from local.folder import Folder
with embedded_aws(Folder(Path(sys.argv[1]))) as running:
    print(*(process.pid for process in running.processes), running.port, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_when_its_starter_ends(tmp_path: Path, number: signal.Signals) -> None:
    """Killed, or interrupted by Ctrl-C."""
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLDS_ONE, str(tmp_path)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    proxy, aws, port = (int(word) for word in parent.stdout.readline().split())
    os.kill(parent.pid, number)
    parent.wait()
    parent.stdout.close()

    assert [pid for pid in (proxy, aws) if not gone(pid)] == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
