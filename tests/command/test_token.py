"""`jobpass token` as a job runs it: on a pipe, on a terminal, in a CI, and refused."""

import io
import json
from collections.abc import Iterator

import pytest

from jobpass.command import errors, main
from jobpass.command.terminal import Terminal
from tests.job.drawing import REQUEST_SECRET
from tests.job.token_endpoint import TokenEndpoint, listening, refuses, says, token

CI = ("GITHUB_ACTIONS", "TF_BUILD", "BUILDKITE")


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenEndpoint]:
    """A token endpoint that the environment leads to, in no CI."""
    for name in CI:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    with listening() as running:
        for name, value in running.block().items():
            monkeypatch.setenv(name, value)
        yield running


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Whether it is one."""
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """The command's standard output and error are one terminal."""
    made = Screen()
    monkeypatch.setattr(Terminal, "of", classmethod(lambda cls, *_: cls(made, made, 80)))
    return made


def test_a_pipe_has_the_token_and_nothing_else(endpoint: TokenEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["token"]) == errors.GOOD
    assert capsys.readouterr() == (f"{token()}\n", "")


def test_what_is_asked_for_is_what_the_options_say(endpoint: TokenEndpoint) -> None:
    line = ["token", "--audience", "a b", "--expires-in=60", "--role-arn", "arn:aws:iam::1:role/r", "--from", "jobpass"]
    assert main.main(line) == errors.GOOD
    asked = "/v1/token?api-version=1&audience=a%20b&expires_in=60&role_arn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
    assert endpoint.asked[0].target == asked


def test_json_has_the_token_and_what_it_says(endpoint: TokenEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["token", "--json"]) == errors.GOOD
    assert json.loads(capsys.readouterr().out) == {
        "token": token(),
        "issuer": "https://issuer.example",
        "subject": "repo:web",
        "audience": "https://vault.example",
        "issued_at": "1970-01-01T00:16:40Z",
        "expires_at": "1970-01-01T00:21:40Z",
    }


class TestOnATerminal:
    def test_it_is_told_what_the_token_says_and_how_to_see_it(self, endpoint: TokenEndpoint, screen: Screen) -> None:
        assert main.main(["token"]) == errors.GOOD
        assert screen.getvalue().splitlines() == [
            "issuer      https://issuer.example",
            "subject     repo:web",
            "audience    https://vault.example",
            "issued at   1970-01-01T00:16:40Z",
            "expires at  1970-01-01T00:21:40Z",
            "",
            "The token itself is not shown on a terminal: pipe it on, `jobpass token | …`, or",
            "`--reveal` it.",
        ]

    def test_json_leaves_it_out(self, endpoint: TokenEndpoint, screen: Screen) -> None:
        assert main.main(["token", "--json"]) == errors.GOOD
        assert "token" not in json.loads(screen.getvalue())
        assert token().split(".")[1] not in screen.getvalue()

    @pytest.mark.parametrize("name", CI[:2])
    def test_whoever_asks_for_it_sees_it_and_no_command_of_a_ci(
        self, endpoint: TokenEndpoint, screen: Screen, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "true")
        assert main.main(["token", "--reveal"]) == errors.GOOD
        assert screen.getvalue() == f"{token()}\n"

    def test_what_a_token_says_does_not_drive_the_terminal(self, endpoint: TokenEndpoint, screen: Screen) -> None:
        endpoint.replies.append(says({"value": token(sub="\x1b[31mred\r\x07", exp=10**30)}))
        assert main.main(["token"]) == errors.GOOD
        assert "subject     ?[31mred??" in screen.getvalue()
        assert "\x1b" not in screen.getvalue()


@pytest.mark.parametrize(("name", "told"), [("GITHUB_ACTIONS", "::add-mask::"), ("TF_BUILD", "##vso[task.setsecret]")])
def test_in_a_ci_it_is_masked_and_the_pipe_has_it_alone(
    endpoint: TokenEndpoint, name: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "true")
    assert main.main(["token"]) == errors.GOOD
    assert capsys.readouterr() == (f"{token()}\n", f"{told}{token()}\n")


@pytest.mark.parametrize("json_too", [False, True])
def test_a_refusal_is_told_with_its_remedy(
    endpoint: TokenEndpoint, json_too: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies.append(refuses("invalid_target", "audience: `x` is not registered for this job"))
    assert main.main(["token", "--audience", "x", *(["--json"] if json_too else [])]) == errors.REFUSED

    out, err = capsys.readouterr()
    assert REQUEST_SECRET not in out + err
    if json_too:
        error = json.loads(out)["error"]
        assert error["code"] == "invalid_target"
        assert error["message"] == "audience: `x` is not registered for this job"
        assert "have the platform register it" in error["remedy"]
    else:
        assert out == ""
        assert "jobpass token: audience: `x` is not registered for this job\n" in err
        assert "ask for what the job was registered with" in err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--audience", ""], "--audience is empty"),
        (["--role-arn="], "--role-arn is empty"),
        (["--expires-in", "0"], "--expires-in 0 is out of range"),
        (["--expires-in", "soon"], "invalid int value: 'soon'"),
        (["--from", "gitlab"], "invalid choice: 'gitlab'"),
        (["extra"], "unrecognized arguments: extra"),
    ],
)
def test_wrong_usage_asks_nobody(
    endpoint: TokenEndpoint, line: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["token", *line]) == errors.WRONG_USAGE
    out, err = capsys.readouterr()
    assert (out, words in err, len(err.splitlines()) > 1) == ("", True, True)
    assert endpoint.asked == []
