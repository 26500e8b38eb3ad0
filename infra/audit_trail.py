"""The trail by which EventBridge hears of every signature: KMS's events, read-only ones among them."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Aws, CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.issuer_function import IssuerFunction
from jobpass.configuration import Configuration
from jobpass.configuration.watch_settings import CREATE

_CLOUDTRAIL = "cloudtrail.amazonaws.com"
# AWS delivers a file about every five minutes; an audit by files goes back as far as event history does.
KEPT = Duration.days(90)


class AuditTrail(Construct):
    """The trail of `audit.trail`: one made here, with a bucket that CloudTrail alone writes, or one that there is.

    The audit function looks at one that there is before anything relies on it, and where retention is `destroy` it
    empties the bucket when nobody writes it any more: CloudFormation deletes only an empty one.
    """

    def __init__(
        self, scope: Construct, construct_id: str, configuration: Configuration, removal_policy: RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        self._name = f"{configuration.name}-audit"
        self._named = configuration.audit.named_trail
        self._goes = removal_policy == RemovalPolicy.DESTROY
        self.bucket: s3.Bucket | None = None
        self.trail: cloudtrail.CfnTrail | None = None
        if configuration.audit.trail == CREATE:
            self.bucket = self._bucket(removal_policy)
            self.trail = self._trail(self.bucket)

    def served_by(self) -> list[iam.PolicyStatement]:
        """Permit looking at the trail that there is, or emptying the bucket of the issuer's own."""
        if self._named:
            looks = ["cloudtrail:GetEventSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus"]
            return [iam.PolicyStatement(actions=looks, resources=[self._named_arn(self._named)])]
        if self.bucket is None or not self._goes:
            return []
        return [
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn]),
            iam.PolicyStatement(actions=["s3:DeleteObject"], resources=[self.bucket.arn_for_objects("AWSLogs/*")]),
        ]

    def serve(self, audit: IssuerFunction) -> Sequence[Construct]:
        """Let the deployment ask the audit function, and return what must be there before a rule relies on a trail."""
        if self._named is None and not (self.bucket and self._goes):
            return [self.trail] if self.trail else []
        resource = CustomResource(
            self,
            "Served",
            resource_type="Custom::AuditTrail",
            service_token=audit.function.function_arn,
            service_timeout=Duration.minutes(16),
            properties={
                **({"Trail": self._named} if self._named else {}),
                **({"Bucket": self.bucket.bucket_name} if self.bucket else {}),
            },
        )
        resource.node.add_dependency(audit.role)
        if self.bucket is None or self.trail is None:
            return [resource]
        # So that at the end first the trail goes, then CloudTrail's right to write, then the files, then the bucket.
        policy = self.bucket.policy
        if policy is not None:
            policy.node.add_dependency(resource)
        return [self.trail]

    def _bucket(self, removal_policy: RemovalPolicy) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            # Log files are never changed, and their digests show it.
            versioned=False,
            lifecycle_rules=[s3.LifecycleRule(expiration=KEPT)],
            removal_policy=removal_policy,
        )
        # CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail": for this trail alone.
        this_trail = {"aws:SourceArn": self._arn(self._name)}
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(_CLOUDTRAIL)],
                actions=["s3:GetBucketAcl"],
                resources=[bucket.bucket_arn],
                conditions={"StringEquals": this_trail},
            )
        )
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(_CLOUDTRAIL)],
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects(f"AWSLogs/{Aws.ACCOUNT_ID}/*")],
                conditions={"StringEquals": {**this_trail, "s3:x-amz-acl": "bucket-owner-full-control"}},
            )
        )
        return bucket

    def _trail(self, bucket: s3.Bucket) -> cloudtrail.CfnTrail:
        trail = cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=self._name,
            s3_bucket_name=bucket.bucket_name,
            is_logging=True,
            is_multi_region_trail=False,
            # AssumeRoleWithWebIdentity is an event of its Region, unless the global endpoint of STS was asked.
            include_global_service_events=True,
            enable_log_file_validation=True,
            event_selectors=[
                cloudtrail.CfnTrail.EventSelectorProperty(include_management_events=True, read_write_type="All")
            ],
        )
        if bucket.policy is not None:
            trail.node.add_dependency(bucket.policy)
        return trail

    def _named_arn(self, named: str) -> str:
        return named if named.startswith("arn:") else self._arn(named)

    def _arn(self, name: str) -> str:
        return Stack.of(self).format_arn(
            service="cloudtrail", resource="trail", resource_name=name, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
