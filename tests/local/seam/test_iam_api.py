"""IAM's OIDC provider as the API makes and changes it, as recorded of the real IAM in September 2026."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers

PREFIX = "arn:aws:iam::000000000000:oidc-provider/"


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    return emulator.client("iam")


@pytest.fixture
def host() -> str:
    return f"provider-{next(numbers)}.example.com"


def refusal(action: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        action(**parameters)
    told = refused.value.response["Error"]
    return told["Code"], told["Message"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://{host}", "{host}"),
        ("https://{host}/path", "{host}/path"),
        ("https://{host}/path/", "{host}/path/"),
        ("https://{host}/", "{host}/"),
        ("https://{host}:443", "{host}"),
        ("https://{host}:443/path/", "{host}/path/"),
        ("https://UPPER.{host}/MixedCase", "UPPER.{host}/MixedCase"),
    ],
)
def test_a_url_keeps_its_slash_and_its_letter_case(url: str, name: str, iam: Any, host: str) -> None:
    url, name = url.format(host=host), name.format(host=host)

    arn = iam.create_open_id_connect_provider(Url=url)["OpenIDConnectProviderArn"]

    assert arn == PREFIX + name
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (provider["Url"], provider["ClientIDList"], provider["ThumbprintList"]) == (name, [], [])
    assert arn in {listed["Arn"] for listed in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]}


def test_a_url_with_its_last_slash_is_another_provider(iam: Any, host: str) -> None:
    with_slash, without = f"https://{host}/path/", f"https://{host}/path"
    iam.create_open_id_connect_provider(Url=with_slash)
    iam.create_open_id_connect_provider(Url=without)

    assert refusal(iam.create_open_id_connect_provider, Url=without)[0] == "EntityAlreadyExists"
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=f"{PREFIX}{host}/path")
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=f"{PREFIX}{host}/path/")["Url"].endswith("/")


@pytest.mark.parametrize(
    "url",
    ["https://{host}/?query", "https://{host}?", "https://{host}/#fragment", "http://{host}", "{host}", "https://",
     "https://{host}:8443", "https://{host}:port"],
)  # fmt: skip
def test_a_url_that_is_no_issuer_is_refused(url: str, iam: Any, host: str) -> None:
    assert refusal(iam.create_open_id_connect_provider, Url=url.format(host=host)) == ("InvalidInput", "Unknown")


def test_lists_and_tags_are_kept_as_iam_keeps_them(iam: Any, host: str) -> None:
    tags = [{"Key": "key", "Value": "value"}, {"Key": "Key", "Value": "<&>"}]

    created = iam.create_open_id_connect_provider(
        Url=f"https://{host}",
        ClientIDList=["z-client", "a-client", "z-client"],
        ThumbprintList=["A" * 40, "A" * 40, "not hexadecimal, but of forty characters"],
        Tags=tags,
    )

    assert created["Tags"] == tags
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=created["OpenIDConnectProviderArn"])
    assert provider["ClientIDList"] == ["z-client", "a-client"]
    assert provider["ThumbprintList"] == ["a" * 40, "a" * 40, "not hexadecimal, but of forty characters"]
    assert provider["Tags"] == tags[::-1]


def test_client_ids_come_and_go_without_complaint(iam: Any, host: str) -> None:
    arn = iam.create_open_id_connect_provider(Url=f"https://{host}", ClientIDList=["a"])["OpenIDConnectProviderArn"]

    for client_id in ("b", "b", "a"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["a", "b"]
    for client_id in ("a", "a", "never-there"):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["b"]


def test_a_provider_holds_a_hundred_client_ids(iam: Any, host: str) -> None:
    client_ids = [f"client-{number}" for number in range(100)]
    arn = iam.create_open_id_connect_provider(Url=f"https://{host}", ClientIDList=client_ids)[
        "OpenIDConnectProviderArn"
    ]

    code, _ = refusal(iam.add_client_id_to_open_id_connect_provider, OpenIDConnectProviderArn=arn, ClientID="one-more")

    assert code == "LimitExceeded"
    assert len(iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"]) == 100


def test_thumbprints_are_at_least_one_and_fewer_than_six(iam: Any, host: str) -> None:
    too_many = ("InvalidInput", "Thumbprint list must contain fewer than 5 entries.")
    six = ["a" * 40] * 6
    assert refusal(iam.create_open_id_connect_provider, Url=f"https://{host}", ThumbprintList=six) == too_many
    arn = iam.create_open_id_connect_provider(Url=f"https://{host}")["OpenIDConnectProviderArn"]
    update = iam.update_open_id_connect_provider_thumbprint

    update(OpenIDConnectProviderArn=arn, ThumbprintList=["B" * 40])
    assert refusal(update, OpenIDConnectProviderArn=arn, ThumbprintList=six) == too_many
    assert refusal(update, OpenIDConnectProviderArn=arn, ThumbprintList=[]) == (
        "InvalidInput",
        "Thumbprint list must contain at least one entry.",
    )
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ThumbprintList"] == ["b" * 40]


def test_tags_are_changed_by_key(iam: Any, host: str) -> None:
    arn = iam.create_open_id_connect_provider(Url=f"https://{host}")["OpenIDConnectProviderArn"]

    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=arn, Tags=[{"Key": "Team", "Value": "web"}])
    iam.tag_open_id_connect_provider(
        OpenIDConnectProviderArn=arn, Tags=[{"Key": "Team", "Value": "api"}, {"Key": "Job", "Value": "7"}]
    )
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=arn, TagKeys=["Job"])

    tags = iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=arn)["Tags"]
    assert tags == [{"Key": "Team", "Value": "api"}]


def test_what_is_gone_is_gone_and_said_in_two_wordings(iam: Any, host: str) -> None:
    arn = iam.create_open_id_connect_provider(Url=f"https://{host}")["OpenIDConnectProviderArn"]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)

    assert refusal(iam.delete_open_id_connect_provider, OpenIDConnectProviderArn=arn) == (
        "NoSuchEntity",
        f"OpenId connect Provider {arn} cannot be found.",
    )
    assert refusal(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn) == (
        "NoSuchEntity",
        f"OpenIDConnect Provider not found for arn {arn}",
    )
