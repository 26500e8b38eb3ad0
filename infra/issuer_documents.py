"""The deployment's call of the keys function: signing keys exist and documents are live once it has answered."""

from collections.abc import Sequence

from aws_cdk import CustomResource, Duration
from constructs import Construct, IDependable

from infra.issuer_function import IssuerFunction
from jobpass.configuration import Configuration


class IssuerDocuments(Construct):
    """The published documents, as a resource that others can wait for.

    The keys function is the resource's provider itself, so that no further function stands between.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        configuration: Configuration,
        *,
        keys: IssuerFunction,
        code_digest: str,
        issuer_url: str,
        after: Sequence[IDependable],
    ) -> None:
        super().__init__(scope, construct_id)
        # Other accounts are told this address: it must be the one that CloudFront gave.
        expected = configuration.issuer.url if configuration.issuer.own_domain is None else None
        resource = CustomResource(
            self,
            "Documents",
            resource_type="Custom::IssuerDocuments",
            service_token=keys.function.function_arn,
            # Longer than the function's own time limit: CloudFormation waits an hour for an answer otherwise.
            service_timeout=Duration.seconds(300),
            properties={
                "IssuerUrl": issuer_url,
                **({"ExpectedIssuerUrl": expected} if expected else {}),
                "Algorithm": configuration.signing.algorithm,
                "RotateEverySeconds": configuration.signing.rotate_every_seconds,
                "PublishAheadSeconds": configuration.signing.publish_ahead_seconds,
                "MaxTokenLifetimeSeconds": configuration.issuer.max_token_lifetime_seconds,
                "Retention": configuration.retention,
                # New code may write other documents or another key policy, so it runs on its own deployment.
                "CodeDigest": code_digest,
            },
        )
        resource.node.add_dependency(*after)
