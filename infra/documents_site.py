"""Where relying parties read the issuer's documents: CloudFront over a private bucket."""

from aws_cdk import Annotations, Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from jobpass.configuration import Configuration
from jobpass_issuer.domain import documents
from jobpass_issuer.domain.issuer import Issuer

_YEAR = Duration.days(365)
# A missing document is not remembered: right after the first publication everybody must find it.
_NEVER = Duration.seconds(0)
# Copies, uploads in parts and S3's batches are PutObject too ("Actions, resources, and condition keys for Amazon S3").
_WRITING = (
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObject",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
)


class DocumentsSite(Construct):
    """The discovery document and the JWK Set, for anyone, over TLS only.

    `issuer_url` is the configured one, or the distribution's address, which CloudFormation fills in.
    """

    def __init__(
        self, scope: Construct, construct_id: str, configuration: Configuration, removal_policy: RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        # These names are the account's, not the Region's.
        self._global_name = f"{configuration.name}-documents-{Aws.REGION}"
        # CloudFront's own address is the issuer whether it is written down or not, and written wrongly it would not be.
        issuer = configuration.issuer
        self._issuer = Issuer(issuer.url) if issuer.url and issuer.own_domain else None
        self.bucket = _private_bucket(self, removal_policy)
        self.distribution = self._distribution(configuration.issuer.certificate_arn)
        self._let_cloudfront_read_documents()
        self._name_in_zone(configuration)
        self.issuer_url = self._issuer.url if self._issuer else f"https://{self.distribution.distribution_domain_name}"

    @property
    def literal_issuer(self) -> Issuer | None:
        """The issuer where the configuration names it; None where only the deployment will."""
        return self._issuer

    @property
    def discovery_url(self) -> str:
        """Where the discovery document is."""
        return Issuer(self.issuer_url).discovery_url

    @property
    def jwks_url(self) -> str:
        """Where the JWK Set is."""
        return Issuer(self.issuer_url).jwks_url

    def publish(self) -> list[iam.PolicyStatement]:
        """Permit writing and removing the issuer's documents and the ring's copy, and telling CloudFront of it."""
        return [
            iam.PolicyStatement(
                actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                resources=[*self._document_arns(), self.bucket.arn_for_objects(documents.RING_COPY)],
            ),
            # Without it S3 answers 403 rather than 404 for a document that is not there yet.
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn]),
            iam.PolicyStatement(
                actions=["cloudfront:CreateInvalidation"], resources=[self.distribution.distribution_arn]
            ),
        ]

    def deny_writing_but_to(self, role_name: str) -> None:
        """Deny everybody but one role of this account to put anything into the bucket, or to take anything out.

        It holds for administrators too, until one of them changes this policy. The role is named in both forms that
        `aws:PrincipalArn` may take, and stays the one when it is made anew; whoever has no such ARN, as AWS's services,
        is denied as well.
        """
        stack = Stack.of(self)
        role = stack.format_arn(service="iam", region="", resource="role", resource_name=role_name)
        sessions = stack.format_arn(service="sts", region="", resource="assumed-role", resource_name=f"{role_name}/*")
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="NobodyElseWrites",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=list(_WRITING),
                resources=[self.bucket.arn_for_objects("*")],
                conditions={"ArnNotLike": {"aws:PrincipalArn": [role, sessions]}},
            )
        )

    def _document_arns(self) -> list[str]:
        # The keys depend on the issuer's path alone, so any host stands for one that is not known yet.
        issuer = self._issuer or Issuer("https://late.bound")
        keys = [key for url in (issuer.discovery_url, issuer.jwks_url) for key in documents.paths(issuer, url)]
        return [self.bucket.arn_for_objects(key) for key in keys]

    def _let_cloudfront_read_documents(self) -> None:
        """Permit this distribution to read the documents alone: the ring's copy beside them is nobody's to see."""
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                actions=["s3:GetObject"],
                resources=self._document_arns(),
                conditions={"StringEquals": {"aws:SourceArn": self.distribution.distribution_arn}},
            )
        )

    def _distribution(self, certificate_arn: str | None) -> cloudfront.Distribution:
        certificate = (
            acm.Certificate.from_certificate_arn(self, "Certificate", certificate_arn) if certificate_arn else None
        )
        return cloudfront.Distribution(
            self,
            "Distribution",
            comment="Jobpass: discovery document and JWK Set",
            domain_names=[self._host()] if certificate else None,
            certificate=certificate,
            # Not one that demands TLS 1.3: STS would no longer check our certificate against its own roots
            # (IAM user guide, "Obtain the thumbprint for an OpenID Connect identity provider").
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if certificate else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            enable_ipv6=True,
            default_behavior=cloudfront.BehaviorOptions(
                # Not `with_origin_access_control`, which would let CloudFront read everything in the bucket.
                origin=origins.S3BucketOrigin.with_bucket_defaults(
                    self.bucket,
                    origin_access_control_id=cloudfront.S3OriginAccessControl(
                        self,
                        "AccessControl",
                        origin_access_control_name=self._global_name,
                        signing=cloudfront.Signing.SIGV4_ALWAYS,
                    ).origin_access_control_id,
                ),
                # A relying party that asks in the clear shall notice, not be led on to the right place.
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cached_methods=cloudfront.CachedMethods.CACHE_GET_HEAD,
                cache_policy=_cache_policy(self, self._global_name),
                response_headers_policy=_headers_policy(self, self._global_name),
                # One or two kilobytes: not worth a second form of each document in every cache.
                compress=False,
            ),
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=_NEVER) for status in (403, 404, 500, 502, 503, 504)
            ],
        )

    def _host(self) -> str:
        if self._issuer is None:
            raise ValueError("a certificate is of use only with issuer.url")
        return self._issuer.host_and_path.partition("/")[0]

    def _name_in_zone(self, configuration: Configuration) -> None:
        zone = configuration.issuer.hosted_zone
        if zone is None:
            self._remind_of_name(configuration)
            return
        hosted_zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=zone.id, zone_name=zone.name
        )
        target = route53.RecordTarget.from_alias(targets.CloudFrontTarget(self.distribution))
        # The dot marks a full name: without it, CDK decides by its ending whether to add the zone's.
        name = f"{self._host()}."
        route53.ARecord(self, "Ipv4", zone=hosted_zone, record_name=name, target=target)
        route53.AaaaRecord(self, "Ipv6", zone=hosted_zone, record_name=name, target=target)

    def _remind_of_name(self, configuration: Configuration) -> None:
        if self._issuer is None or not configuration.roles:
            return
        Annotations.of(self).add_info(
            f"{self._host()} must lead to the distribution before IAM makes the provider, and issuer.hosted_zone is "
            "not set: deploy without roles, point the name at the output DistributionDomainName, then add the roles"
        )


def _private_bucket(scope: Construct, removal_policy: RemovalPolicy) -> s3.Bucket:
    return s3.Bucket(
        scope,
        "Bucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        # No versions: the documents follow from the key ring at any time, and an old JWK Set must not come back.
        versioned=False,
        removal_policy=removal_policy,
    )


def _cache_policy(scope: Construct, name: str) -> cloudfront.CachePolicy:
    """The documents' own Cache-Control rules; nothing that a caller sends makes a copy of its own."""
    return cloudfront.CachePolicy(
        scope,
        "CachePolicy",
        cache_policy_name=name,
        comment="As long as the document's Cache-Control says",
        min_ttl=Duration.seconds(0),
        default_ttl=Duration.seconds(documents.CACHE_SECONDS),
        max_ttl=Duration.hours(1),
        header_behavior=cloudfront.CacheHeaderBehavior.none(),
        query_string_behavior=cloudfront.CacheQueryStringBehavior.none(),
        cookie_behavior=cloudfront.CacheCookieBehavior.none(),
        enable_accept_encoding_gzip=False,
        enable_accept_encoding_brotli=False,
    )


def _headers_policy(scope: Construct, name: str) -> cloudfront.ResponseHeadersPolicy:
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        response_headers_policy_name=name,
        comment="Security headers of the issuer's documents",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=_YEAR, include_subdomains=True, override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy="default-src 'none'; frame-ancestors 'none'", override=True
            ),
        ),
    )
