"""Discovery document and JWK Set as a stranger reads them, through CloudFront."""

import json
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import ClientError

from local.clients import Credentials, account
from local.deployment import Deployment
from local.registration import PLATFORM_ACCOUNT
from local.web import Answer
from tests.e2e import callers, known_answers

OUTPUTS = ["DiscoveryUrl", "JwksUrl"]


@pytest.fixture(scope="module")
def published(deployment: Deployment) -> list[dict[str, str]]:
    """What the JWK Set must hold: the JWK of every key that KMS has of this issuer."""
    kms = deployment.aws.client("kms")
    return [known_answers.jwk(kms, arn, "RS256") for arn in known_answers.issuer_keys(kms, "jobpass")]


def read(deployment: Deployment, output: str, method: str = "GET") -> Answer:
    return deployment.web.request(method, deployment.output(output))


def test_the_urls_are_those_that_a_relying_party_derives(deployment: Deployment) -> None:
    issuer = deployment.output("IssuerUrl")
    assert issuer == f"https://{deployment.output('DistributionDomainName')}"
    assert deployment.output("DiscoveryUrl") == f"{issuer}/.well-known/openid-configuration"
    assert deployment.output("JwksUrl") == json.loads(read(deployment, "DiscoveryUrl").body)["jwks_uri"]


def test_the_discovery_document_is_known_byte_for_byte(deployment: Deployment) -> None:
    expected = known_answers.discovery_document(deployment.output("IssuerUrl"), "RS256")
    assert read(deployment, "DiscoveryUrl").body == expected


def test_the_jwk_set_follows_from_the_keys_in_kms_byte_for_byte(
    deployment: Deployment, published: list[dict[str, str]]
) -> None:
    assert len(published) == 2
    assert read(deployment, "JwksUrl").body == known_answers.jwk_set(published)


def test_every_kid_is_the_thumbprint_of_the_key_that_is_shown(deployment: Deployment) -> None:
    for jwk in json.loads(read(deployment, "JwksUrl").body)["keys"]:
        assert jwk["kid"] == known_answers.thumbprint(jwk)
        assert set(jwk) == {"alg", "e", "kid", "kty", "n", "use"}


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    """RFC 7638, section 3.1: the example key and its thumbprint."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok"
        "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu"
        "6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
        "wapJzKnqDKgw"
    )
    key = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert known_answers.thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_the_headers_are_those_of_a_public_document(deployment: Deployment, output: str, method: str) -> None:
    answer = read(deployment, output, method)
    assert answer.status == 200
    expected = {
        "Content-Type": "application/json",
        "Cache-Control": "public, max-age=300, must-revalidate, stale-if-error=0",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    assert {name: answer.headers.get_all(name) for name in expected} == {
        name: [value] for name, value in expected.items()
    }
    for name in ("Set-Cookie", "Content-Encoding", "Server", "x-amz-server-side-encryption", "x-amz-version-id"):
        assert name not in answer.headers
    assert answer.headers["ETag"]
    assert parsedate_to_datetime(answer.headers["Last-Modified"])
    assert answer.headers["Content-Length"] == str(len(read(deployment, output).body))


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_relying_party_that_has_the_document_is_told_that_it_is_still_good(
    deployment: Deployment, output: str
) -> None:
    etag = read(deployment, output).headers["ETag"]
    answer = deployment.web.request("GET", deployment.output(output), {"If-None-Match": etag})
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize("output", OUTPUTS)
def test_cookies_queries_and_foreign_hosts_make_no_other_document(deployment: Deployment, output: str) -> None:
    url = deployment.output(output)
    plain = deployment.web.request("GET", url).body
    assert deployment.web.request("GET", f"{url}?versionId=1&list-type=2").body == plain
    tricks = {"Cookie": "a=b", "X-Forwarded-Host": "evil.example.com", "X-Original-URL": "/", "Accept-Encoding": "gzip"}
    assert deployment.web.request("GET", url, tricks).body == plain


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/?list-type=2",
        "/?prefix=.well-known",
        "/.well-known",
        "/.well-known/",
        "/.well-known/openid-configuration/",
        "/.WELL-KNOWN/OPENID-CONFIGURATION",
        "/.well-known/jwks",
        "/.well-known/../.well-known/jwks.json",
        "/nothing",
        "/index.html",
    ],
)
def test_any_other_path_is_not_there_and_lists_nothing(deployment: Deployment, path: str) -> None:
    answer = deployment.web.request("GET", deployment.output("IssuerUrl") + path)
    assert answer.status in (403, 404)
    assert b"ListBucketResult" not in answer.body
    assert b"<Key>" not in answer.body
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nobody_writes_through_the_distribution(deployment: Deployment, method: str) -> None:
    before = read(deployment, "JwksUrl").body
    answer = deployment.web.request(method, deployment.output("JwksUrl"), {}, b'{"keys": []}')
    assert answer.status in (403, 405)
    assert read(deployment, "JwksUrl").body == before


def test_a_reader_in_the_clear_is_refused_not_led_on(deployment: Deployment) -> None:
    """The embedded AWS answers over TLS alone, so what CloudFront was told stands for what it does."""
    cloudfront = deployment.aws.client("cloudfront")
    domain_name = deployment.output("DistributionDomainName")
    pages = cloudfront.get_paginator("list_distributions").paginate()
    all_of_them = [each for page in pages for each in page["DistributionList"].get("Items", [])]
    (distribution,) = [each for each in all_of_them if each["DomainName"] == domain_name]
    assert distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert distribution.get("CacheBehaviors", {}).get("Quantity", 0) == 0


class TestTheBucket:
    """Nobody but CloudFront reads it."""

    @pytest.mark.parametrize("path", ["", "?list-type=2", "?policy", "/.well-known/jwks.json", "/nothing"])
    def test_is_closed_to_readers_without_a_signature(self, deployment: Deployment, path: str) -> None:
        url = f"{deployment.embedded.endpoint_url}/{deployment.output('DocumentsBucketName')}{path}"
        answer = deployment.web.request("GET", url)
        assert answer.status == 403
        assert b"<Code>AccessDenied</Code>" in answer.body

    def test_is_closed_to_writers_without_a_signature(self, deployment: Deployment) -> None:
        name = deployment.output("DocumentsBucketName")
        url = f"{deployment.embedded.endpoint_url}/{name}/.well-known/jwks.json"
        assert deployment.web.request("PUT", url, {}, b'{"keys": []}').status == 403

    def test_is_closed_to_another_account(self, deployment: Deployment) -> None:
        s3 = deployment.aws.client("s3", account(PLATFORM_ACCOUNT))
        with pytest.raises(ClientError) as refused:
            s3.get_object(Bucket=deployment.output("DocumentsBucketName"), Key=".well-known/jwks.json")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404)

    def test_holds_the_two_documents_and_the_rings_copy_that_nobody_else_reads(self, deployment: Deployment) -> None:
        s3, name = deployment.aws.client("s3"), deployment.output("DocumentsBucketName")
        keys = sorted(item["Key"] for item in s3.list_objects_v2(Bucket=name)["Contents"])
        assert keys == [".well-known/jwks.json", ".well-known/openid-configuration", "ring/copy.json"]
        copy = deployment.web.request("GET", f"https://{deployment.output('DistributionDomainName')}/ring/copy.json")
        assert copy.status == 403

    def test_is_locked_against_being_made_public(self, deployment: Deployment) -> None:
        s3, name = deployment.aws.client("s3"), deployment.output("DocumentsBucketName")
        block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        assert block == dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        )
        ownership = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
        assert ownership["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.fixture(scope="module")
def administrator(deployment: Deployment) -> Iterator[Credentials]:
    """A role that may do everything that an identity policy can give."""
    with callers.role(deployment, "e2e-documents-administrator", callers.ADMINISTRATION) as credentials:
        yield credentials


class TestWhoWrites:
    """Nobody but the keys function, whatever policies of IAM say.

    The embedded AWS lets the account's root pass a bucket's policy, by which other tests put forgeries there; on AWS
    it is denied too, and has to change the policy first.
    """

    KEYS = (".well-known/jwks.json", ".well-known/openid-configuration", "ring/copy.json", "anything/else")

    @pytest.mark.parametrize("key", KEYS)
    def test_no_administrator_puts_deletes_or_copies(
        self, deployment: Deployment, administrator: Credentials, key: str
    ) -> None:
        s3, name = deployment.aws.client("s3", administrator), deployment.output("DocumentsBucketName")
        before = _objects(deployment)

        assert _refusal(s3.put_object, Bucket=name, Key=key, Body=b"{}") == "AccessDenied"
        assert _refusal(s3.delete_object, Bucket=name, Key=key) == "AccessDenied"
        source = {"Bucket": name, "Key": "ring/copy.json"}
        assert _refusal(s3.copy_object, Bucket=name, Key=key, CopySource=source) == "AccessDenied"
        assert _refusal(s3.create_multipart_upload, Bucket=name, Key=key) == "AccessDenied"
        assert _objects(deployment) == before

    @pytest.mark.parametrize("output", ["TokenFunctionName", "JobsFunctionName", "AuditFunctionName"])
    def test_no_other_function_writes(self, deployment: Deployment, output: str) -> None:
        s3 = deployment.aws.client("s3", callers.function_role(deployment, output))
        wanted = {"Bucket": deployment.output("DocumentsBucketName"), "Key": self.KEYS[0]}
        assert _refusal(s3.put_object, **wanted, Body=b"{}") == "AccessDenied"

    @pytest.mark.parametrize("name", ["jobpass-keys-evil", "jobpass-key", "evil-jobpass-keys", "Jobpass-Keys"])
    def test_no_role_writes_whose_name_is_merely_alike(self, deployment: Deployment, name: str) -> None:
        wanted = {"Bucket": deployment.output("DocumentsBucketName"), "Key": self.KEYS[0]}
        with callers.role(deployment, name, callers.ADMINISTRATION) as credentials:
            s3 = deployment.aws.client("s3", credentials)
            assert _refusal(s3.put_object, **wanted, Body=b"{}") == "AccessDenied"

    def test_the_keys_function_writes(self, deployment: Deployment) -> None:
        wanted = {"Bucket": deployment.output("DocumentsBucketName"), "Key": self.KEYS[0]}
        s3 = deployment.aws.client("s3", callers.function_role(deployment, "KeysFunctionName"))
        there = s3.get_object(**wanted)
        form = {name: there[name] for name in ("ContentType", "CacheControl")}
        s3.put_object(**wanted, **form, Body=there["Body"].read())
        invoked = deployment.aws.client("lambda").invoke(
            FunctionName=deployment.output("KeysFunctionName"), Payload=b'{"command": "settle"}'
        )
        assert "FunctionError" not in invoked, invoked["Payload"].read()

    def test_an_administrator_takes_the_policy_back_first(
        self, deployment: Deployment, administrator: Credentials
    ) -> None:
        """Nobody is locked out: without the denial the administrator writes, with it again not."""
        s3, name = deployment.aws.client("s3", administrator), deployment.output("DocumentsBucketName")
        deployed = s3.get_bucket_policy(Bucket=name)["Policy"]
        policy = json.loads(deployed)
        kept = [each for each in policy["Statement"] if each.get("Sid") != "NobodyElseWrites"]
        assert len(kept) == len(policy["Statement"]) - 1
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({**policy, "Statement": kept}))
        try:
            s3.put_object(Bucket=name, Key="anything/else", Body=b"{}")
            s3.delete_object(Bucket=name, Key="anything/else")
        finally:
            s3.put_bucket_policy(Bucket=name, Policy=deployed)
        assert _refusal(s3.put_object, Bucket=name, Key="anything/else", Body=b"{}") == "AccessDenied"


def _refusal(ask: Callable[..., object], **wanted: object) -> str:
    """The code by which AWS refuses."""
    with pytest.raises(ClientError) as refused:
        ask(**wanted)
    return str(refused.value.response["Error"]["Code"])


def _objects(deployment: Deployment) -> dict[str, str]:
    """What is in the bucket, and in which state."""
    listed = deployment.aws.client("s3").list_objects_v2(Bucket=deployment.output("DocumentsBucketName"))
    return {each["Key"]: each["ETag"] for each in listed["Contents"]}
