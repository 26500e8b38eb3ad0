"""Where runs end up that nobody could carry out, so that they are seen and not lost."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

# SQS keeps a message no longer: time enough to come back from a holiday.
_KEPT = Duration.days(14)


class DeadLetters(Construct):
    """A queue of events that a function failed on, or never got."""

    def __init__(self, scope: Construct, construct_id: str, name: str) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_KEPT,
        )

    def send(self) -> iam.PolicyStatement:
        """Permit leaving a message here, and neither reading nor deleting one."""
        return iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn])
