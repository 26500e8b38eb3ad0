"""How an alarm of the issuer is made: named after it, told to its topic, described with the way to its runbook."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

from infra.alarm_topic import AlarmTopic

RUNBOOK = "docs/runbooks/alarms.md"


class Alarms:
    """Makes the alarms of one issuer within a construct; each rings, and says when it is over, at one topic."""

    def __init__(self, scope: Construct, issuer_name: str, topic: AlarmTopic) -> None:
        self._scope = scope
        self._issuer_name = issuer_name
        self._action = actions.SnsAction(topic.topic)

    def add(
        self,
        construct_id: str,
        name: str,
        description: str,
        metric: cloudwatch.IMetric,
        *,
        threshold: float = 0,
        periods: int = 1,
        below: bool = False,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        """Make an alarm that rings when all of its last periods are above the threshold, or `below` it.

        The runbook has a section of its name.
        """
        compare = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self._scope,
            construct_id,
            alarm_name=f"{self._issuer_name}-{name}",
            alarm_description=f"{description} What to do: {RUNBOOK}#{name}.",
            metric=metric,
            threshold=threshold,
            comparison_operator=compare.LESS_THAN_THRESHOLD if below else compare.GREATER_THAN_THRESHOLD,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
        return alarm
