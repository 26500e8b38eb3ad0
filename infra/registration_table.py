"""The table of registrations, which also keeps the key ring so that one read brings both."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

RING = "ring"
JOBS = "job#*"
ASSERTIONS = "assertion#*"
AUDIT = "audit"
_READ_AND_WRITE = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")


class RegistrationTable(Construct):
    """One item per registration (`job#…`) and used client assertion (`assertion#…`), and one for the key ring.

    The partition key tells them apart.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, removal_policy: RemovalPolicy, deletion_protection: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="delete_after",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            # Spelled out although it is the default. A key of one's own would cost a KMS call here and there and guard
            # nothing: request tokens are kept as SHA-256, and private keys never leave KMS.
            encryption=dynamodb.TableEncryption.DEFAULT,
            deletion_protection=deletion_protection,
            removal_policy=removal_policy,
        )

    def read_anything(self) -> iam.PolicyStatement:
        """Permit the token function's one read: a registration and the key ring."""
        return iam.PolicyStatement(actions=["dynamodb:BatchGetItem"], resources=[self.table.table_arn])

    def keep_registrations(self) -> iam.PolicyStatement:
        """Permit registering, reading and ending jobs, and nothing of the key ring."""
        return self._item_access(_READ_AND_WRITE, "StringLike", JOBS)

    def spend_assertions(self) -> iam.PolicyStatement:
        """Permit writing down that a client assertion has been used, and nothing that could undo it."""
        return self._item_access(("dynamodb:PutItem",), "StringLike", ASSERTIONS)

    def keep_ring(self) -> iam.PolicyStatement:
        """Permit reading and writing the key ring, and no registration."""
        return self._item_access(_READ_AND_WRITE, "StringEquals", RING)

    def keep_audit(self) -> list[iam.PolicyStatement]:
        """Permit reading the key ring, and reading and writing how far the audit has come."""
        return [
            self._item_access(("dynamodb:GetItem",), "StringEquals", RING),
            self._item_access(("dynamodb:GetItem", "dynamodb:PutItem"), "StringEquals", AUDIT),
        ]

    def identify(self) -> iam.PolicyStatement:
        """Permit asking which table this is: a restored copy has another identifier."""
        return iam.PolicyStatement(actions=["dynamodb:DescribeTable"], resources=[self.table.table_arn])

    def _item_access(self, actions: Sequence[str], operator: str, keys: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=list(actions),
            resources=[self.table.table_arn],
            # Each of these actions names a partition key, so ForAllValues never meets an absent one.
            conditions={f"ForAllValues:{operator}": {"dynamodb:LeadingKeys": [keys]}},
        )
