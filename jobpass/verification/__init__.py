"""ID tokens verified as a strict relying party does, and what is told to people where one is refused.

The rules are the issuer's own domain's (`jobpass_issuer.domain.relying_party`), where its canary verifies by them too.
"""

from jobpass.verification.judgement import check_issuer, read, verify
from jobpass_issuer.domain.relying_party import VerifiedToken
from jobpass_issuer.domain.signed_token import SignedToken

__all__ = ["SignedToken", "VerifiedToken", "check_issuer", "read", "verify"]
