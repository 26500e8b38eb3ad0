"""What must not pass unseen about tokens: who asks for them, what fails, and what gives out."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarm_topic import AlarmTopic
from infra.alarms import Alarms
from infra.issuer_function import IssuerFunction
from infra.metrics import FIVE_MINUTES, MINUTE, own, signatures, total
from jobpass.configuration import Configuration

# A dependency that fails once is what the SDKs' tries and the clients' are there for.
FAILURES_IN_FIVE_MINUTES = 10
# From here on a burst takes the rest.
NEAR = 0.8


class IssuerAlarms(Construct):
    """The alarms of the functions that answer jobs and platforms, and of the canary; `functions` are by purpose."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        topic: AlarmTopic,
        functions: Mapping[str, IssuerFunction],
    ) -> None:
        super().__init__(scope, construct_id)
        self._alarms = Alarms(self, configuration.name, topic)
        for purpose in ("token", "jobs"):
            self._failures(purpose, functions[purpose])
        settings = configuration.alarms
        self._alarms.add(
            "Denials",
            "denials",
            f"More than {settings.denials_in_five_minutes} requests for tokens or credentials were refused in five "
            "minutes: somebody tries, or a platform hands out something wrong.",
            _denials(functions["token"]),
            threshold=settings.denials_in_five_minutes,
        )
        self._alarms.add(
            "KmsNearQuota",
            "kms-near-quota",
            "KMS has made four fifths of the signatures that it makes for the account in this Region: above its quota "
            "it refuses, and jobs get 503.",
            signatures(configuration.signing.algorithm),
            threshold=NEAR * settings.kms_quota_per_second * MINUTE.to_seconds(),
        )

        if "canary" in functions:
            self._canary(functions["canary"].service, Duration.minutes(int(configuration.canary.every_minutes)))

    def _canary(self, service: str, between: Duration) -> None:
        self._alarms.add(
            "CanaryFails",
            "canary-fails",
            "Two rounds of the canary on end found something that a stranger must not find: its log names the step.",
            own(service, "CanaryFailed", between),
            periods=2,
        )
        self._alarms.add(
            "CanarySilent",
            "canary-silent",
            "In three rounds on end the canary has got no token: nobody may get one.",
            own(service, "CanaryGranted", between),
            threshold=1,
            periods=3,
            below=True,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def _failures(self, purpose: str, function: IssuerFunction) -> None:
        what = {"token": "tokens", "jobs": "registrations"}[purpose]
        title = purpose.title()
        self._alarms.add(
            f"{title}Faults",
            f"{purpose}-faults",
            f"The {purpose} function met what it was not written for, or did not come to its end: {what} fail by a "
            "fault of Jobpass.",
            total(
                "faults",
                FIVE_MINUTES,
                faults=own(function.service, "Fault"),
                errors=function.function.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
            ),
        )
        self._alarms.add(
            f"{title}Dependencies",
            f"{purpose}-dependencies",
            f"In five minutes more than {FAILURES_IN_FIVE_MINUTES} AWS calls of the {purpose} function failed for "
            f"good: {what} are answered 503.",
            own(function.service, "DependencyFailure"),
            threshold=FAILURES_IN_FIVE_MINUTES,
        )
        self._alarms.add(
            f"{title}Throttled",
            f"{purpose}-throttled",
            f"Lambda refused to run the {purpose} function as often as it was asked: API Gateway answers 500 for it.",
            function.function.metric_throttles(period=FIVE_MINUTES, statistic="Sum"),
        )


def _denials(token: IssuerFunction) -> cloudwatch.IMetric:
    return total(
        "denials",
        FIVE_MINUTES,
        tokens=own(token.service, "TokenRefused"),
        credentials=own(token.service, "CredentialsRefused"),
    )
