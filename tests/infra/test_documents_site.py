"""Where relying parties read the documents: a private bucket, and CloudFront before it."""

import json
from typing import Any

import pytest

from jobpass.configuration.issuer_settings import SHORTEST_PUBLISH_AHEAD_HOURS
from jobpass_issuer.domain.documents import RING_COPY, published_documents
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import EMPTY
from tests.infra.conftest import ISSUER_CERTIFICATE, OWN_DOMAIN, Synthesize
from tests.infra.template import Statement, Template, resolve, text


def test_bucket_is_closed_to_the_public(example: Template) -> None:
    bucket = example.of_type("AWS::S3::Bucket")["SiteBucket978D4AEB"]["Properties"]
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_bucket_is_read_by_this_distribution_and_over_tls_only(example: Template) -> None:
    deny, allow, _ = _bucket_policy(example)
    assert (deny.document["Effect"], deny.actions, deny.principals) == ("Deny", ["s3:*"], ["*"])
    assert deny.document["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert (allow.actions, allow.principals) == (["s3:GetObject"], ["cloudfront.amazonaws.com"])
    assert resolve(allow.document["Condition"]) == {
        "StringEquals": {
            "aws:SourceArn": "arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<SiteDistribution390DED28>"
        }
    }


def test_bucket_is_written_by_the_keys_function_alone_whatever_policies_of_iam_say(
    example: Template, own_domain: Template
) -> None:
    for template in (example, own_domain):
        _, _, deny = _bucket_policy(template)
        assert (deny.document["Effect"], deny.principals) == ("Deny", ["*"])
        # Whoever has no ARN of a principal, as a service, is not like these either.
        assert resolve(deny.document["Condition"]) == {
            "ArnNotLike": {
                "aws:PrincipalArn": [
                    "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/jobpass-keys",
                    "arn:<AWS::Partition>:sts::<AWS::AccountId>:assumed-role/jobpass-keys/*",
                ]
            }
        }
        assert deny.resources == ["<SiteBucket978D4AEB.Arn>/*"]
        permitted = {
            action
            for each in template.statements()
            if each.kind == "identity" and any("SiteBucket" in resource for resource in each.resources)
            for action in each.actions
        }
        assert {each for each in permitted if "Put" in each or "Delete" in each} <= set(deny.actions)
        assert not {each for each in deny.actions if "Bucket" in each or "Policy" in each}, "nobody is locked out"


def test_cloudfront_reads_the_documents_and_not_the_rings_copy_beside_them(
    example: Template, own_domain: Template
) -> None:
    for template, path in ((example, ""), (own_domain, "api/oidc/")):
        _, allow, _ = _bucket_policy(template)
        documents = [f"{path}.well-known/{name}" for name in ("openid-configuration", "jwks.json")]
        assert allow.resources == [f"<SiteBucket978D4AEB.Arn>/{key}" for key in documents]
        assert RING_COPY not in documents


def test_every_published_document_is_one_that_cloudfront_may_read(synthesize: Synthesize) -> None:
    for url in ("https://oidc.example.com/api/oidc", "https://oidc.example.com/api/oidc/", "https://oidc.example.com/"):
        template = synthesize(issuer={**OWN_DOMAIN, "url": url})
        _, allow, _ = _bucket_policy(template)
        published = published_documents(Issuer(url), EMPTY)
        assert sorted(allow.resources) == sorted(f"<SiteBucket978D4AEB.Arn>/{key}" for key in published)


def test_no_copy_in_cloudfront_outlives_the_shortest_publication_ahead(example: Template) -> None:
    policy = example.only("AWS::CloudFront::CachePolicy")["CachePolicyConfig"]
    assert policy["MaxTTL"] <= SHORTEST_PUBLISH_AHEAD_HOURS * 3600


def test_distribution_signs_what_it_asks_the_bucket(example: Template) -> None:
    control = example.only("AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")
    (origin,) = _distribution(example)["Origins"]
    (name,) = example.of_type("AWS::CloudFront::OriginAccessControl")
    assert text(origin["OriginAccessControlId"]) == f"<{name}.Id>"


def test_documents_are_served_over_tls_to_readers_only(example: Template) -> None:
    behavior = _distribution(example)["DefaultCacheBehavior"]
    assert behavior["ViewerProtocolPolicy"] == "https-only"
    assert behavior["AllowedMethods"] == ["GET", "HEAD"]
    assert "DefaultRootObject" not in _distribution(example)


def test_nothing_that_a_reader_sends_reaches_the_bucket_or_parts_the_cache(example: Template) -> None:
    key = example.only("AWS::CloudFront::CachePolicy")["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key == {
        "CookiesConfig": {"CookieBehavior": "none"},
        "HeadersConfig": {"HeaderBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
        "EnableAcceptEncodingBrotli": False,
        "EnableAcceptEncodingGzip": False,
    }
    assert "OriginRequestPolicyId" not in _distribution(example)["DefaultCacheBehavior"]


def test_documents_own_cache_control_rules_within_an_hour(example: Template) -> None:
    policy = example.only("AWS::CloudFront::CachePolicy")["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]) == (0, 300, 3600)


def test_a_missing_document_is_not_remembered(example: Template) -> None:
    errors = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in _distribution(example)["CustomErrorResponses"]}
    assert errors == {403: 0, 404: 0, 500: 0, 502: 0, 503: 0, 504: 0}


def test_documents_carry_security_headers(example: Template) -> None:
    policy = example.only("AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    assert policy["SecurityHeadersConfig"] == {
        "ContentSecurityPolicy": {
            "ContentSecurityPolicy": "default-src 'none'; frame-ancestors 'none'",
            "Override": True,
        },
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": True},
        "ReferrerPolicy": {"Override": True, "ReferrerPolicy": "no-referrer"},
        "StrictTransportSecurity": {"AccessControlMaxAgeSec": 31_536_000, "IncludeSubdomains": True, "Override": True},
    }
    (name,) = example.of_type("AWS::CloudFront::ResponseHeadersPolicy")
    assert text(_distribution(example)["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]) == f"<{name}>"


@pytest.mark.parametrize(
    ("resource_type", "config"),
    [
        ("AWS::CloudFront::CachePolicy", "CachePolicyConfig"),
        ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig"),
        ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"),
    ],
)
def test_names_that_are_the_accounts_tell_regions_apart(example: Template, resource_type: str, config: str) -> None:
    assert text(example.only(resource_type)[config]["Name"]) == "jobpass-documents-<AWS::Region>"


def test_without_a_domain_the_issuer_is_the_distributions_address(example: Template) -> None:
    assert example.output("IssuerUrl") == "https://<SiteDistribution390DED28.DomainName>"
    assert {"Aliases", "ViewerCertificate"} & set(_distribution(example)) == set()
    assert example.of_type("AWS::Route53::RecordSet") == {}


def test_own_domain_has_its_certificate_and_a_tls_policy_that_sts_accepts(own_domain: Template) -> None:
    distribution = _distribution(own_domain)
    assert distribution["Aliases"] == ["oidc.example.com"]
    assert distribution["ViewerCertificate"] == {
        "AcmCertificateArn": ISSUER_CERTIFICATE,
        # One that demands TLS 1.3 makes STS fall back to thumbprints, which the provider has none of.
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }


def test_own_domain_is_written_into_its_zone_for_both_internet_protocols(own_domain: Template) -> None:
    records = [each["Properties"] for each in own_domain.of_type("AWS::Route53::RecordSet").values()]
    assert {each["Type"] for each in records} == {"A", "AAAA"}
    for record in records:
        assert record["Name"] == "oidc.example.com."
        assert record["HostedZoneId"] == "Z0123456789ABCDEFGHIJ"
        assert text(record["AliasTarget"]["DNSName"]) == "<SiteDistribution390DED28.DomainName>"


def test_without_a_zone_the_domain_is_left_to_its_owner(synthesize: Synthesize) -> None:
    template = synthesize(issuer={key: OWN_DOMAIN[key] for key in ("url", "certificate_arn")})
    assert template.of_type("AWS::Route53::RecordSet") == {}
    assert _distribution(template)["Aliases"] == ["oidc.example.com"]
    notes = json.loads((template.directory / "jobpass.metadata.json").read_text("utf-8"))
    (said,) = [note["data"] for note in notes.get("/jobpass/Site", []) if note["type"] == "aws:cdk:info"]
    assert "oidc.example.com must lead to the distribution before IAM makes the provider" in said


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        (
            "https://oidc.example.com/api/oidc",
            ["api/oidc/.well-known/openid-configuration", "api/oidc/.well-known/jwks.json"],
        ),
        (
            "https://oidc.example.com/api/oidc/",
            [
                "api/oidc/.well-known/openid-configuration",
                "api/oidc//.well-known/openid-configuration",
                "api/oidc/.well-known/jwks.json",
                "api/oidc//.well-known/jwks.json",
            ],
        ),
        (
            "https://oidc.example.com/",
            [
                ".well-known/openid-configuration",
                "/.well-known/openid-configuration",
                ".well-known/jwks.json",
                "/.well-known/jwks.json",
            ],
        ),
    ],
)
def test_documents_are_under_the_issuers_path_with_and_without_the_doubled_slash(
    synthesize: Synthesize, url: str, keys: list[str]
) -> None:
    template = synthesize(issuer={**OWN_DOMAIN, "url": url})
    (write,) = [each for each in template.statements() if "s3:PutObject" in each.actions and each.kind == "identity"]
    assert write.resources == [f"<SiteBucket978D4AEB.Arn>/{key}" for key in (*keys, RING_COPY)]
    base = url.removesuffix("/")
    assert template.output("IssuerUrl") == url
    assert template.output("DiscoveryUrl") == f"{base}/.well-known/openid-configuration"
    assert template.output("JwksUrl") == f"{base}/.well-known/jwks.json"


def _bucket_policy(template: Template) -> list[Statement]:
    (name,) = [each for each in template.of_type("AWS::S3::BucketPolicy") if each.startswith("Site")]
    return [each for each in template.statements() if each.owner == name]


def _distribution(template: Template) -> dict[str, Any]:
    config: dict[str, Any] = template.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    return config
