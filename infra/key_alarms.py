"""What must not pass unseen about the signing keys: one alarm each, for whoever wires them to a pager."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarm_topic import AlarmTopic
from infra.alarms import Alarms
from infra.dead_letters import DeadLetters
from infra.issuer_function import IssuerFunction
from infra.metrics import HOUR, own
from jobpass.configuration import Configuration

# STS takes 100 keys of a type and refuses them all above that; a rotation needs three or four.
MOST_PUBLISHED_KEYS = 50
# A key that is due waits for a standby that may just have been made anew, and for the runs that then find it.
_RUNS_OF_GRACE_SECONDS = 2 * 3600


class KeyAlarms(Construct):
    """The alarms of the keys function, its schedule and the ring; what to do is in the runbook that each one names.

    Each run of the keys function writes the ring's metrics: `ActiveKeyAgeSeconds`, for how long the active key has been
    signing, `PublishedKeys`, how many keys relying parties get, and, where it is so, `AlteredByOthers`, how many of
    ring and documents were not as it had left them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        topic: AlarmTopic,
        *,
        keys: IssuerFunction,
        dead_letters: DeadLetters,
    ) -> None:
        super().__init__(scope, construct_id)
        alarms = Alarms(self, configuration.name, topic)
        alarms.add(
            "FunctionFails",
            "keys-function-fails",
            "The keys function has failed in two hours running: the documents may be out of date, a "
            "rotation or a revocation stuck half-way.",
            keys.function.metric_errors(period=HOUR, statistic="Sum"),
            threshold=0,
            periods=2,
        )
        alarms.add(
            "RunsLost",
            "keys-runs-lost",
            "A run of the keys function was given up after all its tries, and lies in the dead-letter queue.",
            dead_letters.queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            threshold=0,
        )
        signing = configuration.signing
        alarms.add(
            "RotationOverdue",
            "rotation-overdue",
            f"The active key should have been replaced after {signing.rotate_every_days} days, or for hours no run of "
            "the keys function has said how old it is.",
            own(keys.service, "ActiveKeyAgeSeconds", HOUR, "Maximum"),
            threshold=signing.rotate_every_seconds + signing.publish_ahead_seconds + _RUNS_OF_GRACE_SECONDS,
            periods=3,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
        alarms.add(
            "ManyKeys",
            "many-keys-published",
            f"More than {MOST_PUBLISHED_KEYS} signing keys are published: STS refuses every token above 100 of a type.",
            own(keys.service, "PublishedKeys", HOUR, "Maximum"),
            threshold=MOST_PUBLISHED_KEYS,
        )
        alarms.add(
            "Altered",
            "altered-by-others",
            "Somebody else has changed the published documents or the key ring, and may have published a key.",
            own(keys.service, "AlteredByOthers"),
        )
