"""The embedded AWS beside explain: its judge shares no line with it."""

from tests.local.conftest import authority, emulator, issuer

__all__ = ["authority", "emulator", "issuer"]
