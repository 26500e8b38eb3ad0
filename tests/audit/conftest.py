"""The account of each test, and the way there for every SDK client."""

from collections.abc import Iterator

import pytest

from jobpass.audit import event_history
from jobpass_issuer.aws import event_history as functions_event_history
from tests.audit.account import REGION, AwsAccount, serving
from tests.audit.world import new_account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsAccount]:
    """An account in which nothing has been issued yet; CloudTrail does not have to be spared."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_STS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(event_history, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(functions_event_history, "PAUSE_SECONDS", 0)
    made = new_account()
    with serving(made) as endpoint:
        settings = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "AKIAOPERATOR",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield made
