"""ID tokens verified as a strict relying party does: RFC 7515, RFC 7519 and OpenID Connect Core, section 3.1.3.7."""

from jobpass.verification.compact_form import SignedToken, read
from jobpass.verification.verified_token import VerifiedToken, verify

__all__ = ["SignedToken", "VerifiedToken", "read", "verify"]
