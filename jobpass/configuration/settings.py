"""What every part of `jobpass.yaml` has in common, and the texts whose form is fixed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

NAME = r"^[a-z][a-z0-9-]{0,30}$"
DEPLOYMENT_NAME = r"^[a-z][a-z0-9-]{0,20}$"
FIELD_NAME = r"^[a-z][a-z0-9_]{0,63}$"
PRINCIPAL_ARN = (
    r"^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(root|(role|user)/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64})$"
)
POLICY_ARN = r"^arn:aws(-cn|-us-gov)?:iam::(aws|[0-9]{12}):policy/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,128}$"
INLINE_POLICY_NAME = r"^[A-Za-z0-9_+=,.@-]{1,128}$"
# IAM API, "CreateRole": a path begins and ends in `/` and has 512 characters at most.
ROLE_PATH = r"^/([A-Za-z0-9_+=,.@-]+/)*$"
ACCOUNT_ID = r"^[0-9]{12}$"
CERTIFICATE_ARN = r"^arn:aws:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]{36}$"
HOSTED_ZONE_ID = r"^Z[A-Z0-9]{1,31}$"
DOMAIN_NAME = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$"
# CloudTrail API, "CreateTrail": 3 to 128 letters, digits, dots, underscores and dashes, no two separators side by side.
TRAIL = (
    r"^(arn:aws(-cn|-us-gov)?:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/)?"
    r"[A-Za-z0-9]([A-Za-z0-9]|[._-][A-Za-z0-9]){1,127}$"
)
TOPIC_ARN = r"^arn:aws(-cn|-us-gov)?:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"
EMAIL = r"^[^@\s]{1,64}@[^@\s]{1,190}$"

Name = Annotated[str, Field(pattern=NAME)]
FieldName = Annotated[str, Field(pattern=FIELD_NAME)]
PrincipalArn = Annotated[str, Field(pattern=PRINCIPAL_ARN)]
PolicyArn = Annotated[str, Field(pattern=POLICY_ARN)]
InlinePolicyName = Annotated[str, Field(pattern=INLINE_POLICY_NAME)]


class Settings(BaseModel):
    """A part of the file: no key beyond those it names, no value turned from one type into another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)
