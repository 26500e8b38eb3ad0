"""What the emulator listens on, and the issuer's documents behind the emulator's own CloudFront."""

import json
import re
from typing import Any

import pytest

from tests.local.conftest import ALIASES, Emulator
from tests.local.seam import signing
from tests.local.seam.asking import numbers, token, told
from tests.local.seam.federation import Federation
from tests.local.seam.https_issuer import HttpsIssuer


def documents_bucket(emulator: Emulator) -> str:
    """A bucket that anyone may read, since origin access is not what is tried here."""
    s3, bucket = emulator.client("s3"), f"documents-{next(numbers)}"
    s3.create_bucket(Bucket=bucket)
    s3.delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return bucket


def distribute(emulator: Emulator, bucket: str, *aliases: str) -> str:
    """The domain of a distribution of the bucket."""
    domain = f"{bucket}.s3.us-east-1.amazonaws.com"
    configuration: dict[str, Any] = {
        "CallerReference": bucket,
        "Comment": "",
        "Enabled": True,
        "Aliases": {"Quantity": len(aliases), "Items": list(aliases)},
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "bucket", "DomainName": domain, "S3OriginConfig": {"OriginAccessIdentity": ""}}],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "bucket", "ViewerProtocolPolicy": "https-only"},
    }
    made = emulator.client("cloudfront").create_distribution(DistributionConfig=configuration)
    return str(made["Distribution"]["DomainName"])


@pytest.mark.parametrize("alias", [None, "oidc", "OIDC-Upper"])
def test_documents_behind_the_emulators_own_cloudfront_are_fetched(
    alias: str | None, emulator: Emulator, issuer: HttpsIssuer
) -> None:
    bucket = documents_bucket(emulator)
    own_domain = f"{alias}-{bucket}.{ALIASES}"
    domain = distribute(emulator, bucket, *([own_domain] if alias else []))
    federation = Federation(emulator, issuer, f"https://{own_domain if alias else domain}")
    federation.trust()
    role = federation.role(f"{bucket}-reader", federation.policy())
    discovery = {"issuer": federation.url, "jwks_uri": f"{federation.url}/.well-known/jwks.json"}

    before = federation.assume(role, token(federation.url))
    s3 = emulator.client("s3")
    s3.put_object(Bucket=bucket, Key=".well-known/openid-configuration", Body=json.dumps(discovery))
    s3.put_object(Bucket=bucket, Key=".well-known/jwks.json", Body=json.dumps(signing.six_keys()))
    after = federation.assume(role, token(federation.url))

    assert not before.allowed
    assert after.allowed, told(after)


def test_a_name_that_is_nobodys_alias_is_nobodys(emulator: Emulator, issuer: HttpsIssuer) -> None:
    distribute(emulator, documents_bucket(emulator), f"somebody.{ALIASES}")
    federation = Federation(emulator, issuer, f"https://nobody.{ALIASES}")
    federation.trust()

    assert not federation.assume(federation.role("nobody", federation.policy()), token(federation.url)).allowed


def test_the_emulator_listens_on_its_own_port_alone(emulator: Emulator) -> None:
    listening = set(re.findall(r"Running on (\S+)", emulator.log.read_text()))

    assert listening == {f"https://127.0.0.1:{emulator.port}"}
