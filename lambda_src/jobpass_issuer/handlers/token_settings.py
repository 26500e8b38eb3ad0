"""What the deployment tells the token function, read from the environment once.

Apart from the other functions' settings: a start does not wait for the definitions of those.
"""

import os
from typing import NamedTuple, Self


class TokenSettings(NamedTuple):
    """Settings of the token function."""

    table_name: str
    issuer_url: str
    token_lifetime_seconds: int
    max_token_lifetime_seconds: int

    @classmethod
    def read(cls) -> Self:
        """Return the settings; a missing variable is a KeyError that names it."""
        env = os.environ
        return cls(
            env["TABLE_NAME"],
            env["ISSUER_URL"],
            int(env["TOKEN_LIFETIME_SECONDS"]),
            int(env["MAX_TOKEN_LIFETIME_SECONDS"]),
        )
