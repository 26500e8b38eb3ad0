"""The stand-in for jq gives what jq gives for the options that recipes use."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from local import jq

CASES = [
    (["-r", ".Credentials.AccessKeyId"], '{"Credentials": {"AccessKeyId": "AKIA"}}', "AKIA\n", 0),
    ([".Credentials"], '{"Credentials": {"A": "b", "C": [1, 2]}}', None, 0),
    (["-c", "."], '{"a": [1, {"b": null}], "é": "∆"}', None, 0),
    (["-r", ".[]"], '["a", 1, true, null, {"b": "c"}]', None, 0),
    (["-rc", ".a"], '{"a": {"b": 1}}', '{"b":1}\n', 0),
    (["-e", ".missing"], "{}", "null\n", 1),
    (["-e", ".a"], '{"a": false}', "false\n", 1),
    (["-e", ".a"], '{"a": 0}', "0\n", 0),
    (["-e", "empty"], "{}", "", 4),
    (["-n", "-r", "--arg", "x", "it's", "$x"], "", "it's\n", 0),
    (["-n", "--argjson", "x", "[1]", "$x[0]"], "", "1\n", 0),
    (["-s", "-c", "."], "1 2\n3", "[1,2,3]\n", 0),
    (["-R", "ascii_upcase"], "ab\ncd\n", '"AB"\n"CD"\n', 0),
    (["-S", "-c", "."], '{"b": 1, "a": 2}', '{"a":2,"b":1}\n', 0),
    (["-j", ".[]"], '["a", "b"]', "ab", 0),
    (["."], '{"a": 1} {"b": 2}', None, 0),
    (["."], "", "", 0),
]


def ours(
    arguments: list[str], text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[str, str, int]:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    status = jq.main(arguments)
    said = capsys.readouterr()
    return said.out, said.err, status


@pytest.mark.parametrize(("arguments", "text", "expected", "status"), CASES)
def test_it_prints_and_exits_as_expected(
    arguments: list[str],
    text: str,
    expected: str | None,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, _, got = ours(arguments, text, monkeypatch, capsys)

    assert got == status
    if expected is not None:
        assert out == expected


@pytest.mark.skipif(shutil.which("jq") is None, reason="this machine has no jq to compare with")
@pytest.mark.parametrize(("arguments", "text", "expected", "status"), CASES)
def test_it_agrees_with_the_real_one(
    arguments: list[str],
    text: str,
    expected: str | None,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = subprocess.run(["jq", *arguments], input=text, capture_output=True, text=True, check=False)

    out, _, got = ours(arguments, text, monkeypatch, capsys)

    assert (out, got) == (real.stdout, real.returncode)


@pytest.mark.parametrize(
    ("arguments", "text", "status", "words"),
    [
        (["."], "{broken", 2, "parse error"),
        ([".["], "{}", 3, "error"),
        ([".a.b"], '{"a": 1}', 5, "Cannot index number"),
        ([".", "no-such-file"], "", 2, "no-such-file"),
    ],
)
def test_what_goes_wrong_is_said_with_jqs_status(
    arguments: list[str],
    text: str,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, err, got = ours(arguments, text, monkeypatch, capsys)

    assert (out, got) == ("", status)
    assert words in err


def test_it_reads_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"a": "b"}')

    assert ours(["-r", ".a", str(file)], "", monkeypatch, capsys) == ("b\n", "", 0)
