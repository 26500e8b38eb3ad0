"""An issuer and an account that trusts it, fresh for each test; the controls, set back after it."""

from collections.abc import Iterator

import pytest

from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers
from tests.local.seam.federation import Federation
from tests.local.seam.https_issuer import HttpsIssuer


@pytest.fixture
def federation(emulator: Emulator, issuer: HttpsIssuer) -> Federation:
    """A trusting account with an issuer of its own, so that no test sees another's documents."""
    federation = Federation(emulator, issuer, f"https://a{next(numbers)}.issuer.test")
    federation.trust()
    return federation


@pytest.fixture
def sts_settings(emulator: Emulator) -> Iterator[Emulator]:
    """The emulator, whose clock, cache and sessions are set back afterwards."""
    yield emulator
    emulator.control("sts/clock", {"offset_seconds": 0})
    emulator.control("sts/jwks-cache", {"seconds": 0})
    emulator.control("sts/session", {"seconds": 0})
