"""`jobpass exec` is not noticed by the command that it runs, nor by whoever runs it: streams, status, surroundings."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.job.drawing import KEY_ID, REQUEST_SECRET, ROLE, SECRET, SESSION, Stand, issuers_refusal, refusal
from tests.job.running import ASK, EXEC, JOBPASS, environment, run, started

FIRST, SECOND = (f"{KEY_ID[:-4]}{number:04d}" for number in (1, 2))


def words(ran: subprocess.CompletedProcess[bytes]) -> str:
    """What was said on standard error, however its lines are broken."""
    return " ".join(ran.stderr.decode().split())


def write_on(pipe: int) -> None:
    """Write until nobody has the other end: `jobpass` lets go of it beside its command's first steps."""
    for _ in range(1000):
        os.write(pipe, b"x")
        time.sleep(0.005)


class TestStatus:
    """How it ends."""

    @pytest.mark.parametrize("status", [0, 7, 125, 255])
    def test_the_exit_status_is_the_commands_own(self, stand: Stand, tmp_path: Path, status: int) -> None:
        ran = run([*EXEC, "--", "sh", "-c", f"exit {status}"], environment(stand, tmp_path), tmp_path)
        assert (ran.returncode, ran.stdout, ran.stderr) == (status, b"", b"")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGQUIT, signal.SIGPIPE])
    def test_it_dies_by_the_signal_that_the_command_died_by(
        self, stand: Stand, tmp_path: Path, number: signal.Signals
    ) -> None:
        ran = run([*EXEC, "--", "sh", "-c", f"kill -{int(number)} $$"], environment(stand, tmp_path), tmp_path)
        assert (ran.returncode, ran.stderr) == (-number, b"")
        assert list(tmp_path.iterdir()) == []

    def test_a_command_that_is_not_there_is_127(self, stand: Stand, tmp_path: Path) -> None:
        ran = run([*EXEC, "--", "no-such-command"], environment(stand, tmp_path), tmp_path)
        assert ran.returncode == 127
        assert "there is no command 'no-such-command'" in words(ran)
        assert "correct its name, or add its folder to PATH" in words(ran)

    @pytest.mark.parametrize(
        ("text", "mode", "said", "remedy"),
        [
            ("#!/bin/sh\n", 0o600, "Permission denied", "see that it is a program"),
            ("true\n", 0o700, "Exec format error", "give it a first line such as #!/bin/sh, or run `sh ./x`"),
        ],
    )
    def test_one_that_cannot_be_run_is_126(
        self, stand: Stand, tmp_path: Path, text: str, mode: int, said: str, remedy: str
    ) -> None:
        script = tmp_path / "x"
        script.write_text(text)
        script.chmod(mode)
        ran = run([*EXEC, "--", "./x"], environment(stand, tmp_path), tmp_path)
        assert ran.returncode == 126
        assert f"the command './x' cannot be run: {said}" in words(ran)
        assert remedy in words(ran)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "no command is given"),
            (["--"], "no command is given"),
            (["--nonsense", "--", "touch", "started"], "unrecognized arguments: --nonsense"),
            (["--duration", "60", "--", "touch", "started"], "a session cannot last 60 seconds"),
            (["--from", "github", "--", "touch", "started"], "ACTIONS_ID_TOKEN_REQUEST_URL"),
        ],
        ids=repr,
    )
    def test_its_own_failures_are_125_and_start_nothing(
        self, stand: Stand, tmp_path: Path, arguments: list[str], said: str
    ) -> None:
        ran = run([*EXEC, *arguments], environment(stand, tmp_path), tmp_path)
        assert ran.returncode == 125
        assert said in words(ran)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("who", ["the issuer", "AWS STS"])
    def test_a_refusal_is_125_and_starts_nothing(self, stand: Stand, tmp_path: Path, who: str) -> None:
        if who == "the issuer":
            stand.from_issuer.append(issuers_refusal("invalid_token", "the job has ended", 401))
        else:
            stand.from_sts.append(refusal("AccessDenied", "Not authorized to perform it", 403))
        ran = run([*EXEC, "--", "touch", "started"], environment(stand, tmp_path), tmp_path)
        assert ran.returncode == 125
        reason = "the job has ended" if who == "the issuer" else "Not authorized to perform it (AccessDenied)"
        assert reason in words(ran)
        assert REQUEST_SECRET.encode() not in ran.stderr
        assert list(tmp_path.iterdir()) == []

    def test_a_config_file_that_would_come_first_is_125(self, stand: Stand, tmp_path: Path) -> None:
        config = tmp_path / "config"
        config.write_text(f"[default]\nregion = eu-central-1\nrole_arn = {ROLE}\n")
        environ = environment(stand, tmp_path, AWS_CONFIG_FILE=str(config))
        ran = run([*EXEC, "--", "touch", "started"], environ, tmp_path)
        assert ran.returncode == 125
        assert "has `role_arn`, whose credentials AWS SDKs would take before the role's" in words(ran)
        assert "set AWS_CONFIG_FILE=/dev/null, and AWS_REGION to the Region" in words(ran)
        assert not (tmp_path / "started").exists()
        config.write_text("[default]\nregion = eu-central-1\n")
        assert run([*EXEC, "--", "true"], environ, tmp_path).returncode == 0


class TestStreams:
    """Input and output."""

    def test_what_goes_through_it_is_not_touched(self, stand: Stand, tmp_path: Path) -> None:
        every_byte = os.urandom(300_000) + bytes(range(256)) * 100
        ran = run([*EXEC, "--", "sh", "-c", "tee /dev/stderr"], environment(stand, tmp_path), tmp_path, every_byte)
        assert (ran.returncode, ran.stdout == every_byte, ran.stderr == every_byte) == (0, True, True)

    def test_a_reader_sees_the_end_when_the_command_closes_its_output(self, stand: Stand, tmp_path: Path) -> None:
        script = "echo out; exec >&-; read line; exit 3"
        with started([*EXEC, "--", "sh", "-c", script], environment(stand, tmp_path), tmp_path) as child:
            assert child.stdout
            assert child.stdin
            assert child.stdout.read() == b"out\n"
            assert child.poll() is None
            child.stdin.write(b"\n")
            child.stdin.close()
            assert child.wait() == 3

    def test_a_writer_sees_it_when_the_command_closes_its_input(self, stand: Stand, tmp_path: Path) -> None:
        script = "exec <&-; echo closed; read line <fifo"
        os.mkfifo(tmp_path / "fifo")
        with started([*EXEC, "--", "sh", "-c", script], environment(stand, tmp_path), tmp_path) as child:
            assert child.stdout
            assert child.stdin
            assert child.stdout.readline() == b"closed\n"
            with pytest.raises(BrokenPipeError):
                write_on(child.stdin.fileno())
            (tmp_path / "fifo").write_text("\n")
            assert child.wait() == 0

    def test_a_closed_stream_stays_closed_and_is_nobody_elses(self, stand: Stand, tmp_path: Path) -> None:
        script = f"{ASK}\nprint(ask()[1], [os.path.exists(f'/proc/self/fd/{{each}}') for each in (0, 1)])"
        through = ["sh", "-c", 'exec "$@" <&-', "sh", *EXEC, "--", sys.executable, "-c", script]
        ran = run(through, environment(stand, tmp_path), tmp_path)
        assert (ran.stdout.decode(), ran.stderr) == (f"{FIRST} [False, True]\n", b"")

    def test_other_open_files_are_handed_on(self, stand: Stand, tmp_path: Path) -> None:
        ours, theirs = os.pipe()
        with started(
            [*EXEC, "--", "sh", "-c", f"echo there > /proc/self/fd/{theirs}"],
            environment(stand, tmp_path),
            tmp_path,
            pass_fds=[theirs],
        ) as child:
            os.close(theirs)
            assert os.read(ours, 100) == b"there\n"
            assert child.wait() == 0
        os.close(ours)


class TestSurroundings:
    """Where the command finds itself."""

    def test_it_is_as_if_it_had_been_started_directly(self, stand: Stand, tmp_path: Path) -> None:
        script = "grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status; ulimit -c; ulimit -n; umask; pwd; ps -o pgid= $$"
        environ = environment(stand, tmp_path)

        def seen(*before: str, ignored: bool = False) -> list[bytes | int]:
            first = ("trap '' HUP; " if ignored else "") + 'exec "$@"'
            wrapped = ["sh", "-c", first, "sh", *before, "sh", "-c", script]
            with subprocess.Popen(
                wrapped, env=environ, cwd=tmp_path, stdout=subprocess.PIPE, start_new_session=True
            ) as child:
                assert child.stdout
                *lines, group = child.stdout.read().splitlines()
                assert int(group) == child.pid
            # Without 32 and 33, which are the C library's own.
            return [int(line.split()[1], 16) & 0x7FFFFFFF if b"Sig" in line else line for line in lines]

        assert seen(*EXEC, "--") == seen()
        assert seen(*EXEC, "--", ignored=True) == seen(ignored=True) != seen()

    def test_its_arguments_are_its_own_whatever_they_look_like(self, stand: Stand, tmp_path: Path) -> None:
        words = ["--role-arn", "x", "--", "", "a b", "--help", "ü", "$HOME"]
        ran = run([*EXEC, "--", "printf", "%s\\n", *words], environment(stand, tmp_path), tmp_path)
        assert ran.stdout.decode().splitlines() == words

    def test_it_finds_credentials_of_the_role_and_no_secret_besides(self, stand: Stand, tmp_path: Path) -> None:
        environ = environment(stand, tmp_path, AWS_PROFILE="other", HTTP_PROXY="http://127.0.0.1:1")
        script = f"""{ASK}
print(ask(), os.environ.get("AWS_PROFILE"), any(each in str(os.environ) for each in {[SECRET, SESSION]}))
"""
        ran = run([*EXEC, "--", sys.executable, "-c", script], environ, tmp_path)
        assert (ran.stdout.decode(), ran.stderr) == (f"(200, '{FIRST}') None False\n", b"")
        (session,) = stand.sessions_asked
        assert (session["RoleArn"], stand.tokens_asked[0]["role_arn"]) == (ROLE, ROLE)

    def test_jobpass_works_inside_of_it_too(self, stand: Stand, tmp_path: Path) -> None:
        from_stand = environment(stand, tmp_path)
        block = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{stand.url}/v1/credentials?role_arn={ROLE}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": from_stand.pop("JOBPASS_REQUEST_TOKEN"),
        }
        del from_stand["JOBPASS_REQUEST_URL"]
        inner = [*EXEC, "--", sys.executable, "-c", f"{ASK}\nprint(*ask())"]
        ran = run([*JOBPASS, "exec", "--", *inner], {**from_stand, **block}, tmp_path)
        assert (ran.stdout.decode(), ran.stderr) == (f"200 {SECOND}\n", b"")


class TestRenewal:
    """While the command runs."""

    def test_a_registration_that_ends_is_one_line_on_standard_error(self, stand: Stand, tmp_path: Path) -> None:
        stand.life_seconds = 2.5
        script = f"""{ASK}
import sys, time
print("began", flush=True)
sys.stdin.readline()
while (told := ask())[0] == 200:
    time.sleep(0.05)
print(*told)
sys.exit(9)
"""
        command = [*EXEC, "--", sys.executable, "-c", script]
        with started(command, environment(stand, tmp_path), tmp_path) as child:
            assert child.stdout
            assert child.stdout.readline() == b"began\n"
            stand.from_issuer.extend([issuers_refusal("invalid_token", "the job has ended", 401)] * 9)
            output, errors = child.communicate(b"\n", timeout=30)
        assert child.returncode == 9
        assert output.startswith(b"403 the job has ended; the registration has ended")
        (line,) = errors.decode().splitlines()
        assert line.startswith(
            "jobpass exec: no new credentials: the job has ended (those that the command has end at "
        )
        assert "have the platform register the job again" in line
        assert REQUEST_SECRET not in line
