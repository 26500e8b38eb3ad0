"""Which callers are a platform: the session of its invocation role, and nobody whose name is merely alike."""

import pytest

from jobpass_issuer.domain.admission import Account, platform_of
from jobpass_issuer.domain.errors import AccessDeniedError
from tests.domain.examples import ACCOUNT, DEPLOYMENT

ROLE = "arn:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server"


@pytest.mark.parametrize(
    "arn", [f"{ROLE}/session", f"{ROLE}/i-0123456789abcdef0", f"{ROLE}/jobpass-platform-scheduler", f"{ROLE}/a@b=c,d.e"]
)
def test_every_session_of_the_invocation_role_is_the_platform(arn: str) -> None:
    assert platform_of(arn, DEPLOYMENT, ACCOUNT).name == "ci-server"


def test_each_platform_has_its_own_role() -> None:
    arn = "arn:aws:sts::000000000000:assumed-role/jobpass-platform-scheduler/session"

    assert platform_of(arn, DEPLOYMENT, ACCOUNT).name == "scheduler"


def test_the_partition_is_the_deployments_own() -> None:
    arn = f"{ROLE}/session".replace("arn:aws:", "arn:aws-cn:")

    assert platform_of(arn, DEPLOYMENT, Account("aws-cn", "000000000000")).name == "ci-server"
    with pytest.raises(AccessDeniedError):
        platform_of(arn, DEPLOYMENT, ACCOUNT)


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "*",
        "None",
        "AROA:session",
        "000000000000",
        ROLE,
        f"{ROLE}/",
        f"{ROLE}-2/session",
        f"{ROLE[:-1]}/session",
        f"{ROLE}/session/more",
        f"{ROLE}/session\n",
        f"{ROLE}/ses sion",
        f" {ROLE}/session",
        f"{ROLE}//session",
        f"{ROLE}/../jobpass-platform-ci-server/session",
        "arn:aws:sts::000000000000:assumed-role/path/jobpass-platform-ci-server/session",
        "arn:aws:sts::000000000000:assumed-role/x/jobpass-platform-ci-server",
        "arn:aws:sts::000000000000:assumed-role/other/jobpass-platform-ci-server",
        "arn:aws:sts::000000000000:assumed-role/JOBPASS-platform-ci-server/session",
        "arn:aws:sts::000000000000:assumed-role/jobpass-platform-c\u0456-server/session",
        "arn:aws:sts::111122223333:assumed-role/jobpass-platform-ci-server/session",
        "arn:aws:sts:us-east-1:000000000000:assumed-role/jobpass-platform-ci-server/session",
        "arn:aws:sts::0000000000000:assumed-role/jobpass-platform-ci-server/session",
        "arn:aws:iam::000000000000:assumed-role/jobpass-platform-ci-server/session",
        "arn:aws:iam::000000000000:role/jobpass-platform-ci-server",
        "arn:aws:iam::000000000000:user/jobpass-platform-ci-server",
        "arn:aws:iam::000000000000:root",
        "arn:aws:sts::000000000000:federated-user/jobpass-platform-ci-server",
        "arn:aws-us-gov:sts::000000000000:assumed-role/jobpass-platform-ci-server/session",
        "ARN:aws:sts::000000000000:assumed-role/jobpass-platform-ci-server/session",
    ],
)
def test_nobody_else_is(arn: str) -> None:
    with pytest.raises(AccessDeniedError) as refused:
        platform_of(arn, DEPLOYMENT, ACCOUNT)

    assert "assume the platform's invocation role" in refused.value.description
