"""Where a job asks: each block that registration hands out, halves of them, and blocks of somebody else."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.errors import JobpassError
from jobpass.job.request_source import BLOCKS, find
from jobpass_issuer.domain import environment
from jobpass_issuer.domain.environment import Handover
from tests.domain.examples import AZURE, DEPLOY_ARN, GOOGLE, STS, TOKEN, registration

API = "https://api.example.com"
JOB = registration(
    fields={"workspace": "acme", "path": "u/ada/sync"}, audiences=(STS, GOOGLE, AZURE), roles=(DEPLOY_ARN,)
)
HANDED_OUT = environment.blocks(list(environment.BLOCKS), Handover(API, JOB, str(TOKEN)))


def block(name: str, folder: Path) -> dict[str, str]:
    """A block as a platform sets it: variables, and for Google a file."""
    made: dict[str, Any] = HANDED_OUT[name]
    if name != "google":
        return made
    path = folder / "google.json"
    path.write_text(json.dumps(made))
    return {"GOOGLE_APPLICATION_CREDENTIALS": str(path)}


def test_every_block_that_registration_hands_out_is_known() -> None:
    assert set(BLOCKS) == set(environment.BLOCKS)


@pytest.mark.parametrize("name", BLOCKS)
def test_each_block_leads_to_the_issuer_with_the_request_token(name: str, tmp_path: Path) -> None:
    source = find(block(name, tmp_path))

    assert (source.block, source.token) == (name, str(TOKEN))
    method, url = source.request("https://vault.example/x?y")
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == API
    if name == "windmill":
        assert method == "POST"
        assert parts.path == "/api/w/acme/oidc/token/https%3A%2F%2Fvault.example%2Fx%3Fy"
    else:
        assert (method, parts.path) == ("GET", "/v1/token")
        assert parse_qs(parts.query) == {"api-version": ["1"], "audience": ["https://vault.example/x?y"]}


@pytest.mark.parametrize("name", BLOCKS)
def test_no_repr_shows_the_request_token(name: str, tmp_path: Path) -> None:
    assert str(TOKEN) not in repr(find(block(name, tmp_path)))


def test_the_first_whole_block_is_taken_and_another_when_it_is_named(tmp_path: Path) -> None:
    everything = {key: value for name in BLOCKS for key, value in block(name, tmp_path).items()}

    assert find(everything).block == next(iter(BLOCKS)) == "jobpass"
    for name in BLOCKS:
        assert find(everything, name).block == name


def _halves() -> list[tuple[str, str]]:
    pairs = {"jobpass": "JOBPASS_REQUEST_", "github": "ACTIONS_ID_TOKEN_REQUEST_", "azure": "ARM_OIDC_REQUEST_"}
    halves = [(name, prefix + end) for name, prefix in pairs.items() for end in ("URL", "TOKEN")]
    halves += [("windmill", name) for name in ("BASE_INTERNAL_URL", "WM_TOKEN", "WM_WORKSPACE")]
    return [*halves, ("aws-sdk", "AWS_CONTAINER_AUTHORIZATION_TOKEN")]


@pytest.mark.parametrize(("name", "absent"), _halves())
@pytest.mark.parametrize("empty", [False, True], ids=["absent", "empty"])
def test_half_a_block_names_what_it_lacks(name: str, absent: str, empty: bool, tmp_path: Path) -> None:
    given_block = {**block(name, tmp_path), absent: ""}
    if not empty:
        del given_block[absent]
    with pytest.raises(JobpassError, match=f"of the block `{name}`, {absent} is missing") as caught:
        find(given_block)
    assert caught.value.code == "request_source_incomplete"
    assert str(TOKEN) not in str(caught.value)
    assert caught.value.remedy

    assert find({**given_block, **block("google", tmp_path)}).block == "google"


def test_nothing_at_all_says_what_to_set_and_who_knows_it() -> None:
    with pytest.raises(JobpassError) as caught:
        find({"PATH": "/bin", "BASE_INTERNAL_URL": "http://windmill:8000"})
    assert caught.value.code == "request_source_missing"
    assert "JOBPASS_REQUEST_URL and JOBPASS_REQUEST_TOKEN" in caught.value.remedy
    assert "registration" in caught.value.remedy


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_that_is_named_and_not_there_says_what_to_set(name: str, tmp_path: Path) -> None:
    other = "azure" if name == "jobpass" else "jobpass"
    with pytest.raises(JobpassError, match=f"no block `{name}`") as caught:
        find(block(other, tmp_path), name)
    for variable in set(block(name, tmp_path)) - {"ARM_USE_OIDC"}:
        assert variable in caught.value.remedy


def test_a_block_of_no_name_is_refused() -> None:
    with pytest.raises(JobpassError) as caught:
        find({}, "gitlab")
    assert caught.value.code == "block_unknown"
    assert "google" in caught.value.remedy


@pytest.mark.parametrize(
    "others",
    [
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:4242/0123abcd"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://a.example/credentials"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "x"},
    ],
)
def test_container_credentials_of_somebody_else_are_no_block(others: dict[str, str]) -> None:
    with pytest.raises(JobpassError) as caught:
        find(others)
    assert caught.value.code == "request_source_missing"


@pytest.mark.parametrize(
    "content",
    [
        {"type": "service_account", "private_key": "x"},
        {"type": "external_account", "credential_source": {"file": "/token"}},
        {"type": "external_account", "credential_source": {"url": f"{API}/x", "headers": {"Metadata": "True"}}},
        {"type": "external_account", "credential_source": {"url": f"{API}/x", "headers": {"Authorization": "Basic x"}}},
        {"type": "external_account", "credential_source": {"url": f"{API}/x", "headers": ["Authorization"]}},
        {"type": "external_account"},
        {},
        [],
        None,
    ],
)
def test_googles_credentials_of_another_kind_are_no_block(content: object, tmp_path: Path) -> None:
    path = tmp_path / "adc.json"
    path.write_text(json.dumps(content))
    with pytest.raises(JobpassError) as caught:
        find({"GOOGLE_APPLICATION_CREDENTIALS": str(path)})
    assert caught.value.code == "request_source_missing"


@pytest.mark.parametrize("content", [None, b"{", b"\xff"])
def test_googles_file_that_cannot_be_read_is_told(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "adc.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(JobpassError, match="the file that GOOGLE_APPLICATION_CREDENTIALS names") as caught:
        find({"GOOGLE_APPLICATION_CREDENTIALS": str(path)})
    assert caught.value.code == "request_source_incomplete"


@pytest.mark.parametrize("token", ["two words", "t\u00f6ken", "a\r\nX-Header: b", "a\x00"])
def test_a_request_token_that_is_none_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(JobpassError) as caught:
        find({"JOBPASS_REQUEST_URL": API, "JOBPASS_REQUEST_TOKEN": token})
    assert caught.value.code == "request_token_malformed"
    assert token not in str(caught.value)
    assert caught.value.remedy


def test_blanks_and_line_ends_about_a_value_are_nobodys() -> None:
    source = find({"JOBPASS_REQUEST_URL": f" {API}/v1/token\n", "JOBPASS_REQUEST_TOKEN": f"{TOKEN}\r\n"})
    assert (source.url, source.token) == (f"{API}/v1/token", str(TOKEN))


def test_a_url_in_the_clear_is_refused_by_its_name() -> None:
    with pytest.raises(JobpassError, match="ACTIONS_ID_TOKEN_REQUEST_URL begins with http://") as caught:
        find({"ACTIONS_ID_TOKEN_REQUEST_URL": "http://a.example/?", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"})
    assert caught.value.code == "url_not_secure"


def test_windmills_other_name_for_its_base_and_a_slash_at_its_end() -> None:
    source = find({"WM_BASE_URL": f"{API}/", "WM_TOKEN": "t", "WM_WORKSPACE": "a b"})
    assert source.request("x", 60) == ("POST", f"{API}/api/w/a%20b/oidc/token/x?expires_in=60")


def test_windmills_protocol_has_no_default_audience_and_no_pin() -> None:
    source = find(HANDED_OUT["windmill"])

    assert not source.pins
    with pytest.raises(JobpassError) as caught:
        source.request(None)
    assert caught.value.code == "audience_missing"
    with pytest.raises(JobpassError) as caught:
        source.request("x", role_arn=DEPLOY_ARN)
    assert caught.value.code == "pin_not_offered"


def test_what_is_in_no_encoding_is_asked_for_as_it_is() -> None:
    strange = "\udcff"  # as Python has a byte of a command line that is no UTF-8
    assert find(HANDED_OUT["github"]).request(strange)[1].endswith("&audience=%ED%B3%BF")
    assert "/oidc/token/%ED%B3%BF" in find(HANDED_OUT["windmill"]).request(strange)[1]


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a": "' + "x" * (1 << 20) + '"}'])
def test_a_file_that_nobody_can_read_is_there_by_half(content: str, tmp_path: Path) -> None:
    path = tmp_path / "google.json"
    path.write_text(content)
    with pytest.raises(JobpassError, match="is not JSON") as caught:
        find({"GOOGLE_APPLICATION_CREDENTIALS": str(path)})
    assert caught.value.code == "request_source_incomplete"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (f"{API}/t", f"{API}/t?audience=a"),
        (f"{API}/t?x=1", f"{API}/t?x=1&audience=a"),
        (f"{API}/t?", f"{API}/t?audience=a"),
        (f"{API}/t?x=1&", f"{API}/t?x=1&audience=a"),
    ],
)
def test_parameters_are_joined_to_whatever_the_url_has(url: str, asked: str) -> None:
    source = find({"JOBPASS_REQUEST_URL": url, "JOBPASS_REQUEST_TOKEN": "t"})
    assert source.pins
    assert source.request("a") == ("GET", asked)
    assert source.request(None) == ("GET", url)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.none() | st.integers(1, 10**8),
    st.none() | st.text(),
)
def test_whatever_is_asked_for_arrives_as_it_was(audience: str, seconds: int | None, role_arn: str | None) -> None:
    github = find(HANDED_OUT["github"]).request(audience, seconds, role_arn)[1]
    arrived = parse_qs(urlsplit(github).query, keep_blank_values=True, strict_parsing=True)
    wanted = {"audience": audience, "expires_in": seconds, "role_arn": role_arn, "api-version": 1}
    assert arrived == {name: [str(value)] for name, value in wanted.items() if value is not None}

    windmill = urlsplit(find(HANDED_OUT["windmill"]).request(audience, seconds)[1])
    assert unquote(windmill.path.removeprefix("/api/w/acme/oidc/token/")) == audience
