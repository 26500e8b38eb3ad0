"""Every address is botocore's: in each Region of each partition that it knows, for FIPS and for IPv6."""

import itertools
from functools import cache
from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.session import get_session

from jobpass_issuer.aws.endpoint import endpoint_url, region_of

_SERVICES = ("kms", "dynamodb", "sts")
_LOADER = get_session().get_component("data_loader")
_PARTITIONS = _LOADER.load_data("partitions")
_REGIONS = sorted(region for each in _PARTITIONS["partitions"] for region in each["regions"])
_EVERYWHERE = [name for name in _REGIONS if name.startswith("aws-")]
_NAMED = "https://named.example"


@cache
def _provider(service: str) -> EndpointProvider:
    return EndpointProvider(_LOADER.load_service_model(service, "endpoint-rule-set-1"), _PARTITIONS)


def _botocores(service: str, region: str, fips: bool, dual_stack: bool) -> str:
    asked: dict[str, Any] = {"Region": region, "UseFIPS": fips, "UseDualStack": dual_stack}
    if service == "sts":
        # As botocore asks where `sts_regional_endpoints` has its default.
        asked["UseGlobalEndpoint"] = False
    return str(_provider(service).resolve_endpoint(**asked).url)


@pytest.mark.parametrize("service", _SERVICES)
@pytest.mark.parametrize("region", sorted({*_REGIONS} - {*_EVERYWHERE}))
def test_an_address_is_botocores(service: str, region: str) -> None:
    # Botocore has one for each of these combinations, and is an error here if it ever has none.
    for fips, dual_stack in itertools.product((False, True), repeat=2):
        environ = {"AWS_USE_FIPS_ENDPOINT": str(fips), "AWS_USE_DUALSTACK_ENDPOINT": str(dual_stack).lower()}

        assert endpoint_url(service, region, environ) == _botocores(service, region, fips, dual_stack)


def test_botocore_knows_regions_of_all_partitions() -> None:
    assert {name.split("-")[0] for name in _REGIONS} > {"us", "eu", "cn", "eusc"}
    assert len(_EVERYWHERE) >= 6


@pytest.mark.parametrize(
    "region",
    [
        *(*_EVERYWHERE, "", " ", "-", "eu-west-1-", "-eu-west-1", "eu west 1", "EU-WEST-1", "a" * 64),
        *("eu-west-1.evil.example/", "eu-west-1#", "eu-west-1\r\nX-Evil: 1", "eu-west-1\n", "évil-1", "x@y", "x:1"),
    ],
)
def test_what_cannot_be_a_region_is_no_part_of_an_address(region: str) -> None:
    with pytest.raises(ValueError, match="AWS_REGION names no Region"):
        endpoint_url("kms", region, {})


def test_an_address_that_is_named_goes_before_the_regions() -> None:
    both = {"AWS_ENDPOINT_URL": "https://all.example/", "AWS_ENDPOINT_URL_KMS": _NAMED}

    assert endpoint_url("kms", "eu-west-1", both) == _NAMED
    assert endpoint_url("sts", "eu-west-1", both) == "https://all.example"
    assert endpoint_url("kms", "", both) == _NAMED


@pytest.mark.parametrize(
    ("said", "ignored"), [("true", True), ("True", True), ("false", False), ("", False), ("1", False)]
)
def test_addresses_that_are_named_can_be_ignored(said: str, ignored: bool) -> None:
    environ = {"AWS_ENDPOINT_URL_KMS": _NAMED, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": said}

    assert endpoint_url("kms", "eu-west-1", environ) == ("https://kms.eu-west-1.amazonaws.com" if ignored else _NAMED)


def test_the_region_is_the_default_one_before_lambdas() -> None:
    assert region_of({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}) == "eu-west-2"
    assert region_of({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": ""}) == "eu-west-1"
    assert region_of({}) == ""
