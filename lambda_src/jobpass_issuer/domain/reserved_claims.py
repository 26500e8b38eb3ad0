"""The claims that a profile may not make: those that say what a token is, whatever the job is."""

from functools import lru_cache

AWS_CLAIMS = "https://aws.amazon.com/"
# Registered names that relying parties act upon (IANA, "JSON Web Token Claims"); most are no part of our tokens at all.
RESERVED_CLAIMS = frozenset(
    {
        # RFC 7519, section 4.1.
        *("iss", "sub", "aud", "exp", "nbf", "iat", "jti"),
        # What STS reads besides: the first replaces the audience (IAM user guide, "IAM and AWS STS condition keys").
        *("azp", "amr"),
        # How somebody signed in, and claims that are found elsewhere (OpenID Connect Core 1.0, sections 2 and 5.6.2).
        *("acr", "auth_time", "nonce", "at_hash", "c_hash", "s_hash", "sid", "_claim_names", "_claim_sources"),
        # Whose token it is, in other words: RFC 7800, RFC 9493, RFC 8693, and self-issued OpenID providers.
        *("cnf", "sub_id", "act", "may_act", "sub_jwk"),
        # What makes an access token of it, or an event (RFC 9068, RFC 9396, RFC 8417).
        *("client_id", "scope", "authorization_details", "events"),
    }
)


# Profiles have few claims, and each token has all of its profile's.
@lru_cache(maxsize=1024)
def is_reserved(name: str) -> bool:
    """Whether a claim's name is reserved, or can be taken for one that is.

    Letters of either case count as one: Go's `encoding/json` reads `Sub`, and `sub` with a long s, into what is
    declared as `sub`, and of two the later one wins.
    """
    folded = name.casefold()
    return folded in RESERVED_CLAIMS or folded.startswith(AWS_CLAIMS)
