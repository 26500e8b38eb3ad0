"""Real shells that complete a command line: what each offers for the last word of a line."""

import os
import pty
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

# What a line offers: a tab between two words, and a line for each line asked about.
_BASH = """
source "$SCRIPT" || exit
while IFS= read -r line; do
  COMP_LINE=$line COMP_POINT=${#line}
  read -ra COMP_WORDS <<< "$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )) COMPREPLY=()
  made=$(complete -p jobpass) && made=${made##*-F }
  "${made%% *}" jobpass "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
  printf '%s\\t' "${COMPREPLY[@]}"; echo
done < "$LINES_FILE" > "$OFFERS_FILE"
"""
_FISH = """
source $SCRIPT; or exit
while read -l line
  printf '%s\\t' (complete -C $line | string split -f 1 \\t); echo
end < $LINES_FILE > $OFFERS_FILE
"""
# zsh completes in its line editor alone: at the first prompt each line is put there, and all that is offered inserted.
_ZSH = """
autoload -Uz compinit && compinit -D -u
source $SCRIPT || exit
setopt no_beep
_every() { _main_complete; compstate[insert]=all }
zle -C every complete-word _every
zle-line-init() {
  local line
  while IFS= read -r line; do
    BUFFER=$line CURSOR=$#line
    zle every
    local offered=
    [[ $BUFFER == $line ]] || offered=${BUFFER[${#line% *}+2,-1]}
    print -r -- ${(pj:\\t:)${(z)offered}}
  done < $LINES_FILE > $OFFERS_FILE
  BUFFER=exit
  zle accept-line
}
zle -N zle-line-init
"""


def installed(shell: str) -> str:
    """Return where a shell is; without it the test is skipped, but fails in CI, where the shells are installed."""
    found = shutil.which(shell)
    if found is None:
        reason = f"{shell} is not installed, and completion in it is not tested"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def offers(shell: str, script: str, lines: Sequence[str], folder: Path) -> list[set[str]]:
    """Return for each line the words that a shell offers in the place of its last one, having read a script."""
    paths = {name: folder / name for name in ("SCRIPT", "LINES_FILE", "OFFERS_FILE")}
    paths["SCRIPT"].write_text(script)
    paths["LINES_FILE"].write_text("".join(f"{line}\n" for line in lines))
    environment = {
        **{name: str(path) for name, path in paths.items()},
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ZDOTDIR": str(folder),
        "TERM": "dumb",
    }
    said = _RUNS[shell](installed(shell), environment, folder)
    assert paths["OFFERS_FILE"].is_file(), f"{shell} did not read the script: {said}"
    found = [set(filter(None, line.split("\t"))) for line in paths["OFFERS_FILE"].read_text().splitlines()]
    assert len(found) == len(lines), said
    assert said.strip() == "", said
    return found


def _bash(program: str, environment: Mapping[str, str], folder: Path) -> str:
    return _ran([program, "--noprofile", "--norc", "-c", _BASH], environment, folder)


def _fish(program: str, environment: Mapping[str, str], folder: Path) -> str:
    return _ran([program, "--no-config", "-c", _FISH], environment, folder)


def _ran(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> str:
    ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return ran.stdout + ran.stderr


def _zsh(program: str, environment: Mapping[str, str], folder: Path) -> str:
    (folder / ".zshrc").write_text(_ZSH)
    controller, terminal = pty.openpty()
    ended = threading.Event()
    reader = threading.Thread(target=_drain, args=(controller, ended))
    reader.start()
    try:
        with subprocess.Popen(
            [program, "-i"],
            env=environment,
            cwd=folder,
            stdin=terminal,
            stdout=terminal,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as running:
            os.close(terminal)
            said = running.communicate(timeout=60)[1]
    finally:
        ended.set()
        reader.join()
        os.close(controller)
    return said


def _drain(controller: int, ended: threading.Event) -> None:
    """Read what the terminal is sent, so that nobody waits for room in it."""
    while not ended.is_set():
        try:
            os.read(controller, 65536)
        except OSError:  # all who wrote have left
            return


_RUNS: Mapping[str, Callable[[str, Mapping[str, str], Path], str]] = {"bash": _bash, "fish": _fish, "zsh": _zsh}
