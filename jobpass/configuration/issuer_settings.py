"""The settings of the issuer itself: its address, its lifetimes, its signatures, its API."""

from typing import Annotated, Literal

from pydantic import Field

from jobpass.configuration.settings import CERTIFICATE_ARN, DOMAIN_NAME, HOSTED_ZONE_ID, Settings

# What the name of every distribution ends in (CloudFront developer guide, "Use custom URLs").
CLOUDFRONT = ".cloudfront.net"
SHORTEST_TOKEN_SECONDS = 60
# Twelve hours: the longest session that an IAM role gives. A token that lives longer buys nothing more, and every
# wait of a key's retirement and every revocation has to reckon with the longest token.
LONGEST_TOKEN_SECONDS = 43_200

LONGEST_ROTATION_DAYS = 365
# Never less than a relying party may hold a copy of the JWK Set: five minutes by its Cache-Control, and CloudFront's
# own copy an hour at the most. A week is more than anybody is known to keep one.
SHORTEST_PUBLISH_AHEAD_HOURS = 1
LONGEST_PUBLISH_AHEAD_HOURS = 168

LifetimeSeconds = Annotated[int, Field(ge=SHORTEST_TOKEN_SECONDS, le=LONGEST_TOKEN_SECONDS)]
AlgorithmName = Literal["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
# What CloudWatch Logs takes (CloudWatch Logs API, "PutRetentionPolicy").
LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip


class HostedZone(Settings):
    """The Route 53 zone in which the issuer's host name is written."""

    id: str = Field(pattern=HOSTED_ZONE_ID)
    """The zone's ID, such as `Z0123456789ABCDEFGHIJ`."""

    name: str = Field(pattern=DOMAIN_NAME)
    """The zone's name without a dot at its end; the issuer's host is this name or ends in it."""


class IssuerSettings(Settings):
    """Where the issuer is found, and how long its tokens live."""

    url: str | None = None
    """The issuer on a domain of your own, with a path if you like: `https://oidc.example.com/api/oidc`. It stands in
    every token and every trust policy letter for letter, so choose it once. Without it the issuer is the address that
    CloudFront gives; that address may be written here once it is known, for the sake of other accounts."""

    certificate_arn: Annotated[str, Field(pattern=CERTIFICATE_ARN)] | None = None
    """The ACM certificate for the host of `url`, in us-east-1, where CloudFront looks for it. Needed with a `url` on a
    domain of your own."""

    hosted_zone: HostedZone | None = None
    """The Route 53 zone in which the stack writes the host of `url`. Without it, point the host at the distribution
    yourself."""

    token_lifetime_seconds: LifetimeSeconds = 300
    """How long an ID token lives when the request does not say. STS takes a token for 300 seconds more."""

    max_token_lifetime_seconds: LifetimeSeconds = 3600
    """The longest lifetime that a request may ask for. At most 43200, the longest session that an IAM role gives."""

    @property
    def host(self) -> str | None:
        """The host of `url`, if there is one."""
        return self.url.removeprefix("https://").partition("/")[0] if self.url else None

    @property
    def own_domain(self) -> str | None:
        """The host of `url` where it is one's own; None where CloudFront gives the address, written here or not."""
        return None if self.host and self.host.endswith(CLOUDFRONT) else self.host


class SigningSettings(Settings):
    """How ID tokens are signed, and how long by one key."""

    algorithm: AlgorithmName = "RS256"
    """The signature algorithm; all of these are accepted by IAM. Relying parties that know only one know RS256. A
    change of it is a rotation like any other: no token fails for it."""

    rotate_every_days: int = Field(default=90, ge=1, le=LONGEST_ROTATION_DAYS)
    """How many days a key signs before the next one does. Must be longer than `publish_ahead_hours`."""

    publish_ahead_hours: int = Field(default=24, ge=SHORTEST_PUBLISH_AHEAD_HOURS, le=LONGEST_PUBLISH_AHEAD_HOURS)
    """For how many hours at least a key is published before it signs. Relying parties must fetch the JWK Set anew
    within that time; AWS documents no time for STS, so make it no shorter than a day unless you know yours."""

    @property
    def rotate_every_seconds(self) -> int:
        """How long a key signs before the next one does."""
        return self.rotate_every_days * 86_400

    @property
    def publish_ahead_seconds(self) -> int:
        """How long a key is published before it signs."""
        return self.publish_ahead_hours * 3600


class ApiSettings(Settings):
    """The HTTP API that platforms and jobs call."""

    throttle_rate_per_second: int = Field(default=1_200, ge=1, le=10_000)
    """Requests per second that each route for jobs takes for long. Above it callers get 429 of the gateway, which the
    clients in the field do not try again: keep it above what KMS signs in a second (`alarms.kms_quota_per_second`), so
    that jobs get the function's 503 first, which they do. It also bounds what strangers can make you pay."""

    throttle_burst: int = Field(default=2_400, ge=1, le=5_000)
    """Requests that each route for jobs takes at one moment."""

    platform_rate_per_second: int = Field(default=200, ge=1, le=10_000)
    """Requests per second that each route for platforms takes for long, whatever jobs and strangers do."""

    platform_burst: int = Field(default=400, ge=1, le=5_000)
    """Requests that each route for platforms takes at one moment."""

    log_retention_days: LogRetentionDays = 90
    """How many days CloudWatch keeps the access log and the functions' logs."""
