"""The embedded AWS beside explain, and how properties are tried: without a deadline."""

from hypothesis import settings

from tests.local.conftest import authority, emulator, issuer

__all__ = ["authority", "emulator", "issuer"]

settings.register_profile("jobpass", deadline=None, print_blob=True)
settings.load_profile("jobpass")
