"""Where a service answers: the address that the environment names, or the Region's own.

The rules are those of botocore's rule sets for KMS, DynamoDB and STS, without the 1.2 MB of data and the interpreter
that they come with. Tests hold them to botocore's own resolver in every Region that it knows.
"""

import re
from collections.abc import Mapping

# The beginning of a Region's name, its partition's domain, and the domain of addresses for IPv4 and IPv6.
_PARTITIONS = (
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ("", "amazonaws.com", "api.aws"),
)
# Their usual addresses in these Regions are FIPS's.
_FIPS_ALREADY = (("dynamodb", "us-gov-"), ("sts", "us-gov-"))
# `aws-global` and its like are AWS's words for no Region in particular: nothing runs there, and no service answers.
_REGION = re.compile(r"(?!aws-)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def region_of(environ: Mapping[str, str]) -> str:
    """Return the Region that the environment names, as botocore reads it and as Lambda does; empty for none."""
    return environ.get("AWS_DEFAULT_REGION") or environ.get("AWS_REGION") or ""


def endpoint_url(service: str, region: str, environ: Mapping[str, str]) -> str:
    """Return the URL of a service, without a slash at its end (AWS SDKs reference guide, "Service-specific endpoints").

    Raises:
        ValueError: no Region is named, or what is named cannot be one: it would become a part of the host's name.
    """
    if not _is_true(environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        named = environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environ.get("AWS_ENDPOINT_URL")
        if named:
            return named.rstrip("/")
    if not _REGION.fullmatch(region):
        raise ValueError("AWS_REGION names no Region")
    suffix, dual_suffix = next((one, both) for start, one, both in _PARTITIONS if region.startswith(start))
    dual = _is_true(environ, "AWS_USE_DUALSTACK_ENDPOINT")
    fips = _is_true(environ, "AWS_USE_FIPS_ENDPOINT")
    named_so = fips and (dual or not any(service == name and region.startswith(at) for name, at in _FIPS_ALREADY))
    return f"https://{service}{'-fips' if named_so else ''}.{region}.{dual_suffix if dual else suffix}"


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() == "true"
