"""`jobpass policy` prints the very policy that the deployment gave its roles."""

import json

import pytest

from jobpass.command.main import main
from local.deployment import EXAMPLE_CONFIGURATION, Deployment


@pytest.mark.parametrize("name", ["web-deploy", "web-release", "nightly-report"])
def test_the_policy_is_that_of_the_deployed_role(
    name: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    iam = deployment.aws.client("iam")
    deployed = iam.get_role(RoleName=f"jobpass-{name}")["Role"]["AssumeRolePolicyDocument"]
    issuer_url = deployment.output("IssuerUrl")
    given = ["--config", str(EXAMPLE_CONFIGURATION), "--issuer-url", issuer_url, "--account", "000000000000"]

    assert main(["policy", name, *given]) == 0
    assert json.loads(capsys.readouterr().out) == deployed
