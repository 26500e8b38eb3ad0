"""`jobpass init` from options: what it writes, what it says is next, and what it refuses."""

import json
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from jobpass.command.main import main
from jobpass.command.registry import command
from jobpass.configuration import load
from jobpass.configuration.schema import SCHEMA_FILE
from jobpass.starter.new_file import schema_reference
from jobpass_issuer.domain.jwk import thumbprint
from tests.configuration.preset_jobs import FORMS

ROOT = Path(__file__).parents[2]
ARN = "arn:aws:iam::222233334444:role/builders/ci"
PRIVATE = (PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, on a terminal of 120 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """How a command line that is not good ends, and its error."""
    status = main(["init", "--json", *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    error: dict[str, Any] = json.loads(captured.out)["error"]
    assert error["message"]
    assert error["remedy"]
    return status, error


def test_an_empty_folder_gets_a_sound_file_and_what_is_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    printed = capsys.readouterr()

    configuration = load(Path("jobpass.yaml"))
    assert configuration.profiles["github"].preset == "github"
    assert printed.err == ""
    assert "wrote jobpass.yaml" in printed.out
    assert str(SCHEMA_FILE) in printed.out
    assert "AN EXAMPLE: platforms.ci-server.principals and roles.deploy.when" in printed.out
    for step in ("`make synth`", "`make deploy`", "role/ci-server this permission", "jobpass jobs register"):
        assert step in printed.out
    assert [file.name for file in Path().iterdir()] == ["jobpass.yaml"]


@pytest.mark.parametrize(("preset", "form"), FORMS)
def test_every_form_is_to_be_had_from_options(preset: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    reason = ["--allow-any", "all its jobs are ours"] if form == "instance" else []
    options = ["--preset", preset, "--form", form, *reason, "--principal", ARN, "--role", "release", "--json"]

    assert main(["init", "mine.yaml", *options]) == 0
    told = json.loads(capsys.readouterr().out)

    configuration = load(Path("mine.yaml"))
    assert configuration.profiles[preset].profile(preset).subject
    assert configuration.platforms["ci-server"].principals == [ARN]
    assert told["file"] == str(Path("mine.yaml").absolute())
    assert told["backup"] is None
    assert told["examples"] == ([] if form == "instance" else ["roles.release.when"])
    assert "`make synth CONFIGURATION=mine.yaml`" in told["next_steps"][-3]
    line = told["next_steps"][-1].partition("\n")[2].replace("\\\n", " ")
    register = command("jobs register").options(shlex.split(line)[3:], 80)
    fields = {name: value for name, _, value in (each.partition("=") for each in register.field)}
    described = configuration.profiles[register.profile].profile(preset)
    unsaid = [name for name, value in fields.items() if value == "…"]
    assert [problem for problem in described.problems(fields) if not any(name in str(problem) for name in unsaid)] == []
    assert (register.audience, register.role) == (["sts.amazonaws.com"], ["release"])


def test_every_option_is_in_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d-0000-4000-8000-000000000000"
    when = ["--when", "workspace=prod", "--when", "path=f/ci/*"]
    role = ["--role", "nightly", "--managed-policy", "arn:aws:iam::aws:policy/ReadOnlyAccess"]
    platform = [
        "--platform",
        "flows",
        "--principal",
        ARN,
        "--audience",
        "sts.amazonaws.com",
        "--audience",
        "vault.example.com",
    ]
    issuer = ["--issuer-url", "https://oidc.example.com", "--certificate-arn", certificate, "--name", "acme"]

    assert main(["init", "--preset", "windmill", *when, *role, *platform, *issuer, "--demonstration"]) == 0
    assert "AN EXAMPLE" not in capsys.readouterr().out

    made = load(Path("jobpass.yaml"))
    assert (made.name, made.issuer.url, made.issuer.certificate_arn) == (
        "acme",
        "https://oidc.example.com",
        certificate,
    )
    assert (made.retention, made.deletion_protection) == ("destroy", False)
    assert made.platforms["flows"].audiences == ["sts.amazonaws.com", "vault.example.com"]
    assert made.roles["nightly"].when == {"workspace": "prod", "path": "f/ci/*"}
    assert made.roles["nightly"].managed_policies == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]


@pytest.mark.parametrize(
    ("principal", "hop"),
    [
        (ARN, "in account 222233334444, give role/builders/ci this permission"),
        ("arn:aws-cn:iam::222233334444:root", "give the roles that are to register jobs this permission"),
    ],
)
def test_the_second_hop_is_told_for_each_principal(
    principal: str, hop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--json", "--principal", principal, "--platform", "runner"]) == 0
    step = next(each for each in json.loads(capsys.readouterr().out)["next_steps"] if "second hop" in each)
    sentence, _, permission = step.partition("\n")

    assert hop in sentence
    resource = f"arn:{principal.split(':')[1]}:iam::<issuer's account>:role/jobpass-platform-runner"
    assert json.loads(permission) == {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource}
    assert load(Path("jobpass.yaml")).deployment().platforms["runner"].invocation_role == resource.rpartition("/")[2]


@pytest.mark.parametrize(
    ("options", "path", "said"),
    [
        (["--preset", "gihub"], "--preset", "did you mean `github`?"),
        (["--preset", "windmill", "--form", "jobs"], "--form", "`jobs` is no form of `windmill`"),
        (["--platform", "CI"], "--platform", "must be a name"),
        (["--principal", "222233334444"], "--principal", "write `arn:aws:iam::222233334444:root`"),
        (["--role", "Deploy"], "--role", "must be a name"),
        (["--when", "ref=refs/heads/main", "--when", "reff=x"], "--when reff", "is no field of profile `github`"),
        (["--when", "repository=acme"], "--when repository", "must match the pattern"),
        (["--when", "repository=*"], "--when repository", "or say in `--allow-any` why it may be so"),
        (["--preset", "windmill", "--form", "instance"], "--when", "`--allow-any`"),
        (["--allow-any", "we trust them"], "--allow-any", "is not needed"),
        (["--managed-policy", "AdministratorAccess"], "--managed-policy", "is no ARN of a managed policy"),
        (["--audience", "a b"], "--audience", "blank"),
        (["--issuer-url", "https://oidc.example.com"], "--certificate-arn", "is missing"),
        (["--issuer-url", "http://oidc.example.com"], "--issuer-url", "must begin with `https://`"),
        (["--certificate-arn", "x"], "--certificate-arn", "must be an ACM certificate"),
        (["--name", "Job Pass"], "--name", "must be a name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_would_not_synthesize_is_refused_at_its_option(
    options: list[str], path: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended, error = refusal(capsys, *options)

    assert (ended, error["code"]) == (1, "configuration")
    assert path in [problem["path"] for problem in error["problems"]]
    assert said in " ".join(problem["message"] for problem in error["problems"])
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("pairs", [["ref"], ["ref=a", "ref=b"]])
def test_a_field_is_written_once_and_with_its_value(pairs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, error = refusal(capsys, *(word for each in pairs for word in ("--when", each)))

    assert (status, error["code"]) == (2, "usage")


class TestAnExistingFile:
    """It is never overwritten."""

    def test_it_is_left_as_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("jobpass.yaml").write_text("mine")
        status, error = refusal(capsys)

        assert (status, error["code"]) == (1, "file_exists")
        assert "`--force`" in error["remedy"]
        assert Path("jobpass.yaml").read_text() == "mine"

    def test_force_keeps_a_copy_of_each(self, capsys: pytest.CaptureFixture[str]) -> None:
        for text in ("first", "second"):
            Path("jobpass.yaml").write_text(text)
            assert main(["init", "--force"]) == 0
            assert load(Path("jobpass.yaml")).name == "jobpass"
        assert "what was there is now jobpass.yaml.2.bak" in capsys.readouterr().out
        assert [Path(f"jobpass.yaml.{number}.bak").read_text() for number in (1, 2)] == ["first", "second"]
        assert len(list(Path().iterdir())) == 3

    def test_force_replaces_nothing_by_what_would_not_synthesize(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("jobpass.yaml").write_text("mine")

        assert refusal(capsys, "--force", "--preset", "gihub")[0] == 1
        assert [(file.name, file.read_text()) for file in Path().iterdir()] == [("jobpass.yaml", "mine")]

    def test_a_link_is_not_followed_and_a_folder_is_no_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("real.yaml").write_text("mine")
        Path("link.yaml").symlink_to("real.yaml")
        Path("folder").mkdir()

        for name in ("link.yaml", "folder"):
            status, error = refusal(capsys, name, "--force")
            assert (status, error["code"]) == (3, "unwritable")
        assert Path("real.yaml").read_text() == "mine"


def test_a_place_where_nothing_can_be_written_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, error = refusal(capsys, "absent/jobpass.yaml")
    assert (status, error["code"], error["message"]) == (3, "unwritable", "there is no folder absent")

    status, error = refusal(capsys, "x" * 300)
    assert (status, error["code"]) == (3, "unwritable")
    assert error["message"].endswith("cannot be written (File name too long)")

    status, error = refusal(capsys, "/proc/jobpass.yaml")
    assert (status, error["code"]) == (3, "unwritable")


def test_editors_find_the_schema_from_anywhere_on_this_machine() -> None:
    assert main(["init"]) == 0

    reference = Path("jobpass.yaml").read_text().splitlines()[0].partition("$schema=")[2]
    assert (urlsplit(reference).scheme, Path(unquote(urlsplit(reference).path))) == ("file", SCHEMA_FILE)


@pytest.mark.parametrize("place", ["jobpass.yaml", "docs/mine.yaml", "docs/../docs/how-to/mine.yaml"])
def test_editors_find_the_schema_of_the_checkout_wherever_that_is(place: str) -> None:
    reference = schema_reference(ROOT / place)

    assert not Path(reference).is_absolute()
    assert ((ROOT / place).parent / reference).resolve() == SCHEMA_FILE


class TestPublicKeys:
    """A platform without AWS credentials."""

    def test_a_pem_becomes_a_jwk_named_by_its_thumbprint(self, capsys: pytest.CaptureFixture[str]) -> None:
        keys: dict[str, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]
        keys = {"ec.pem": ec.generate_private_key(ec.SECP256R1()), "rsa.pem": rsa.generate_private_key(65537, 2048)}
        for name, key in keys.items():
            Path(name).write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

        assert main(["init", "--public-key", "ec.pem", "--public-key", "rsa.pem"]) == 0

        platform = load(Path("jobpass.yaml")).platforms["ci-server"]
        assert platform.principals == []
        assert [key["kty"] for key in platform.public_keys] == ["EC", "RSA"]
        assert [key["kid"] for key in platform.public_keys] == [thumbprint(key) for key in platform.public_keys]
        printed = capsys.readouterr().out
        assert "JOBPASS_ISSUER_URL" in printed
        assert "second hop" not in printed

    def test_a_jwk_keeps_its_own_name(self) -> None:
        key = _jwk()
        Path("a.json").write_text(json.dumps(key))
        Path("set.json").write_text(json.dumps({"keys": [{**key, "kid": "mine"}]}))

        assert main(["init", "--public-key", "a.json", "--public-key", "set.json"]) == 0
        keys = load(Path("jobpass.yaml")).platforms["ci-server"].public_keys
        assert keys == [{**key, "kid": thumbprint(key)}, {**key, "kid": "mine"}]

    @pytest.mark.parametrize("shape", ["pkcs8", "traditional", "jwk"])
    def test_a_private_key_is_refused_and_shown_nowhere(self, shape: str, capsys: pytest.CaptureFixture[str]) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        secret = key.private_numbers().private_value.to_bytes(32, "big").hex()
        written = {
            "pkcs8": key.private_bytes(Encoding.PEM, *PRIVATE).decode(),
            "traditional": key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode(),
            "jwk": json.dumps({**_jwk(), "d": secret}),
        }[shape]
        Path("key").write_text(written)

        status, error = refusal(capsys, "--public-key", "key")
        assert (status, error["code"]) == (1, "private_key")
        told = json.dumps(error)
        assert not [line for line in written.splitlines() if len(line) > 30 and line in told]
        assert secret not in told
        assert not Path("jobpass.yaml").exists()

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no_public_key"),
            ("[1]", "no_public_key"),
            ("{", "unreadable"),
            ("", "unreadable"),
            ('{"kty": "oct"}', "configuration"),
            ('{"kty": "EC", "crv": "P-256"}', "configuration"),
            ('{"kty": ["EC"], "kid": {"a": [1]}}', "configuration"),
        ],
    )
    def test_what_is_no_key_is_refused(self, text: str, code: str, capsys: pytest.CaptureFixture[str]) -> None:
        Path("key").write_text(text)

        assert refusal(capsys, "--public-key", "key")[1]["code"] == code

    @pytest.mark.parametrize(
        ("key", "code"),
        [
            (ec.generate_private_key(ec.SECP384R1()), "configuration"),
            (ed25519.Ed25519PrivateKey.generate(), "no_public_key"),
        ],
    )
    def test_a_key_that_no_assertion_is_signed_with_is_refused(
        self, key: Any, code: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("key").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

        assert refusal(capsys, "--public-key", "key")[1]["code"] == code

    def test_a_file_that_is_not_there_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, error = refusal(capsys, "--public-key", "absent.pem")

        assert (status, error["code"]) == (3, "unreadable")


def _jwk() -> dict[str, str]:
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    }
