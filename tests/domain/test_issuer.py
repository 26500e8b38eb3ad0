"""The issuer's URL: what may be one, and the places that are derived from it."""

import pytest

from jobpass_issuer.domain.issuer import Issuer, url_mistake


@pytest.mark.parametrize(
    "url",
    [
        "https://oidc.example.com",
        "https://oidc.example.com/",
        "https://oidc.example.com/api/oidc",
        "https://oidc.example.com/api/oidc/",
        "https://d111111abcdef8.cloudfront.net",
        "https://a.co/v1.0/~x/A_b-c",
        "https://a.co/...",
        "https://a.co/.well-known",
        "https://xn--bcher-kva.example",
        "https://1.2.example",
    ],
)
def test_an_https_url_of_host_and_plain_path_is_an_issuer(url: str) -> None:
    assert url_mistake(url) is None


@pytest.mark.parametrize(
    ("url", "mistake"),
    [
        ("", "must begin with `https://`"),
        ("oidc.example.com", "must begin with `https://`"),
        ("http://oidc.example.com", "must begin with `https://`"),
        ("HTTPS://oidc.example.com", "must begin with `https://`"),
        ("https:/oidc.example.com", "must begin with `https://`"),
        ("https://" + "a" * 50 + ".example/" + "x" * 250, "255 at most"),
        ("https://oidc.example.com?x=1", "query"),
        ("https://oidc.example.com/?", "query"),
        ("https://oidc.example.com/#", "fragment"),
        ("https://me@oidc.example.com", "user name"),
        ("https://me:pw@oidc.example.com", "user name"),
        ("https://oidc.example.com:443", "port"),
        ("https://oidc.example.com:", "port"),
        ("https://[::1]", "port"),
        ("https://OIDC.example.com", "`oidc.example.com`"),
        ("https://", "full domain name"),
        ("https:///path", "full domain name"),
        ("https://localhost", "full domain name"),
        ("https://oidc.example.com.", "full domain name"),
        ("https://.example.com", "full domain name"),
        ("https://oidc..example.com", "full domain name"),
        ("https://-oidc.example.com", "full domain name"),
        ("https://oidc-.example.com", "full domain name"),
        ("https://oidc_x.example.com", "full domain name"),
        ("https://" + "a" * 64 + ".example.com", "full domain name"),
        ("https://oidc.example.com\n", "full domain name"),
        ("https://oidc.example.com ", "full domain name"),
        ("https://\u043eidc.example.com", "full domain name"),
        ("https://*.example.com", "full domain name"),
        ("https://192.0.2.1", "full domain name"),
        ("https://oidc.example.com//", "plain segments"),
        ("https://oidc.example.com/a//b", "plain segments"),
        ("https://oidc.example.com/a b", "plain segments"),
        ("https://oidc.example.com/a%20b", "plain segments"),
        ("https://oidc.example.com/a\n", "plain segments"),
        ("https://oidc.example.com/\u0430", "plain segments"),
        ("https://oidc.example.com/a:b", "plain segments"),
        ("https://oidc.example.com/..", "plain segments"),
        ("https://oidc.example.com/./a", "plain segments"),
        ("https://oidc.example.com/a/../b", "plain segments"),
        ("https://oidc.example.com\\a", "full domain name"),
    ],
)
def test_anything_else_is_refused_with_what_to_mend(url: str, mistake: str) -> None:
    assert mistake in (url_mistake(url) or "")


@pytest.mark.parametrize(
    ("url", "base", "host_and_path"),
    [
        ("https://a.example", "https://a.example", "a.example"),
        ("https://a.example/", "https://a.example", "a.example/"),
        ("https://a.example/x", "https://a.example/x", "a.example/x"),
        ("https://a.example/x/", "https://a.example/x", "a.example/x/"),
    ],
)
def test_the_well_known_urls_lose_a_terminating_slash_and_iams_name_keeps_it(
    url: str, base: str, host_and_path: str
) -> None:
    issuer = Issuer(url)

    assert issuer.discovery_url == f"{base}/.well-known/openid-configuration"
    assert issuer.jwks_url == f"{base}/.well-known/jwks.json"
    assert issuer.host_and_path == host_and_path
