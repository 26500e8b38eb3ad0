"""When to renew what ends: AWS credentials and ID tokens, by their times alone."""

from __future__ import annotations

# AWS SDKs renew what has less than 900 s left, and some ask each time from then on: what is handed to them must have
# more (botocore, "RefreshableCredentials"). A minute on top is for the renewal itself.
CREDENTIALS_LEFT_SECONDS = 960


def credentials_left_seconds(life_seconds: float) -> float:
    """Return how much of a session's life may be left when it is renewed: 960 s, but never more than half its life."""
    return min(CREDENTIALS_LEFT_SECONDS, max(life_seconds, 0.0) / 2)


def credentials_renewal(drawn_at: float, expires_at: float) -> float:
    """Return the Unix time at which to renew credentials that were drawn and end at these."""
    return expires_at - credentials_left_seconds(expires_at - drawn_at)


def token_renewal(issued_at: float, expires_at: float) -> float:
    """Return the Unix time at which to renew a token that stands in a file: halfway through its life.

    Whoever reads the file at any moment then has at least half of a token's life to use it.
    """
    return expires_at - max(expires_at - issued_at, 0.0) / 2
