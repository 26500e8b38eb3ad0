"""The settings of the function that issues ID tokens: how large it is, and how many of it there are."""

from typing import Annotated

from pydantic import Field

from jobpass.configuration.settings import Settings

# What Lambda gives at the least, and what it gives one vCPU for: a token is made in one thread, and a second vCPU
# would have nothing to do (Lambda developer guide, "Configure Lambda function memory").
SMALLEST_MEMORY_MB = 128
MEMORY_OF_ONE_CPU_MB = 1_769
# The concurrency that AWS gives an account in a Region unless it is asked for more.
USUAL_CONCURRENCY = 1_000

Concurrency = Annotated[int, Field(ge=1, le=100_000)]


class TokenFunctionSettings(Settings):
    """The function that issues ID tokens."""

    memory_mb: int = Field(default=256, ge=SMALLEST_MEMORY_MB, le=MEMORY_OF_ONE_CPU_MB)
    """Its memory, and with it its share of a CPU: one whole at 1769 MB. It holds some 30 MB, and Lambda's runtime more
    beside it; what is above that buys speed, which costs little since most of a token's time is spent waiting for KMS
    and DynamoDB. Cost and latency by size: docs/how-to/size.md."""

    provisioned_concurrency: Concurrency | None = None
    """How many of it AWS keeps started at all times, so that no job waits for a start as long as no more are asked at
    once. At 256 MB each costs about $2.16 a month, used or not, and time that they work is cheaper. Then jobs reach
    the function by an alias, `live`, and a deployment lasts minutes longer."""

    reserved_concurrency: Concurrency | None = None
    """How many of it there can be at once, taken from what the account has (1,000 in a Region unless AWS gave more, of
    which 100 must stay unreserved). Costs nothing. It keeps other functions from starving this one, and this one from
    starving them; above it the gateway answers jobs with an error, as it
    does when the account has no more. Without it the function takes what the account has left."""
