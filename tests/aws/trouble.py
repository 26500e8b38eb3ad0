"""How a call of AWS can fail on the wire, as each service spells it."""

from enum import StrEnum

from tests.aws.wire_error import AwsError


class Trouble(StrEnum):
    """What can befall one call."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"
    DENIED = "denied"
    SLOW = "slow"  # no word before the client has given up, and nothing done
    LOST = "lost"  # carried out, and no word of it before the client has given up
    DROPPED = "dropped"  # the connection is reset
    CUT_SHORT = "cut short"  # it ends within the body
    MALFORMED = "malformed"  # answers 200 with what nobody asked for
    EMPTY = "empty"  # answers 200 with an answer that says nothing
    ANOTHER = "another"  # answers 200 with a document that can be read, and has another shape


# The client hears of these only when its own patience is over.
SILENT = frozenset({Trouble.SLOW, Trouble.LOST})
_CODES = {
    Trouble.THROTTLED: AwsError("ThrottlingException"),
    Trouble.UNAVAILABLE: AwsError("ServiceUnavailable", 503),
    Trouble.FAULT: AwsError("InternalServerError", 500),
    Trouble.DENIED: AwsError("AccessDeniedException", 403),
}
# Where a service has other words. Its own error reference is the source of each.
_SPELLINGS = {
    ("dynamodb", Trouble.THROTTLED): AwsError("ProvisionedThroughputExceededException"),
    ("kms", Trouble.FAULT): AwsError("KMSInternalException", 500),
    ("kms", Trouble.UNAVAILABLE): AwsError("DependencyTimeoutException", 503),
    ("tag", Trouble.THROTTLED): AwsError("ThrottledException"),
    ("tag", Trouble.FAULT): AwsError("InternalServiceException", 500),
    ("s3", Trouble.THROTTLED): AwsError("SlowDown", 503),
    ("s3", Trouble.FAULT): AwsError("InternalError", 500),
    ("s3", Trouble.DENIED): AwsError("AccessDenied", 403),
    ("cloudfront", Trouble.THROTTLED): AwsError("Throttling"),
    ("cloudfront", Trouble.FAULT): AwsError("InternalFailure", 500),
    ("cloudfront", Trouble.DENIED): AwsError("AccessDenied", 403),
    ("sts", Trouble.THROTTLED): AwsError("Throttling"),
    ("sts", Trouble.FAULT): AwsError("InternalFailure", 500),
    ("sts", Trouble.DENIED): AwsError("AccessDenied", 403),
}
# Of plain HTTPS, where AWS's SDKs are not spoken.
STATUSES = {Trouble.THROTTLED: 429, Trouble.UNAVAILABLE: 503, Trouble.FAULT: 502, Trouble.DENIED: 403}


def error_of(operation: str, trouble: Trouble) -> AwsError | None:
    """The error that a service answers, None where it comes to no answer of its."""
    return _SPELLINGS.get((operation.partition(":")[0], trouble)) or _CODES.get(trouble)
