"""What must not pass unseen about the signing keys: one alarm each, for whoever wires them to a pager."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.dead_letters import DeadLetters
from infra.issuer_function import METRICS_NAMESPACE, IssuerFunction
from jobpass.configuration import Configuration

RUNBOOK = "docs/runbooks/signing-keys.md"
# STS takes 100 keys of a type and refuses them all above that; a rotation needs three or four.
MOST_PUBLISHED_KEYS = 50
_HOUR = Duration.hours(1)
# A key that is due waits for a standby that may just have been made anew, and for the runs that then find it.
_RUNS_OF_GRACE_SECONDS = 2 * 3600


class KeyAlarms(Construct):
    """The alarms of the keys function, its schedule and the ring; what to do is in the runbook that each one names.

    Each run of the keys function writes the ring's metrics: `ActiveKeyAgeSeconds`, for how long the active key has been
    signing, and `PublishedKeys`, how many keys relying parties get.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        *,
        keys: IssuerFunction,
        dead_letters: DeadLetters,
    ) -> None:
        super().__init__(scope, construct_id)
        self._issuer_name = configuration.name
        self._keys = keys
        self._alarm(
            "FunctionFails",
            "keys-function-fails",
            "The keys function has failed in two hours running: a rotation or a revocation may be stuck half-way.",
            keys.function.metric_errors(period=_HOUR, statistic="Sum"),
            threshold=0,
            periods=2,
        )
        self._alarm(
            "RunsLost",
            "keys-runs-lost",
            "A run of the keys function was given up after all its tries, and lies in the dead-letter queue.",
            dead_letters.queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            threshold=0,
        )
        signing = configuration.signing
        self._alarm(
            "RotationOverdue",
            "rotation-overdue",
            f"The active key should have been replaced after {signing.rotate_every_days} days, or for hours no run of "
            "the keys function has said how old it is.",
            self._ring_metric("ActiveKeyAgeSeconds"),
            threshold=signing.rotate_every_seconds + signing.publish_ahead_seconds + _RUNS_OF_GRACE_SECONDS,
            periods=3,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
        self._alarm(
            "ManyKeys",
            "many-keys-published",
            f"More than {MOST_PUBLISHED_KEYS} signing keys are published: STS refuses every token above 100 of a type.",
            self._ring_metric("PublishedKeys"),
            threshold=MOST_PUBLISHED_KEYS,
        )

    def _ring_metric(self, name: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self._keys.service},
            statistic="Maximum",
            period=_HOUR,
        )

    def _alarm(
        self,
        construct_id: str,
        name: str,
        description: str,
        metric: cloudwatch.Metric,
        *,
        threshold: int,
        periods: int = 1,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        cloudwatch.Alarm(
            self,
            construct_id,
            alarm_name=f"{self._issuer_name}-{name}",
            alarm_description=f"{description} What to do: {RUNBOOK}.",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            treat_missing_data=missing,
        )
