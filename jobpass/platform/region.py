"""The Region that an API's host name says, for which requests are signed wherever the platform runs."""

import re

# https://<api>.execute-api.<region>.amazonaws.com, and what the other partitions and dual-stack hosts have at the end
# (API Gateway developer guide, "Invoke an HTTP API"; "Dual-stack endpoints").
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*execute-api\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.[a-z0-9.-]+")


def region_of(host: str) -> str | None:
    """Return the Region that an API's host name says, None where it says none."""
    match = _HOST.fullmatch(host.lower())
    return match[1] if match else None
