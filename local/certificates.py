"""A certificate authority and one leaf certificate, made on the spot, so that everything on loopback is real HTTPS."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import trustme

from local.folder import write_private

# NOTE: a wildcard right under a top-level name (`*.localhost`) is refused by OpenSSL, so each level is named.
LOOPBACK_NAMES = (
    "localhost",
    "127.0.0.1",
    "*.cloudfront.net",
    "*.execute-api.localhost",
    "*.s3.localhost",
)


@dataclass(frozen=True)
class Certificates:
    """Paths of PEM files: what clients trust, and what the emulator presents."""

    authority: Path
    certificate: Path
    key: Path


def make(directory: Path, extra_names: Iterable[str] = ()) -> Certificates:
    """Make a new authority and a leaf for loopback and the extra names; the authority's own key is never written.

    The authority's file alone is the bundle to trust: nothing but loopback is reached with it.
    """
    authority = trustme.CA(organization_name="Jobpass, this machine only")
    leaf = authority.issue_cert(*dict.fromkeys([*LOOPBACK_NAMES, *extra_names]))
    made = Certificates(directory / "authority.pem", directory / "certificate.pem", directory / "key.pem")
    write_private(made.authority, authority.cert_pem.bytes())
    write_private(made.certificate, b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    write_private(made.key, leaf.private_key_pem.bytes())
    return made
