"""The certificates made on the spot."""

import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from local.certificates import Certificates, make


def handshake(certificates: Certificates, name: str, authority: Path) -> None:
    """Shake hands with a server that presents the leaf, as a client that expects `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            context.wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    trust = ssl.create_default_context(cafile=str(authority))
    try:
        trust.wrap_socket(ours, server_hostname=name).close()
    finally:
        ours.close()
        thread.join()


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "127.0.0.1",
        "d111111abcdef8.cloudfront.net",
        "a1b2c3d4.execute-api.localhost",
        "bucket.s3.localhost",
        "oidc.example.com",
    ],
)
def test_every_name_that_the_emulator_answers_to_is_on_the_leaf(tmp_path: Path, name: str) -> None:
    certificates = make(tmp_path, ["oidc.example.com"])

    handshake(certificates, name, certificates.authority)


@pytest.mark.parametrize("name", ["example.com", "a.b.cloudfront.net", "sts.amazonaws.com", "cloudfront.net"])
def test_a_name_that_is_not_on_the_leaf_is_refused(tmp_path: Path, name: str) -> None:
    certificates = make(tmp_path)

    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(certificates, name, certificates.authority)


def test_another_authority_does_not_vouch_for_the_leaf(tmp_path: Path) -> None:
    certificates = make(tmp_path / "one")
    other = make(tmp_path / "other")

    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(certificates, "localhost", other.authority)


def test_the_files_are_their_owners_alone_and_the_authoritys_key_is_not_among_them(tmp_path: Path) -> None:
    made = make(tmp_path)

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert set(tmp_path.iterdir()) == {made.authority, made.certificate, made.key}
    assert [path for path in tmp_path.iterdir() if "PRIVATE KEY" in path.read_text()] == [made.key]
