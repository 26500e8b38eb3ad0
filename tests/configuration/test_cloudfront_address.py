"""CloudFront's own address as `issuer.url`: without certificate and without path, once it is known."""

from typing import Any

import pytest

from jobpass.configuration import ConfigurationError, parse
from tests.configuration.test_role_stacks import written

ADDRESS = "https://d111111abcdef8.cloudfront.net"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0f3c1a52-7d0e-4c55-9a10-6f2b6f1f7c11"


def test_it_needs_no_certificate_and_is_no_domain_of_ones_own() -> None:
    issuer = parse(written(1, issuer={"url": ADDRESS})).issuer
    assert issuer.url == ADDRESS
    assert issuer.own_domain is None


def test_a_domain_of_ones_own_is_one() -> None:
    issuer = parse(written(1, issuer={"url": "https://oidc.example.com/x", "certificate_arn": CERTIFICATE})).issuer
    assert issuer.own_domain == "oidc.example.com"


@pytest.mark.parametrize("host", ["cloudfront.net", "cloudfront.net.example.com", "dxcloudfront.net"])
def test_a_name_that_is_only_like_it_needs_a_certificate(host: str) -> None:
    assert problems(url=f"https://{host}")[0][0] == "issuer.certificate_arn"


@pytest.mark.parametrize("rest", ["/", "/api/oidc"])
def test_it_has_no_path(rest: str) -> None:
    assert problems(url=ADDRESS + rest) == [
        ("issuer.url", f"must be `{ADDRESS}`: at CloudFront's own address the issuer has no path")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("certificate_arn", CERTIFICATE), ("hosted_zone", {"id": "Z0123456789ABC", "name": "cloudfront.net"})],
)
def test_it_has_nothing_of_a_domain_of_ones_own(name: str, value: object) -> None:
    text = "is of use on a domain of your own only, and this is CloudFront's: leave it out"
    assert problems(url=ADDRESS, **{name: value}) == [(f"issuer.{name}", text)]


def problems(**issuer: Any) -> list[tuple[str, str]]:
    """What a configuration with such an issuer is refused for."""
    with pytest.raises(ConfigurationError) as refused:
        parse(written(1, issuer=issuer))
    return [(each.path, each.message) for each in refused.value.problems]
