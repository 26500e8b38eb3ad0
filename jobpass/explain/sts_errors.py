"""The error codes and texts of AWS STS, letter for letter."""

INVALID_IDENTITY_TOKEN = "InvalidIdentityToken"  # noqa: S105 - an error code
EXPIRED_TOKEN = "ExpiredTokenException"  # noqa: S105 - an error code
ACCESS_DENIED = "AccessDenied"
VALIDATION_ERROR = "ValidationError"
INTERNAL_FAILURE = "InternalFailure"
PACKED_POLICY_TOO_LARGE = "PackedPolicyTooLarge"

# One text for an audience that is no client ID, a bad signature, and a JWK with key_ops.
NOT_VALIDATED = (
    "The web identity token provided could not be validated. "
    "See the AssumeRoleWithWebIdentity documentation for requirements."
)
# One text for every reason why there is no key to verify with. The two blanks are AWS's.
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  "
    "please reference AssumeRoleWithWebIdentity documentation for requirements"
)
# One text for a policy that does not match and a role or provider that is seconds old.
NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"

NOT_A_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
MISSING_CLAIM = "Missing a required claim: {claim}"
EMPTY_CLAIM = "Claim is not allowed to be empty: {claim}"
SEVERAL_AUDIENCES = "Token audience contains more than one audience while authorized party is not present"
INVALID_TIMESTAMP = "Invalid timestamp in token claims."
ISSUED_IN_FUTURE = "Token issued in the future: {iat}"
NOT_YET_VALID = (
    "Token not yet valid: current date/time {clock} must be after or equal to the not-before date/time {nbf}"
)
EXPIRED = "Token expired: current date/time {clock} must be before the expiration date/time {exp}"
NO_PROVIDER = "No OpenIDConnect provider found in your account for {issuer}"
UNKNOWN_FAILURE = "Unknown error validating third-party token"
TAGS_FORMAT = "principal_tags passed in claim is not in correct format."
ROLES_FORMAT = "The roles claim is not in a supported format"
NO_VALID_ROLES = "The roles claim contains no valid role ARNs"
ROLE_NOT_LISTED = "The target role ARN is not present in the roles claim of the identity token"
UNRECOGNIZED_PROVIDER = (
    "Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens"
)
NOT_AMAZON_TOKEN = "Provided Token is not a Login With Amazon token"  # noqa: S105 - an error text
FACEBOOK_REJECTED = 'graph.facebook.com rejected OAuth token with response "Bad signature" and code 190'
OVER_MAXIMUM_DURATION = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
CONSTRAINT = "1 validation error detected: Value at '{member}' failed to satisfy constraint: {constraint}"
