"""A job that draws AWS credentials, as an SDK would for it, and the roles that STS knows."""

from typing import Any

from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.handlers import token as function
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOY_ARN, RELEASE_ARN, TOKEN
from tests.handlers.events import event
from tests.handlers.issuing import establish, register

ROUTE = "GET /v1/credentials"
AT_ROLE = f"role_arn={DEPLOY_ARN}"


def draw(query: str = AT_ROLE, authorization: str = str(TOKEN)) -> dict[str, Any]:
    """Ask for credentials with what an SDK finds in its environment."""
    return function.handler(event(ROUTE, query=query, headers={"authorization": authorization}), None)


def prepare(aws: Aws, **changes: Any) -> Registration:
    """Put a ring and the example job into the table, and let STS know the roles of the deployment."""
    establish(aws)
    aws.sts.roles = {DEPLOY_ARN: 3600, RELEASE_ARN: 3600}
    return register(aws, **changes)
