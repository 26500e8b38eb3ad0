"""The API on loopback, and a platform's machine whose environment leads there and nowhere else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jobpass.job.retry import Patience
from jobpass.platform import Jobs
from tests.platform.api_server import ISSUER_URL, OWN_KEY_ID, OWN_SECRET, REGION, ROLE_ARN, ApiServer, serving
from tests.platform.commanding import Commanding

KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """The API and STS. The machine has the platform's own AWS credentials, and no setting of Jobpass."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "JOBPASS_", "INVOCATION_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with serving() as running:
        for name, value in {
            "AWS_ACCESS_KEY_ID": OWN_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": OWN_SECRET,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL_STS": running.url,
            "AWS_REGION": REGION,
        }.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def waits() -> list[float]:
    """How long the client would have waited, each time that it did."""
    return []


@pytest.fixture
def patience(waits: list[float]) -> Patience:
    """Patience that waits for nothing."""
    return Patience(sleep=waits.append)


@pytest.fixture
def jobs(api: ApiServer, patience: Patience) -> Jobs:
    """The client of a platform with a key of its own, which the API knows; no SDK takes its time for it."""
    api.public_keys["key-1"] = ("ES256", KEY.public_key())
    return Jobs.by_assertion(
        api.url, issuer_url=ISSUER_URL, platform="buildhost", key_id="key-1", private_key=PEM, patience=patience
    )


@pytest.fixture
def signed(api: ApiServer, patience: Patience) -> Jobs:
    """The client of a platform that signs with its invocation role."""
    return Jobs(api.url, invocation_role_arn=ROLE_ARN, patience=patience)


@pytest.fixture
def settings(api: ApiServer, tmp_path: Path) -> dict[str, str]:
    """The variables of a platform with a key of its own, which the API knows."""
    api.public_keys["key-1"] = ("ES256", KEY.public_key())
    (tmp_path / "key.pem").write_bytes(PEM)
    return {
        "JOBPASS_API_URL": api.url,
        "JOBPASS_PLATFORM": "buildhost",
        "JOBPASS_ISSUER_URL": ISSUER_URL,
        "JOBPASS_PLATFORM_KEY_FILE": str(tmp_path / "key.pem"),
        "JOBPASS_PLATFORM_KEY_ID": "key-1",
    }


@pytest.fixture
def jobpass(
    settings: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Commanding:
    """The command `jobpass jobs` on that platform's machine, on no CI."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return Commanding(capsys, monkeypatch)
