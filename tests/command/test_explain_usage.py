"""Command lines of `jobpass explain` that cannot be answered: each says why, with a remedy, and shows no secret."""

import io
from types import SimpleNamespace

import pytest

from jobpass.command.main import main
from jobpass.command.masking import masked
from tests.command.explaining import Asking, times
from tests.explain.account import policy

POLICY = ("--trust-policy", "policy.json")
TOKEN = ("--token-file", "token.jwt")
ARN = "arn:aws:iam::111122223333:role/deploy"


@pytest.fixture(autouse=True)
def _files(asking: Asking) -> None:
    asking.token({"iss": "https://issuer.example.test", "aud": "a", "sub": "s", **times()})
    asking.file("policy.json", policy())
    asking.keys()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name one thing to present"),
        (("web-deploy",), "name one thing to present"),
        ((*POLICY, *TOKEN, "--token-env", "X"), "name one thing to present, not several"),
        ((*POLICY, *TOKEN, "--profile", "ci"), "name one thing to present, not several"),
        (TOKEN, "no role is named"),
        (("arn:aws:iam::1:role/x", *TOKEN), "that is no ARN of a role"),
        (("arn:aws:iam::111122223333:role/*", *TOKEN), "that is no ARN of a role"),
        (("web-deploy", *POLICY, *TOKEN), "ROLE is the role's ARN and not a name"),
        ((*POLICY, *TOKEN, "--field", "a=b"), "--field cannot be used here: a token says itself what it is"),
        ((*POLICY, *TOKEN, "--audience", "a", "--role-arn", ARN), "--audience and --role-arn cannot be used here"),
        (("web-deploy", "--registration", "r", "--field", "a=b"), "a registration has its fields"),
        ((ARN, *TOKEN, "--client-id", "a"), "--client-id cannot be used here"),
        ((ARN, *TOKEN, "--provider-url", "a"), "--provider-url cannot be used here"),
        ((*POLICY, *TOKEN, "--provider-url", "http://a.example"), "no URL of an OIDC provider"),
        ((*POLICY, *TOKEN, "--jwks", "jwks.json", "--no-jwks"), "exclude one another"),
        (("--trust-policy", "-", "--token-file", "-"), "standard input can be one thing only"),
        ((*POLICY, *TOKEN, "--account", "12"), "`--account` is no account number"),
        ((*POLICY, *TOKEN, "--issuer-url", "http://a.example"), "`--issuer-url` must begin with `https://`"),
        ((*POLICY, *TOKEN, "--at", "yesterday"), "`--at` is no moment"),
        ((*POLICY, *TOKEN, "--at", "9" * 40), "`--at` is no moment"),
        ((*POLICY, *TOKEN, "--duration", "long"), "argument --duration"),
        (("--error", "AccessDenied", *TOKEN), "`--error` explains a text alone"),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...], message: str, asking: Asking) -> None:
    status, error = asking.failed(*arguments)

    assert (status, error["code"]) == (2, "usage")
    assert message in error["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*POLICY, "--token-file", "nowhere"), "unreadable", "the token: the file nowhere cannot be read"),
        ((*POLICY, "--token-file", "."), "unreadable", "the token: the file . cannot be read"),
        ((*POLICY, "--token-file", "empty"), "unreadable", "the file empty is empty"),
        ((*POLICY, "--token-file", "binary"), "unreadable", "is no text in UTF-8"),
        ((*POLICY, "--token-file", "huge"), "unreadable", "more than 1,048,576 bytes"),
        ((*POLICY, "--token-env", "JOBPASS_NOWHERE"), "unreadable", "the variable JOBPASS_NOWHERE is not set"),
        (("--trust-policy", "nowhere", *TOKEN), "unreadable", "the trust policy: the file nowhere cannot be read"),
        (("--trust-policy", "broken", *TOKEN), "unreadable", "it is no JSON"),
        (("--trust-policy", "deep", *TOKEN), "unreadable", "it is no JSON that can be read"),
        (("--trust-policy", "list", *TOKEN), "unreadable", "it is no JSON object"),
        (("--trust-policy", "half", *TOKEN), "unreadable", "it is not what `get-role` prints"),
        ((*POLICY, *TOKEN, "--jwks", "broken"), "unreadable", "the JWK Set: it is no JSON"),
        (("web-deploy", *TOKEN), "no_configuration", "there is no file jobpass.yaml"),
        (("web-deploy", "--profile", "ci"), "no_configuration", "there is no file jobpass.yaml"),
        ((ARN, *TOKEN, "--config", "nowhere.yaml"), "no_configuration", "there is no file nowhere.yaml"),
        (("--error", "it did not work"), "unknown_text", "no error of STS or IAM that is known"),
    ],
)
def test_what_cannot_be_looked_at_is_3(arguments: tuple[str, ...], code: str, message: str, asking: Asking) -> None:
    for name, content in (("empty", " \n"), ("broken", "{'a': 1}"), ("list", [1]), ("deep", "[" * 60_000)):
        asking.file(name, content)
    asking.file("half", {"Role": {"Arn": "x", "AssumeRolePolicyDocument": "%7B%7D"}})
    (asking.folder / "binary").write_bytes(b"\xff\xfe\x00")
    (asking.folder / "huge").write_bytes(b"a" * (1 << 20) + b"b")

    status, error = asking.failed(*arguments)

    assert (status, error["code"]) == (3, code)
    assert message in error["message"]


@pytest.mark.parametrize(
    "place", [("--token-file",), ("--token-env",), ("--error", "x"), ("--no-such",), (), ("--at",)]
)
def test_a_token_in_a_wrong_place_is_not_repeated(place: tuple[str, ...], asking: Asking) -> None:
    token = asking.tokens[0]

    for json in ((), ("--json",)):
        ended = asking.explain(*POLICY, *place, token, *json)
        assert ended.status in (2, 3)
    assert main([token]) == 2
    asking.hold_no_token("".join(asking.capsys.readouterr()))


def test_a_request_token_is_not_repeated_either(asking: Asking) -> None:
    secret = f"{'0a' * 16}.{'Ab-_0' * 8}xyz"

    ended = asking.explain(*POLICY, "--token-file", secret)
    assert ended.status == 3
    assert secret[33:] not in ended.err
    assert masked(f"a {secret} b") == "a (a token, which is not shown) b"


def test_names_that_are_no_tokens_are_shown() -> None:
    text = "keys of `token.actions.githubusercontent.com`, eyes.example.test and d111111abcdef8.cloudfront.net"
    assert masked(text) == text


class TestErrorTexts:
    """`--error`: a text from a log alone."""

    TEXT = "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"

    def test_the_causes_come_in_order_with_how_to_tell(self, asking: Asking) -> None:
        ended = asking.explain("--error", self.TEXT)

        assert ended.status == 1
        for begin in ("1. ", "2. ", "   to tell: ", "   -> "):
            assert any(line.startswith(begin) for line in ended.out.splitlines())

    def test_json_has_the_same(self, asking: Asking) -> None:
        document = asking.explain("--error", self.TEXT, "--json").document

        assert (document["code"], document["certain"]) == ("AccessDenied", False)
        assert set(document["causes"][0]) == {"cause", "how_to_tell", "remedy"}

    def test_the_clock_of_sts_is_read_from_the_text(self, asking: Asking) -> None:
        text = "Token expired: current date/time 1799999700 must be before the expiration date/time 1799997000"
        ended = asking.explain("--error", text)

        assert "STS's clock was 2027-01-15T08:00:00Z" in " ".join(ended.out.split())

    def test_a_log_may_come_from_standard_input(self, asking: Asking) -> None:
        asking.monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(f"##[x]\n{self.TEXT}\n".encode())))

        assert asking.explain("--error", "-").status == 1

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_it_fits(self, width: int, asking: Asking) -> None:
        asking.monkeypatch.setenv("COLUMNS", str(width))

        assert max(map(len, asking.explain("--error", self.TEXT).out.splitlines())) <= width

    def test_a_token_in_a_log_is_not_repeated(self, asking: Asking) -> None:
        asking.explain("--error", f"{self.TEXT} {asking.tokens[0]}")
