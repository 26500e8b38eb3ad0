"""What must not pass unseen about signatures: those of strangers, those without a record, and records without one."""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarm_topic import AlarmTopic
from infra.alarms import Alarms
from infra.issuer_function import IssuerFunction
from infra.metrics import FIVE_MINUTES, MINUTE, QUARTER, own
from jobpass.configuration import Configuration

# One run may fail, and the next one makes up for it.
_RUNS_MISSED = 3
# (construct, alarm, metric, what it says): each rings at the first.
_FINDINGS = (
    (
        "ForeignSign",
        "foreign-sign",
        "ForeignSign",
        "A signing key has signed for somebody who is not the token function.",
    ),
    (
        "KeyTouched",
        "key-touched",
        "KeyTouched",
        "Somebody who is not the keys function has changed a signing key, or its policy.",
    ),
    (
        "KeyCallRefused",
        "key-call-refused",
        "KeyCallRefused",
        "KMS has refused somebody a signature by a signing key, or a change of one: somebody tries.",
    ),
    (
        "UnrecordedSign",
        "unrecorded-sign",
        "UnrecordedSign",
        "A signing key has signed for the token function, and no issuance record tells of the token.",
    ),
    (
        "UnsignedGrant",
        "unsigned-grant",
        "UnsignedGrant",
        "A token is recorded as granted, and no signature of KMS is its own.",
    ),
    (
        "UnsignedAttempt",
        "unsigned-attempt",
        "UnsignedAttempt",
        "A token was begun, and neither the records nor KMS say how it ended.",
    ),
)


class AuditAlarms(Construct):
    """The alarms of the audit, and those of the audit's own failing."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        topic: AlarmTopic,
        *,
        audit: IssuerFunction,
    ) -> None:
        super().__init__(scope, construct_id)
        alarms = Alarms(self, configuration.name, topic)
        for name, alarm, metric, description in _FINDINGS:
            alarms.add(name, alarm, description, own(audit.service, metric, MINUTE))
        alarms.add(
            "AuditNotRunning",
            "audit-not-running",
            "For three quarters of an hour no audit has come to its end: signatures are not accounted for.",
            own(audit.service, "AuditRan", QUARTER),
            threshold=1,
            periods=_RUNS_MISSED,
            below=True,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
        alarms.add(
            "AuditIncomplete",
            "audit-incomplete",
            "In two runs on end the audit could not read all that it joins, or left a stretch of time out for good.",
            own(audit.service, "AuditIncomplete", QUARTER),
            periods=2,
        )
        most = configuration.alarms.job_tokens_in_five_minutes
        alarms.add(
            "BusiestJob",
            "busiest-job",
            f"One job has asked for more than {most} tokens in five minutes: its request token may be in other hands.",
            own(audit.service, "BusiestJobTokens", FIVE_MINUTES, "Maximum"),
            threshold=most,
        )
