"""Which STS is asked: as botocore decides it, for every Region and partition."""

import botocore.session
import pytest
from botocore.config import Config

from jobpass.errors import JobpassError
from jobpass.job.sts_endpoint import endpoint

ROLE = "arn:aws:iam::111122223333:role/x"


@pytest.fixture(scope="module")
def boto() -> botocore.session.Session:
    """What knows AWS's endpoints."""
    session = botocore.session.Session()
    session.set_credentials("id", "secret")
    return session


@pytest.mark.parametrize("fips", [False, True], ids=["plain", "fips"])
def test_every_regions_endpoint_is_botocores(boto: botocore.session.Session, fips: bool) -> None:
    known = {
        (partition, region)
        for partition in boto.get_available_partitions()
        for region in boto.get_available_regions("sts", partition)
    }
    assert {"aws", "aws-cn", "aws-us-gov"} <= {partition for partition, _ in known}
    differing = {}
    for partition, region in known:
        environ = {"AWS_REGION": region, "AWS_USE_FIPS_ENDPOINT": str(fips).lower()}
        ours = endpoint(f"arn:{partition}:iam::111122223333:role/x", environ).url
        client = boto.create_client("sts", region, config=Config(use_fips_endpoint=fips))
        if ours != client.meta.endpoint_url:
            differing[region] = (ours, client.meta.endpoint_url)
    assert differing == {}


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "https://sts.amazonaws.com"),
        ({"AWS_DEFAULT_REGION": "eu-central-1"}, "https://sts.eu-central-1.amazonaws.com"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "https://sts.eu-west-1.amazonaws.com"),
        ({"AWS_REGION": ""}, "https://sts.amazonaws.com"),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "https://sts-fips.us-east-1.amazonaws.com"),
        ({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "https://a.example"}, "https://a.example"),
        ({"AWS_ENDPOINT_URL_STS": "https://s.example", "AWS_ENDPOINT_URL": "https://a.example"}, "https://s.example"),
        (
            {"AWS_ENDPOINT_URL_STS": "https://s.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "https://sts.amazonaws.com",
        ),
        # A Region of another partition: its STS does not know the role.
        ({"AWS_REGION": "cn-north-1"}, "https://sts.amazonaws.com"),
    ],
)
def test_the_environment_says_which(environ: dict[str, str], url: str) -> None:
    assert endpoint(ROLE, environ).url == url


@pytest.mark.parametrize(
    ("partition", "url"),
    [
        ("aws-cn", "https://sts.cn-northwest-1.amazonaws.com.cn"),
        ("aws-us-gov", "https://sts.us-gov-west-1.amazonaws.com"),
    ],
)
def test_a_partition_without_a_region_of_its_own_named_has_a_first_one(partition: str, url: str) -> None:
    for environ in ({}, {"AWS_REGION": "us-east-1"}):
        assert endpoint(f"arn:{partition}:iam::111122223333:role/x", environ).url == url


@pytest.mark.parametrize(
    "region", ["a.example/", "us-east-1.evil.example", "us-east-1/", "us east 1", "x", "US-EAST-1", "-a"]
)
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(JobpassError) as refused:
        endpoint(ROLE, {"AWS_REGION": region})
    assert refused.value.code == "no_region"
    assert "AWS_REGION" in refused.value.remedy
