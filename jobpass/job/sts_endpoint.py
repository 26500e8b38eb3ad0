"""Where the AWS STS is that knows a role."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jobpass.errors import JobpassError


class Endpoint:
    """A URL, and what it is called in an error: the variable that holds it, where one does."""

    __slots__ = ("name", "url")

    def __init__(self, url: str, name: str = "the URL of AWS STS") -> None:
        self.url = url
        self.name = name


class _Partition:
    """What the names of a partition's Regions begin with, the domain of its endpoints, and a Region of it."""

    __slots__ = ("region", "regions", "suffix")

    def __init__(self, regions: str, suffix: str, region: str) -> None:
        self.regions = regions
        self.suffix = suffix
        self.region = region


# AWS Fault Isolation Boundaries, "Partitions"; the endpoints as in AWS General Reference, "AWS STS endpoints".
_PARTITIONS: Mapping[str, _Partition] = {
    "aws-cn": _Partition("cn-", "amazonaws.com.cn", "cn-northwest-1"),
    "aws-us-gov": _Partition("us-gov-", "amazonaws.com", "us-gov-west-1"),
    "aws-eusc": _Partition("eusc-", "amazonaws.eu", "eusc-de-east-1"),
    "aws-iso": _Partition("us-iso-", "c2s.ic.gov", "us-iso-east-1"),
    "aws-iso-b": _Partition("us-isob-", "sc2s.sgov.gov", "us-isob-east-1"),
    "aws-iso-e": _Partition("eu-isoe-", "cloud.adc-e.uk", "eu-isoe-west-1"),
    "aws-iso-f": _Partition("us-isof-", "csp.hci.ic.gov", "us-isof-south-1"),
}
_STANDARD = _Partition("", "amazonaws.com", "us-east-1")
_REGION = re.compile(r"[a-z]{2,8}(-[a-z0-9]+){1,4}", re.ASCII)
_YES = ("true", "1")


def endpoint(role_arn: str, environ: Mapping[str, str]) -> Endpoint:
    """Return the STS to ask for a session of a role.

    `AWS_ENDPOINT_URL_STS` comes first, then `AWS_ENDPOINT_URL`, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true;
    then the endpoint of `AWS_REGION` or `AWS_DEFAULT_REGION`, with `AWS_USE_FIPS_ENDPOINT` its FIPS one. A Region that
    is not of the role's partition has no STS that knows the role: the partition's first one is asked instead, as where
    no Region is named. Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".

    Raises:
        JobpassError: `AWS_REGION` is no Region's name.
    """
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() not in _YES:
        for name in ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"):
            if environ.get(name):
                return Endpoint(environ[name], name)
    found = _PARTITIONS.get(role_arn.split(":")[1], _STANDARD)
    region = _region(environ)
    fips = environ.get("AWS_USE_FIPS_ENDPOINT", "").lower() in _YES
    if region is None or _partition_of(region) is not found:
        if found is _STANDARD and not fips:
            return Endpoint("https://sts.amazonaws.com")
        region = found.region
    # In GovCloud the plain endpoint is the one validated for FIPS.
    host = "sts-fips" if fips and found.regions != "us-gov-" else "sts"
    return Endpoint(f"https://{host}.{region}.{found.suffix}")


def _region(environ: Mapping[str, str]) -> str | None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        value = environ.get(name)
        if not value:
            continue
        # It becomes part of the name of the host that gets the token.
        if not _REGION.fullmatch(value):
            raise JobpassError(
                "no_region",
                f"{name} is {value[:40]!r}, which is no Region's name",
                f"set {name} to a Region such as eu-central-1, or leave it out",
            )
        return value
    return None


def _partition_of(region: str) -> _Partition:
    return next((each for each in _PARTITIONS.values() if region.startswith(each.regions)), _STANDARD)
