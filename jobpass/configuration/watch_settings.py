"""The settings of what watches over the issuer: the trail that every signature is checked against, and the alarms."""

from typing import Annotated

from pydantic import Field

from jobpass.configuration.settings import EMAIL, TOPIC_ARN, TRAIL, Settings

CREATE = "create"
NONE = "none"


class AuditSettings(Settings):
    """How signatures are accounted for."""

    trail: str = Field(default=CREATE, pattern=TRAIL)
    """The trail by which a signature of a stranger is seen within minutes: `create` makes one, which records the
    management events of this Region, those of KMS and read-only ones among them, in a bucket of its own; or the name or
    ARN of a trail that the account has, which must do the same. AWS delivers the first copy of management events in an
    account and Region free of charge and asks $2.00 per 100,000 events for each further one, and every token is an
    event: where the account has a trail, name it. With `none` a stranger's signature is seen twenty minutes later, by
    the audit, which reads the event history and needs no trail."""

    @property
    def named_trail(self) -> str | None:
        """The trail that the account has already, if one is named."""
        return None if self.trail in (CREATE, NONE) else self.trail


class AlarmSettings(Settings):
    """Who is told of alarms, and from when on."""

    email: Annotated[str, Field(pattern=EMAIL)] | None = None
    """An address that alarms are sent to. AWS asks it first whether it wants them."""

    topic_arn: Annotated[str, Field(pattern=TOPIC_ARN)] | None = None
    """An SNS topic of yours, in this Region, instead of one that the stack makes. Its policy, and that of the key that
    encrypts it, must let CloudWatch publish."""

    denials_in_five_minutes: int = Field(default=300, ge=1, le=1_000_000)
    """More refused requests for tokens than this, in five minutes, are out of the ordinary."""

    job_tokens_in_five_minutes: int = Field(default=100, ge=1, le=1_000_000)
    """More tokens than this for one job, in five minutes, are out of the ordinary."""

    kms_quota_per_second: int = Field(default=1_000, ge=1, le=1_000_000)
    """How many signatures per second KMS makes for the account in this Region (Service Quotas, "Cryptographic
    operations (RSA) request rate", or "(ECC)"). The alarm rings at four fifths of it."""
