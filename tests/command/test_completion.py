"""`jobpass completion`: scripts that are current, and that real shells load and complete with."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from jobpass.command import completion
from jobpass.command.completion import SHELLS, __main__, script
from jobpass.command.main import main
from jobpass.command.registry import COMMANDS, GROUPS, command
from tests.command.shells import installed, offers


def expected() -> Mapping[str, set[str]]:
    """What each line must offer: every command, every option of every command, values and files."""
    first = {name.partition(" ")[0] for name in COMMANDS}
    lines = {"jobpass ": first, "jobpass comp": {"completion"}, "jobpass completion ": set(SHELLS)}
    for group in GROUPS:
        second = {name.partition(" ")[2] for name in COMMANDS if name.startswith(f"{group} ")}
        lines[f"jobpass {group} "] = second
        lines |= {
            f"jobpass {group} {word[:-1]}": {each for each in second if each[:-1] == word[:-1]} for word in second
        }
    for name in COMMANDS:
        options = {option for each in command(name).all_arguments for option in each.names if option.startswith("--")}
        lines[f"jobpass {name} --"] = {*options, "--help"}
    return {
        **lines,
        "jobpass explain --trust-policy po": {"policy.json"},
        "jobpass explain --config po": {"policy.json"},
        "jobpass explain --tok": {"--token-file", "--token-env"},
        "jobpass xyzzy": set(),
        "jobpass exec --role-arn arn -- base6": {"base64"},
        "jobpass exec --role-arn arn -- cat po": {"policy.json"},
        "jobpass exec --role-arn arn --rev": set(),
        "jobpass env --format po": {"powershell"},
    }


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(shell: str, tmp_path: Path) -> None:
    (tmp_path / "policy.json").touch()
    wanted = expected()

    assert dict(zip(wanted, offers(shell, script(shell), list(wanted), tmp_path), strict=True)) == wanted


@pytest.mark.parametrize("line", ["init ev", "verify --token-file ev", "exec --role-arn arn -- cat ev"])
def test_bash_quotes_the_names_of_files(line: str, tmp_path: Path) -> None:
    """One of them may be a command, in a folder that is somebody else's; bash quotes what it is told are files."""
    (tmp_path / "evil$(touch pwned)").touch()
    asked = f"""
        compopt() {{ echo "compopt $*"; }}
        COMP_WORDS=(jobpass {line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _shtab_jobpass jobpass ev "${{COMP_WORDS[COMP_CWORD - 1]}}"
        echo "$COMPREPLY"
    """
    ran = subprocess.run(
        [installed("bash"), "--norc", "-c", script("bash") + asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert ran.stdout.splitlines() == ["compopt -o filenames", "evil$(touch pwned)"]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_of_another_command_completes_nothing_of_this_one(shell: str, tmp_path: Path) -> None:
    """The offers are the script's own and not the shell's."""
    (tmp_path / "policy.json").touch()
    lines = ["jobpass comp", "jobpass completion ba"]

    assert offers(shell, script(shell), lines, tmp_path) == [{"completion"}, {"bash"}]
    assert offers(shell, script(shell).replace("completion", "renamed"), lines, tmp_path)[0] == set()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert capsys.readouterr().out == script(shell)


def test_another_shell_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    refused = capsys.readouterr()
    assert refused.out == ""
    assert all(shell in refused.err for shell in SHELLS)


def test_the_scripts_are_current() -> None:
    assert __main__.main(["--check"]) == 0


def test_a_script_that_is_not_current_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "file_of", lambda shell: str(tmp_path / shell))

    assert __main__.main(["--check"]) == 1
    assert capsys.readouterr().out.count("run python -m jobpass.command.completion") == len(SHELLS)
    assert __main__.main([]) == 0
    assert __main__.main(["--check"]) == 0
    assert (tmp_path / "zsh").read_text() == Path(completion.file_of("zsh")).read_text()
