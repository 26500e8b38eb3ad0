"""CloudFormation alone is answered: an address of another kind is not written to."""

import pytest

from jobpass_issuer.handlers.custom_resource import respond


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:1/", "ftp://127.0.0.1:1/", ""])
def test_an_address_that_is_not_https_is_refused(address: str) -> None:
    """The grant beside it, an answer over https, is in tests/handlers/keys."""
    with pytest.raises(ValueError, match="must be https"):
        respond({"ResponseURL": address}, "id", None, {})
