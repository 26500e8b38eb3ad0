"""A command finds the container's credentials and no others, whatever its environment held."""

import os
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from jobpass.job.aws_environment import bringing_setting, child_environment, config_file
from tests.job.containers import container

URI, SECRET = "http://127.0.0.1:4711/path", "bearer"
OTHERS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wrong",
    "AWS_SESSION_TOKEN": "wrong",
    "AWS_SECURITY_TOKEN": "wrong",
    "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
    "AWS_ACCESS_KEY": "wrong",
    "AWS_SECRET_KEY": "wrong",
    "AWS_CREDENTIAL_FILE": "/wrong",
    "AWS_PROFILE": "wrong",
    "AWS_DEFAULT_PROFILE": "wrong",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/wrong",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/wrong",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/wrong",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/wrong",
}


def given(**environ: str) -> dict[str, str]:
    """The environment of a command."""
    return child_environment(environ, uri=URI, authorization=SECRET)


class TestChildEnvironment:
    """What the command keeps, loses and gets."""

    def test_every_other_source_is_lost_and_the_containers_is_there(self) -> None:
        assert given(**OTHERS) == {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": URI,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": SECRET,
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def test_what_an_outer_container_gave_is_replaced(self) -> None:
        outer = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://api.example.com/v1/credentials?role_arn=x",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "outer",
        }
        found = given(**outer)
        assert (found["AWS_CONTAINER_CREDENTIALS_FULL_URI"], found["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) == (
            URI,
            SECRET,
        )

    def test_the_rest_stays_the_region_and_the_request_token_too(self) -> None:
        rest = {
            "PATH": "/bin",
            "AWS_REGION": "eu-central-1",
            "AWS_CONFIG_FILE": "/etc/aws",
            "AWS_CA_BUNDLE": "/ca.pem",
            "AWS_ENDPOINT_URL": "https://vpce.example.com",
            "JOBPASS_REQUEST_TOKEN": "t",
        }
        assert rest.items() <= given(**rest).items()

    def test_without_a_proxy_nothing_is_excluded_from_one(self) -> None:
        assert not {"NO_PROXY", "no_proxy"} & given(PATH="/bin").keys()
        assert given(NO_PROXY="a.example")["NO_PROXY"] == "a.example"

    @pytest.mark.parametrize(
        ("before", "upper", "lower"),
        [
            ({}, "127.0.0.1", "127.0.0.1"),
            ({"NO_PROXY": ""}, "127.0.0.1", "127.0.0.1"),
            ({"NO_PROXY": "a.example"}, "a.example,127.0.0.1", "a.example,127.0.0.1"),
            ({"no_proxy": "a.example"}, "a.example,127.0.0.1", "a.example,127.0.0.1"),
            ({"NO_PROXY": "a", "no_proxy": "b"}, "a,127.0.0.1", "b,127.0.0.1"),
            ({"NO_PROXY": "a, 127.0.0.1 ,b"}, "a, 127.0.0.1 ,b", "a, 127.0.0.1 ,b"),
            ({"no_proxy": "*"}, "*", "*"),
            ({"NO_PROXY": "127.0.0.11"}, "127.0.0.11,127.0.0.1", "127.0.0.11,127.0.0.1"),
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("proxy", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
    def test_no_proxy_is_asked_for_the_credentials(
        self, proxy: str, before: dict[str, str], upper: str, lower: str
    ) -> None:
        found = given(**{proxy: "http://proxy.example:3128", **before})
        assert (found["NO_PROXY"], found["no_proxy"]) == (upper, lower)

    def test_botocore_takes_the_containers_credentials_and_no_others(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        credentials = tmp_path / "credentials"
        credentials.write_text("[default]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n")
        before = {**OTHERS, "AWS_SHARED_CREDENTIALS_FILE": str(credentials), "HTTP_PROXY": "http://127.0.0.1:1"}
        for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)
        with container() as box:
            for name, value in child_environment(
                {**before, "AWS_CONFIG_FILE": os.devnull}, uri=box.server.uri, authorization=box.server.authorization
            ).items():
                monkeypatch.setenv(name, value)
            drawn: Any = botocore.session.Session().get_credentials()
        assert (drawn.method, drawn.access_key) == ("container-role", "ASIA0000000000000001")


class TestConfigFile:
    """A config file that would come before the role's credentials."""

    def test_it_is_the_one_that_sdks_read(self) -> None:
        assert config_file({}) == "~/.aws/config"
        assert config_file({"AWS_CONFIG_FILE": "/etc/aws"}) == "/etc/aws"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[default]\nregion = eu-central-1\noutput=json\n",
            "[profile other]\nrole_arn = arn:aws:iam::111122223333:role/r\n[default]\nregion = eu-central-1\n",
            "[default]\nregion = eu-central-1\n[profile defaulted]\ncredential_process = x\n",
            "[default]\n# role_arn = x\n; sso_session = y\n",
            "[default]\ns3 =\n  role_arn = nested\n",
            "[sso-session default]\nsso_start_url = https://x\n[services default]\nrole_arn = x\n",
            "role_arn = of no section\n",
        ],
    )
    def test_one_that_brings_nothing_is_good(self, text: str) -> None:
        assert bringing_setting(text) is None

    @pytest.mark.parametrize(
        ("text", "setting"),
        [
            ("[default]\nrole_arn = x\n", "role_arn"),
            ("[default]\nregion = r\ncredential_process=/bin/x --y = z\n", "credential_process"),
            ("  [ default ] ; mine\nsso_session = x\n", "sso_session"),
            ("[profile default]\naws_access_key_id = x\n", "aws_access_key_id"),
            ('[profile "default"]\r\nweb_identity_token_file = /x\r\n', "web_identity_token_file"),
            ("[default]\nLogin_Session = x\n", "Login_Session"),
            ("[default]\nregion = r\n[profile o]\nregion = r\n[default]\nsource_profile = o\n", "source_profile"),
        ],
        ids=repr,
    )
    def test_one_that_brings_credentials_is_told(self, text: str, setting: str) -> None:
        assert bringing_setting(text) == setting
