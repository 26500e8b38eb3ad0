"""The client as the environment describes it: whole, by half, or not at all."""

from pathlib import Path

import pytest

from jobpass.errors import JobpassError
from jobpass.platform import Jobs, SettingsError
from tests.platform.api_server import ISSUER_URL, REGION, ROLE_ARN, ApiServer

FIELDS = {"ref": "main"}


@pytest.mark.parametrize("name", ["JOBPASS_INVOCATION_ROLE_ARN", "INVOCATION_ROLE_ARN"])
def test_the_invocation_role(name: str, api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    # `make up` exports the issuer's URL to everybody: it chooses no way.
    environ = {"JOBPASS_API_URL": api.url, name: ROLE_ARN, "AWS_REGION": REGION, "JOBPASS_ISSUER_URL": ISSUER_URL}

    assert Jobs.from_environment(environ).register("ci", FIELDS).job_id in api.jobs
    assert api.assumed


def test_a_key_of_its_own(api: ApiServer, settings: dict[str, str]) -> None:
    assert Jobs.from_environment(settings).register("ci", FIELDS).job_id in api.jobs
    assert api.received[0].path == "/v1/assertion/jobs"


def test_the_processs_environment_unless_another_is_given(
    api: ApiServer, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    assert Jobs.from_environment().register("ci", FIELDS).job_id in api.jobs


@pytest.mark.parametrize("missing", ["JOBPASS_PLATFORM", "JOBPASS_ISSUER_URL", "JOBPASS_PLATFORM_KEY_FILE"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_half_names_what_is_missing(missing: str, empty: bool, settings: dict[str, str]) -> None:
    environ = {**settings, missing: ""} if empty else {name: settings[name] for name in settings if name != missing}

    with pytest.raises(SettingsError) as refused:
        Jobs.from_environment(environ)
    assert refused.value.code == "settings_incomplete"
    assert f"but {missing} is not" in refused.value.message
    assert f"set {missing} to " in refused.value.remedy


def test_a_half_beside_a_whole_is_left_alone(api: ApiServer) -> None:
    environ = {"JOBPASS_API_URL": api.url, "JOBPASS_INVOCATION_ROLE_ARN": ROLE_ARN, "JOBPASS_PLATFORM": "buildhost"}

    assert Jobs.from_environment(environ).register("ci", FIELDS).job_id in api.jobs


def test_two_wholes_are_one_too_many(settings: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        Jobs.from_environment({**settings, "JOBPASS_INVOCATION_ROLE_ARN": ROLE_ARN})
    assert refused.value.code == "settings_ambiguous"
    assert "unset" in refused.value.remedy


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "JOBPASS_API_URL"),
        ({"JOBPASS_API_URL": ""}, "JOBPASS_API_URL"),
        ({"JOBPASS_API_URL": "https://api.example.com"}, "JOBPASS_INVOCATION_ROLE_ARN"),
        (
            {"JOBPASS_API_URL": "https://api.example.com", "JOBPASS_ISSUER_URL": ISSUER_URL},
            "JOBPASS_INVOCATION_ROLE_ARN",
        ),
    ],
)
def test_nothing_at_all_says_what_to_set(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Jobs.from_environment(environ)
    assert refused.value.code == "settings_missing"
    assert f"set {named} to the " in refused.value.remedy


@pytest.mark.parametrize(
    ("url", "code"), [("http://api.example.com", "url_not_secure"), ("https://[api", "url_malformed")]
)
def test_a_url_that_is_none_is_named_by_its_variable(url: str, code: str) -> None:
    with pytest.raises(JobpassError, match="JOBPASS_API_URL") as refused:
        Jobs.from_environment({"JOBPASS_API_URL": url, "INVOCATION_ROLE_ARN": ROLE_ARN})
    assert refused.value.code == code


class TestKeyFile:
    """The file of the private key."""

    @pytest.mark.parametrize(
        ("content", "code"), [(None, "key_unreadable"), (b"", "key_malformed"), (b"x" * 100_000, "key_malformed")]
    )
    def test_one_that_holds_no_key_is_refused(
        self, content: bytes | None, code: str, settings: dict[str, str], tmp_path: Path
    ) -> None:
        file = tmp_path / "other.pem"
        if content is not None:
            file.write_bytes(content)

        with pytest.raises(SettingsError) as refused:
            Jobs.from_environment({**settings, "JOBPASS_PLATFORM_KEY_FILE": str(file)})
        assert refused.value.code == code
        assert refused.value.remedy

    def test_a_folder_is_none(self, settings: dict[str, str], tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="cannot be read"):
            Jobs.from_environment({**settings, "JOBPASS_PLATFORM_KEY_FILE": str(tmp_path)})
