"""The issuer in one AWS account and Region, with the roles that trust it there."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import ArnFormat, CfnOutput, DefaultStackSynthesizer, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import signing_keys
from infra.account_trust import AccountTrust
from infra.alarm_topic import AlarmTopic
from infra.audit_alarms import AuditAlarms
from infra.audit_function import AuditTriggers
from infra.audit_trail import AuditTrail
from infra.canary import Canary
from infra.dashboard import IssuerDashboard
from infra.dead_letters import DeadLetters
from infra.documents_site import DocumentsSite
from infra.function_asset import FunctionAsset, Package
from infra.issuer_alarms import IssuerAlarms
from infra.issuer_api import IssuerApi
from infra.issuer_documents import IssuerDocuments
from infra.issuer_function import IssuerFunction, Running
from infra.key_alarms import KeyAlarms
from infra.key_schedule import KeySchedule
from infra.metrics import count_grants
from infra.platform_access import PlatformAccess
from infra.registration_table import RegistrationTable
from infra.trusting_roles import TrustedIssuer
from jobpass.configuration import Configuration
from jobpass.configuration.resource_names import pascal
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.standing import Standing


class IssuerStack(Stack):
    """Composes the issuer from its capabilities and names what a person needs next as outputs.

    Raises:
        AssetError: a function's package cannot be built.
    """

    def __init__(self, scope: Construct, configuration: Configuration) -> None:
        super().__init__(
            scope,
            configuration.name,
            stack_name=configuration.name,
            description="Jobpass: an OpenID Connect issuer for jobs",
            synthesizer=DefaultStackSynthesizer(),
            analytics_reporting=False,
        )
        self._configuration = configuration
        retain = configuration.retention == "retain"
        removal_policy = RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY
        self._table = RegistrationTable(
            self,
            "Registrations",
            removal_policy=removal_policy,
            deletion_protection=configuration.deletion_protection,
        )
        self._site = DocumentsSite(self, "Site", configuration, removal_policy)
        self._site.deny_writing_but_to(f"{configuration.name}-keys")
        self._api = IssuerApi(self, "HttpApi", configuration)
        self._token = self._token_function()
        self._jobs = self._jobs_function()
        services = ("cloudfront", "dynamodb", "kms", "resourcegroupstaggingapi", "s3")
        keys_package = FunctionAsset("keys", services).build()
        self._dead_letters = DeadLetters(self, "KeysDeadLetters", f"{configuration.name}-keys-dead-letters")
        self._keys = self._keys_function(keys_package)
        self._api.route_platforms(self._jobs.function, by_assertion=configuration.takes_assertions)
        self._api.route_jobs(self._token.entry)
        documents = IssuerDocuments(
            self,
            "Documents",
            configuration,
            keys=self._keys,
            code_digest=keys_package.digest,
            issuer_url=self._site.issuer_url,
            # The documents must be readable, and the role that a key policy names must be there, before it is asked.
            after=[self._site, self._token.role],
        )
        self._topic = AlarmTopic(self, "Alarms", configuration)
        self._keep_rotating(documents)
        self._trail = AuditTrail(self, "AuditTrail", configuration, removal_policy)
        self._audit = self._audit_function()
        self._keep_auditing(documents)
        self._canary = self._canary_function(documents) if configuration.has_canary else None
        self._watch()
        self._platforms = {
            name: PlatformAccess(self, f"Platform-{name}", configuration, name, self._api.platform_route_arns())
            for name, platform in configuration.platforms.items()
            if platform.principals
        }
        # An issuer that only others trust needs no record in this account's IAM.
        trusted_here = any(role.account is None for role in configuration.roles.values())
        self.trust = self._account_trust(documents) if trusted_here else None
        self._name_what_comes_next()

    @property
    def trusting_roles(self) -> Mapping[str, iam.CfnRole]:
        """The roles that are in this stack, by name."""
        return self.trust.roles if self.trust is not None else {}

    def _keep_rotating(self, documents: IssuerDocuments) -> None:
        KeySchedule(
            self,
            "KeysSchedule",
            issuer_name=self._configuration.name,
            keys=self._keys,
            dead_letters=self._dead_letters,
            # The first run is the deployment's own, and none may follow the one that takes everything down.
            after=documents,
        )
        alarms = KeyAlarms(
            self, "KeysAlarms", self._configuration, self._topic, keys=self._keys, dead_letters=self._dead_letters
        )
        # Until then there is no key whose age could be known.
        alarms.node.add_dependency(documents)

    def _canary_function(self, documents: IssuerDocuments) -> Canary:
        return Canary(
            self,
            "CanaryRounds",
            self._configuration,
            issuer_url=self._site.issuer_url,
            api_url=self._api.url,
            route_arns=self._api.platform_route_arns(),
            after=documents,
        )

    def _keep_auditing(self, documents: IssuerDocuments) -> None:
        trail = self._trail.serve(self._audit)
        triggers = AuditTriggers(
            self,
            "AuditTriggers",
            issuer_name=self._configuration.name,
            audit=self._audit,
            token=self._token,
            keys=self._keys,
            # Before there are keys, there is nothing to audit.
            after=[documents, *trail],
        )
        alarms = AuditAlarms(self, "AuditAlarms", self._configuration, self._topic, audit=self._audit)
        # The schedule's first run comes at once, and is to be known by then.
        alarms.node.add_dependency(triggers)

    def _watch(self) -> None:
        functions = {"token": self._token, "jobs": self._jobs, "keys": self._keys, "audit": self._audit}
        if self._canary is not None:
            functions["canary"] = self._canary.function
        count_grants(self._token)
        IssuerAlarms(self, "IssuerAlarms", self._configuration, self._topic, functions)
        IssuerDashboard(self, "Dashboard", self._configuration, self._api, functions)

    def _account_trust(self, documents: IssuerDocuments) -> AccountTrust:
        issuer = TrustedIssuer(self._site.issuer_url, self._site.literal_issuer)
        return AccountTrust(self, "Trust", self._configuration, None, issuer, after=[documents])

    def _token_function(self) -> IssuerFunction:
        issuer, size = self._configuration.issuer, self._configuration.token_function
        standing = _document(Standing.of(self._configuration.front_door()).to_document())
        return self._function(
            "Token",
            FunctionAsset("token", (), {"standing.json": standing}).build(),
            # No kms:Sign: the key's own policy admits this role, and no identity policy admits anybody. Nothing of STS
            # either: whom it gives a session of a trusting role, it knows by the ID token alone.
            [self._table.read_anything()],
            {
                "TABLE_NAME": self._table.table.table_name,
                "ISSUER_URL": self._site.issuer_url,
                "TOKEN_LIFETIME_SECONDS": str(issuer.token_lifetime_seconds),
                "MAX_TOKEN_LIFETIME_SECONDS": str(issuer.max_token_lifetime_seconds),
            },
            Running(
                10,
                memory_mb=size.memory_mb,
                provisioned_concurrency=size.provisioned_concurrency,
                reserved_concurrency=size.reserved_concurrency,
                quiet=True,
            ),
        )

    def _jobs_function(self) -> IssuerFunction:
        deployment = _document(self._configuration.front_door().to_document())
        return self._function(
            "Jobs",
            FunctionAsset("jobs", ("dynamodb",), {"deployment.json": deployment}).build(),
            [
                self._table.keep_registrations(),
                *([self._table.spend_assertions()] if self._configuration.takes_assertions else []),
            ],
            {
                "TABLE_NAME": self._table.table.table_name,
                "ISSUER_URL": self._site.issuer_url,
                "API_URL": self._api.url,
                "PARTITION": self.partition,
                "ACCOUNT_ID": self.account,
            },
            Running(10),
        )

    def _keys_function(self, package: Package) -> IssuerFunction:
        name, signing = self._configuration.name, self._configuration.signing
        return self._function(
            "Keys",
            package,
            [
                *signing_keys.permissions(self, name, ALGORITHMS[signing.algorithm]),
                *self._site.publish(),
                self._table.keep_ring(),
                self._table.identify(),
                self._dead_letters.send(),
            ],
            {
                "TABLE_NAME": self._table.table.table_name,
                "ISSUER_URL": self._site.issuer_url,
                "ISSUER_NAME": name,
                "BUCKET_NAME": self._site.bucket.bucket_name,
                "DISTRIBUTION_ID": self._site.distribution.distribution_id,
                "DISTRIBUTION_DOMAIN_NAME": self._site.distribution.distribution_domain_name,
                "SIGNING_ALGORITHM": signing.algorithm,
                "ROTATE_EVERY_SECONDS": str(signing.rotate_every_seconds),
                "PUBLISH_AHEAD_SECONDS": str(signing.publish_ahead_seconds),
                "MAX_TOKEN_LIFETIME_SECONDS": str(self._configuration.issuer.max_token_lifetime_seconds),
                # By name, not by reference: the key policy names roles, and the keys function's cannot refer to itself.
                "TOKEN_ROLE_ARN": self._role_arn(f"{name}-token"),
                "KEYS_ROLE_ARN": self._role_arn(f"{name}-keys"),
                "ACCOUNT_ID": self.account,
                "PARTITION": self.partition,
                "RETENTION": self._configuration.retention,
            },
            # Its waits add up: for KMS to know a new role, for CloudFront to serve the documents.
            Running(270),
        )

    def _token_log_arns(self) -> list[str]:
        """The log group in both of its forms: with `:*`, as CloudFormation has it, and without, as IAM's reference."""
        name = self._token.logs.log_group_name
        bare = self.format_arn(
            service="logs", resource="log-group", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        return [self._token.logs.log_group_arn, bare]

    def _audit_function(self) -> IssuerFunction:
        name = self._configuration.name
        return self._function(
            "Audit",
            FunctionAsset("audit", ("cloudtrail", "dynamodb", "logs", "s3")).build(),
            [
                *self._table.keep_audit(),
                iam.PolicyStatement(actions=["logs:FilterLogEvents"], resources=self._token_log_arns()),
                # The event history knows no resource ("Actions, resources, and condition keys for AWS CloudTrail").
                iam.PolicyStatement(actions=["cloudtrail:LookupEvents"], resources=["*"]),
                *self._trail.served_by(),
            ],
            {
                "TABLE_NAME": self._table.table.table_name,
                "TOKEN_LOG_GROUP": self._token.logs.log_group_name,
                "TOKEN_ROLE_ARN": self._role_arn(f"{name}-token"),
                "KEYS_ROLE_ARN": self._role_arn(f"{name}-keys"),
                "LOG_RETENTION_DAYS": str(self._configuration.api.log_retention_days),
            },
            # As long as Lambda lets it: LookupEvents answers twice a second.
            Running(900),
        )

    def _function(
        self,
        construct_id: str,
        package: Package,
        statements: list[iam.PolicyStatement],
        environment: dict[str, str],
        running: Running,
    ) -> IssuerFunction:
        return IssuerFunction(
            self,
            construct_id,
            issuer_name=self._configuration.name,
            package=package,
            statements=statements,
            environment=environment,
            running=running,
            log_retention_days=self._configuration.api.log_retention_days,
        )

    def _role_arn(self, role_name: str) -> str:
        return self.format_arn(service="iam", region="", resource="role", resource_name=role_name)

    def _name_what_comes_next(self) -> None:
        site, table = self._site, self._table.table
        self._output("IssuerUrl", site.issuer_url, "The iss of every ID token: what relying parties trust")
        self._output("ApiUrl", self._api.url, "Platforms register jobs with a signed POST to /v1/jobs here")
        self._output("DiscoveryUrl", site.discovery_url, "Open it: it answers as soon as the deployment is done")
        self._output("JwksUrl", site.jwks_url, "The keys with which relying parties check ID tokens")
        self._output("TableName", table.table_name, "Registrations and the key ring")
        self._output("DocumentsBucketName", site.bucket.bucket_name, "The documents; only CloudFront reads them here")
        self._output(
            "DistributionDomainName",
            site.distribution.distribution_domain_name,
            "Serves the documents; without a hosted zone, point the host of issuer.url here (alias or CNAME)",
        )
        self._output("TokenFunctionName", self._token.function.function_name, "Issues ID tokens; its log says which")
        self._output("JobsFunctionName", self._jobs.function.function_name, "Registers, shows and ends jobs")
        self._output("KeysFunctionName", self._keys.function.function_name, "Keeps signing keys and documents")
        if self._canary is not None:
            name = self._canary.function.function.function_name
            self._output("CanaryFunctionName", name, "Invoke it: it proves that the issuer grants and refuses")
        self._output(
            "AuditFunctionName", self._audit.function.function_name, "Accounts for signatures; its log says how"
        )
        self._output(
            "AlarmTopicArn", self._topic.topic.topic_arn, "Alarms come here: subscribe whoever is to hear them"
        )
        if self._trail.bucket is not None:
            self._output("TrailBucketName", self._trail.bucket.bucket_name, "CloudTrail's log files of this Region")
        self._output("RetainedOnDestroy", self._retained(), "What `cdk destroy` leaves behind, on purpose")
        self._name_roles()

    def _name_roles(self) -> None:
        for name, platform in self._platforms.items():
            self._output(
                f"Platform{pascal(name)}InvocationRoleArn",
                platform.role.attr_arn,
                f"The platform {name} assumes this role and signs its requests with what it gets",
            )
        if self.trust is not None:
            self.trust.tell()

    def _output(self, name: str, value: str, description: str) -> None:
        CfnOutput(self, name, value=value, description=description)

    def _retained(self) -> str:
        keys = f"the KMS keys tagged {signing_keys.ISSUER_TAG}={self._configuration.name}"
        if self._configuration.retention == "destroy":
            return f"Nothing, once the deletion that is scheduled for {keys} has come due"
        bucket = self._trail.bucket
        buckets = [f"the bucket {each.bucket_name}" for each in (self._site.bucket, bucket) if each is not None]
        return (
            f"The table {self._table.table.table_name}, {' and '.join(buckets)} and {keys}: "
            "delete them yourself when nobody trusts this issuer any more"
        )


def _document(values: Mapping[str, Any]) -> bytes:
    """What a function's asset carries of the configuration: equal values are equal bytes."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
