"""`jobpass verify`: where token, issuer and keys come from, what it says of them, and what it never shows."""

import io
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme

from tests.command.verifying import AT, Verifying
from tests.local.seam import connect_proxy, https_issuer, signing
from tests.local.seam.https_issuer import HttpsIssuer
from tests.verification.tokens import AUDIENCE, ISSUER, NOW, claims, header, keys, signed

ROOT = Path(__file__).parents[2]
HOST = ISSUER.removeprefix("https://")


@pytest.fixture
def verifying(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Verifying:
    """No issuer is named by the environment or the folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("JOBPASS_ISSUER_URL", raising=False)
    return Verifying(tmp_path, capsys, monkeypatch)


class TestWhatItSays:
    """What the token proves, and by whose word."""

    def test_a_good_token(self, verifying: Verifying) -> None:
        ended = verifying.ask("--issuer-url", ISSUER, "--audience", AUDIENCE, *verifying.jwks())

        assert (ended.status, ended.err) == (0, "")
        assert ended.out.splitlines() == [
            "valid  https://oidc.example.com",
            "  signed ES256 by its key `ES256`; ends in 4 minutes",
            "",
            "iss  https://oidc.example.com",
            "aud  vault.example.com",
            "sub  org:acme:repo:web",
            "iat  2027-01-15 07:59:50 UTC (10 seconds ago)",
            "nbf  2027-01-15 07:59:50 UTC (10 seconds ago)",
            "exp  2027-01-15 08:04:50 UTC (in 4 minutes)",
            "jti  5f0c",
        ]

    def test_for_programs(self, verifying: Verifying) -> None:
        ended = verifying.ask("--issuer-url", ISSUER, "--audience", AUDIENCE, *verifying.jwks(), "--json")

        assert (ended.status, ended.err) == (0, "")
        assert ended.document == {
            "verdict": "valid",
            "at": "2027-01-15T08:00:00Z",
            "issuer": ISSUER,
            "issuer_named_by": "command line",
            "subject": "org:acme:repo:web",
            "audience": AUDIENCE,
            "issued_at": "2027-01-15T07:59:50Z",
            "expires_at": "2027-01-15T08:04:50Z",
            "algorithm": "ES256",
            "kid": "ES256",
            "claims": claims(),
            "notes": [],
        }

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_it_fits_the_terminal(self, width: int, verifying: Verifying) -> None:
        verifying.monkeypatch.setenv("COLUMNS", str(width))
        tags = {"principal_tags": {"team": ["platform"], "repository": ["web-frontend"]}, "transitive_tag_keys": []}
        subject = "org:acme:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:web:ref_type:branch:ref:refs/heads/main"
        made = signed("ES256", None, claims(sub=subject, **{"https://aws.amazon.com/tags": tags}))

        ended = verifying.of(made).ask(*verifying.jwks())
        assert ended.status == 0
        assert max(map(len, ended.out.splitlines())) <= width
        assert "org:acme:project:" in ended.out

    def test_a_strangers_claims_do_not_reach_the_terminal_as_they_are(self, verifying: Verifying) -> None:
        made = signed("ES256", None, claims(sub="\x1b[31mred\r\n\x07[bold]\ud800", **{"\x1b]0;x": "y"}))

        ended = verifying.of(made).ask(*verifying.jwks())
        assert ended.status == 0
        assert "\x1b" not in ended.out
        assert "\\u001b[31mred\\r\n" in ended.out
        assert "[bold]\\ud800" in ended.out

    def test_a_refusal_has_one_reason_and_a_remedy(self, verifying: Verifying) -> None:
        at = ("--at", str(NOW + 290))
        ended = verifying.ask("--issuer-url", ISSUER, *verifying.jwks(), at=at)

        assert (ended.status, ended.out) == (1, "")
        assert "the token ended 2027-01-15 08:04:50 UTC, 0 s before" in ended.err
        assert "fetch a new one" in ended.err
        assert verifying.ask("--issuer-url", ISSUER, *verifying.jwks(), "--json", at=at).code == "expired"
        assert verifying.ask("--issuer-url", ISSUER, *verifying.jwks(), "--leeway", "1", at=at).status == 0

    def test_without_an_audience_it_says_who_must_look(self, verifying: Verifying) -> None:
        named = verifying.ask("--issuer-url", ISSUER, *verifying.jwks(), "--json", "--audience", AUDIENCE)
        notes = verifying.ask("--issuer-url", ISSUER, *verifying.jwks(), "--json").document["notes"]

        assert named.document["notes"] == []
        assert [note.partition(":")[0] for note in notes] == ["no audience was named"]
        assert verifying.ask(*verifying.jwks(), "--audience", "other", "--json").code == "audience"

    def test_a_leeway_that_was_asked_for_is_told(self, verifying: Verifying) -> None:
        ended = verifying.ask("--issuer-url", ISSUER, *verifying.jwks(), "--leeway", "30", "--audience", AUDIENCE)

        assert " - clocks were allowed to differ by 30 s" in ended.out


class TestTheToken:
    """From a variable, a file, standard input or, with a word on it, the command line."""

    def test_from_a_file(self, verifying: Verifying) -> None:
        path = verifying.folder / "token.jwt"
        path.write_text(f"{verifying.token}\n")

        assert verifying.run("--token-file", str(path), *verifying.jwks(), *AT).status == 0

    def test_from_standard_input(self, verifying: Verifying) -> None:
        given = SimpleNamespace(buffer=io.BytesIO(verifying.token.encode()))
        verifying.monkeypatch.setattr("sys.stdin", given)

        assert verifying.run("--token-file", "-", *verifying.jwks(), *AT).status == 0

    def test_from_the_command_line_with_a_word_on_it(self, verifying: Verifying) -> None:
        ended = verifying.run(verifying.token, *verifying.jwks(), *AT)

        assert ended.status == 0
        assert " - every process of this machine may read a command line" in ended.out
        assert "may read a command line" not in verifying.ask(*verifying.jwks()).out

    def test_a_line_break_is_cut_off_once(self, verifying: Verifying) -> None:
        path = verifying.folder / "token.jwt"
        path.write_text(f"{verifying.token}\n\n")

        assert verifying.run("--token-file", str(path), *verifying.jwks(), *AT, "--json").code == "malformed"

    @pytest.mark.parametrize(
        ("arguments", "status", "code"),
        [
            ((), 2, "usage"),
            (("--token-env", "ID_TOKEN", "--token-file", "token.jwt"), 2, "usage"),
            (("abc", "--token-env", "ID_TOKEN"), 2, "usage"),
            (("--token-file", "-", "--jwks", "-"), 2, "usage"),
            (("--token-env", "NO_SUCH_VARIABLE"), 3, "unreadable"),
            (("--token-file", "no-such-file"), 3, "unreadable"),
            (("abc",), 1, "malformed"),
        ],
        ids=str,
    )
    def test_what_is_no_token(self, arguments: tuple[str, ...], status: int, code: str, verifying: Verifying) -> None:
        ended = verifying.run(*arguments, "--json")

        assert (ended.status, ended.code) == (status, code)

    @pytest.mark.parametrize("shape", ["{} {}", "{}x --no-such", "--leeway {}", "--at {}", "--token-env {}"])
    def test_a_token_in_the_wrong_place_is_not_shown(self, shape: str, verifying: Verifying) -> None:
        words = shape.replace("{}", verifying.token).split()
        assert verifying.run(*words).status in (2, 3)
        assert verifying.run(*words, "--json").status in (2, 3)


class TestTheIssuer:
    """Named by the command line, the environment or the folder, in that order; else the token's own, which is told."""

    def folder_of(self, verifying: Verifying, url: str) -> None:
        """A configuration in the folder, whose issuer has this address."""
        arn = "arn:aws:acm:us-east-1:111122223333:certificate/936a5312-a3b8-4921-8b3f-2cec8baac574"
        text = (ROOT / "jobpass.yaml").read_text()
        own = f"issuer:\n  url: {url}\n  certificate_arn: {arn}\n"
        (verifying.folder / "jobpass.yaml").write_text(text.replace("issuer:\n", own, 1))

    def test_the_command_line_comes_first(self, verifying: Verifying) -> None:
        verifying.monkeypatch.setenv("JOBPASS_ISSUER_URL", "https://other.example.com")
        self.folder_of(verifying, "https://other.example.com")

        assert verifying.ask(*verifying.jwks(), "--issuer-url", ISSUER).status == 0

    def test_then_the_environment(self, verifying: Verifying) -> None:
        self.folder_of(verifying, "https://other.example.com")
        verifying.monkeypatch.setenv("JOBPASS_ISSUER_URL", ISSUER)

        assert verifying.ask(*verifying.jwks(), "--json").document["issuer_named_by"] == "JOBPASS_ISSUER_URL"
        verifying.monkeypatch.setenv("JOBPASS_ISSUER_URL", "https://other.example.com")
        assert verifying.ask(*verifying.jwks(), "--json").code == "issuer"

    def test_then_the_file_here(self, verifying: Verifying) -> None:
        self.folder_of(verifying, ISSUER)
        assert verifying.ask(*verifying.jwks(), "--json").document["issuer_named_by"] == "jobpass.yaml"

        self.folder_of(verifying, "https://other.example.com")
        assert verifying.ask(*verifying.jwks(), "--json").code == "issuer"

    def test_a_file_that_has_mistakes_is_not_passed_over(self, verifying: Verifying) -> None:
        (verifying.folder / "jobpass.yaml").write_text("issuer: [")

        assert verifying.ask(*verifying.jwks(), "--json").code == "configuration"
        assert verifying.ask(*verifying.jwks(), "--issuer-url", ISSUER).status == 0

    def test_else_the_token_is_believed_and_that_is_told(self, verifying: Verifying) -> None:
        ended = verifying.ask(*verifying.jwks(), "--json")

        assert ended.document["issuer_named_by"] == "token"
        assert "good for those who trust that issuer, and proves nothing to others" in ended.document["notes"][0]
        assert " - no issuer was named, so the token's own `iss` was believed" in verifying.ask(*verifying.jwks()).out
        named = verifying.ask(*verifying.jwks(), "--json", "--issuer-url", ISSUER)
        assert "believed" not in named.out

    @pytest.mark.parametrize("url", ["http://oidc.example.com", "oidc.example.com", "https://"])
    def test_what_is_no_issuer(self, url: str, verifying: Verifying) -> None:
        assert verifying.ask(*verifying.jwks(), "--json", "--issuer-url", url).status == 2
        ended = verifying.of(signed("ES256", None, claims(iss=url))).ask(*verifying.jwks(), "--json")
        assert (ended.status, ended.code) == (1, "issuer")

    @pytest.mark.parametrize("option", [("--leeway", "301"), ("--leeway", "-1"), ("--at", "soon")], ids=" ".join)
    def test_what_is_out_of_range(self, option: tuple[str, str], verifying: Verifying) -> None:
        assert verifying.ask(*verifying.jwks(), "--json", *option, at=()).code == "usage"


@dataclass(frozen=True)
class Published:
    """The command, and the issuer on loopback that a proxy leads to."""

    verifying: Verifying
    server: HttpsIssuer

    def refused(self, *arguments: str) -> str:
        """The reason why it has no keys."""
        ended = self.verifying.ask(*arguments, "--json")
        assert (ended.status, ended.code) == (3, "no_keys")
        return str(ended.document["error"]["message"])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whom the command trusts here."""
    return trustme.CA()


@pytest.fixture
def published(verifying: Verifying, authority: trustme.CA) -> Iterator[Published]:
    """The issuer's documents are in order; each test spoils one thing."""
    patch = verifying.monkeypatch
    for name in ("ALL_PROXY", "all_proxy", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR"):
        patch.delenv(name, raising=False)
    bundle = verifying.folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    patch.setenv("SSL_CERT_FILE", str(bundle))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST, "localhost").configure_cert(tls)
    with ExitStack() as stack:
        server = stack.enter_context(https_issuer.running(tls))
        patch.setenv("HTTPS_PROXY", stack.enter_context(connect_proxy.running({HOST: server.port}.get)))
        server.publish(ISSUER, {"keys": keys("ES256")})
        yield Published(verifying, server)


class TestTheKeys:
    """Fetched from the issuer alone, and only once the token names it."""

    def test_they_are_fetched(self, published: Published) -> None:
        ended = published.verifying.ask("--issuer-url", ISSUER)

        assert (ended.status, ended.err) == (0, "")
        assert published.server.fetched == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys.json"]

    def test_for_want_of_another_issuer_the_tokens_own_is_asked(self, published: Published) -> None:
        assert published.verifying.ask().status == 0

    def test_another_key_refuses_the_token(self, published: Published) -> None:
        point = signing.jwk("ES384", "ES256")
        published.server.publish(ISSUER, {"keys": [point]})

        assert published.verifying.ask("--json").code == "algorithm"

    def test_no_other_issuer_is_asked(self, published: Published) -> None:
        ended = published.verifying.ask("--json", "--issuer-url", "https://other.example.com")

        assert (ended.status, ended.code) == (1, "issuer")
        assert published.server.fetched == []

    def test_a_token_with_a_header_that_is_none_asks_nobody(self, published: Published) -> None:
        bad = published.verifying.of(signed("ES256", header("ES256", jku=f"{ISSUER}/mine.json")))

        assert bad.ask("--json").code == "header"
        assert published.server.fetched == []

    @pytest.mark.parametrize(
        ("discovery", "reason"),
        [
            ({"issuer": f"{ISSUER}/"}, "its discovery document names another issuer, `https://oidc.example.com/`"),
            ({"issuer": None}, "its discovery document names another issuer, `null`"),
            ({"jwks_uri": f"http://{HOST}/keys.json"}, "names no `jwks_uri` that begins with https://"),
            ({"jwks_uri": f"{ISSUER}/none.json"}, "none.json answers 404"),
        ],
        ids=str,
    )
    def test_a_discovery_document_that_is_not_its_own(
        self, discovery: dict[str, str], reason: str, published: Published
    ) -> None:
        described = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys.json", **discovery}
        published.server.put(f"{ISSUER}/.well-known/openid-configuration", described)

        assert reason in published.refused()

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"[]", "is no JWK Set"),
            (b'{"keys": {}}', "is no JWK Set"),
            (b'{"keys": [], "keys": []}', 'has the member "keys" twice'),
            (b"<html>", "is no JSON"),
        ],
        ids=str,
    )
    def test_a_jwk_set_that_is_none(self, body: bytes, reason: str, published: Published) -> None:
        published.server.put(f"{ISSUER}/keys.json", body)

        assert reason in published.refused()

    def test_an_issuer_that_is_not_there(self, published: Published) -> None:
        published.verifying.monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

        assert "cannot be had" in published.refused()

    def test_a_certificate_of_nobodys(self, published: Published) -> None:
        trustme.CA().cert_pem.write_to_path(str(published.verifying.folder / "authority.pem"))

        assert f"the certificate of {HOST} is not trusted" in published.refused()

    def test_a_host_inside_is_asked_for_whoever_names_it_and_not_for_a_token(self, published: Published) -> None:
        published.verifying.monkeypatch.delenv("HTTPS_PROXY")
        issuer = f"https://localhost:{published.server.port}"
        published.server.publish(issuer, {"keys": keys("ES256")})
        inside = Published(published.verifying.of(signed("ES256", None, claims(iss=issuer))), published.server)

        assert "which is not on the internet" in inside.refused()
        assert published.server.fetched == []
        assert inside.verifying.ask("--issuer-url", issuer).status == 0

    @pytest.mark.parametrize(
        ("text", "code"),
        [("{}", "no_keys"), ('{"keys": [], "keys": []}', "unreadable"), ("{", "unreadable")],
    )
    def test_a_file_that_is_no_jwk_set(self, text: str, code: str, verifying: Verifying) -> None:
        path = verifying.folder / "jwks.json"
        path.write_text(text)

        ended = verifying.ask("--jwks", str(path), "--json")
        assert (ended.status, ended.code) == (3, code)
