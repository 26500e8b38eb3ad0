"""Where alarms go: one topic, encrypted, to which the alarms of this issuer alone may publish."""

from aws_cdk import ArnFormat, Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from jobpass.configuration import Configuration

_CLOUDWATCH = "cloudwatch.amazonaws.com"
# What the account may do with the key through its own IAM policies; nothing of it opens a message.
_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)


class AlarmTopic(Construct):
    """The topic of `alarms.topic_arn`, or one that is made here, with `alarms.email` as its subscriber.

    It has a key of its own, since CloudWatch may not use the one that AWS keeps for SNS (Amazon SNS developer guide,
    "Enable compatibility between event sources from AWS services and encrypted topics"): a dollar a month.
    """

    def __init__(self, scope: Construct, construct_id: str, configuration: Configuration) -> None:
        super().__init__(scope, construct_id)
        self._issuer_name = configuration.name
        settings = configuration.alarms
        self.topic: sns.ITopic
        if settings.topic_arn:
            self.topic = sns.Topic.from_topic_arn(self, "Topic", settings.topic_arn)
            return
        made = sns.Topic(
            self,
            "Topic",
            topic_name=f"{configuration.name}-alarms",
            display_name=f"Alarms of the Jobpass issuer {configuration.name}",
            master_key=self._key(),
            enforce_ssl=True,
        )
        made.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisIssuer",
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[made.topic_arn],
                conditions=self._of_this_issuer(),
            )
        )
        if settings.email:
            made.add_subscription(subscriptions.EmailSubscription(settings.email))
        self.topic = made

    def _key(self) -> kms.Key:
        cloudwatch = iam.PolicyStatement(
            sid="AlarmsOfThisIssuer",
            principals=[iam.ServicePrincipal(_CLOUDWATCH)],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
            conditions=self._of_this_issuer(),
        )
        administration = iam.PolicyStatement(
            sid="Administration",
            principals=[iam.AccountRootPrincipal()],
            actions=list(_ADMINISTRATION),
            resources=["*"],
        )
        return kms.Key(
            self,
            "Key",
            description=f"Encrypts the alarms of the Jobpass issuer {self._issuer_name}; signs nothing",
            enable_key_rotation=True,
            # A message lies here for hours at the most, so nothing is lost with the key.
            pending_window=Duration.days(7),
            removal_policy=RemovalPolicy.DESTROY,
            policy=iam.PolicyDocument(statements=[administration, cloudwatch]),
        )

    def _of_this_issuer(self) -> dict[str, dict[str, str]]:
        alarms = Stack.of(self).format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{self._issuer_name}-*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}, "ArnLike": {"aws:SourceArn": alarms}}
