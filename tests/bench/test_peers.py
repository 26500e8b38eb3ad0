"""Other issuers that are measured: what they do is counted, and what is no token ends the measurement."""

import sys
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bench.peers.part import _see
from bench.peers.peer import Made, Peer, PeerError, running

# Spins for a while and says so; of no tokens at all it makes an end of itself.
PROGRAM = """
import json, sys, time
for line in sys.stdin:
    if int(line) == 0: sys.exit("the reason")
    print(json.dumps({"seconds": 2.0, "cpu_seconds": 1.0, "token": "t"}), flush=True)
"""


def test_a_program_tells_what_its_tokens_took_until_it_ends(tmp_path: Path) -> None:
    peer = Peer("one", (sys.executable, "-c", PROGRAM.replace("{", "{{").replace("}", "}}")), serves=False)
    assert _made(peer, [5], tmp_path) == [Made(5, 2.0, 1.0, "t")]
    with pytest.raises(PeerError, match=r"(?s)one ended.*the reason"):
        _made(peer, [5, 0], tmp_path)


def test_a_server_that_is_none_ends_the_measurement(tmp_path: Path) -> None:
    # Nobody takes the connection from the socket that it inherits, and its end closes the socket.
    peer = Peer("none", (sys.executable, "-c", "import os; os.read({descriptor}, 1)"))
    with pytest.raises(PeerError, match="none does not answer"):
        _made(peer, [4], tmp_path)


def _made(peer: Peer, tokens: list[int], folder: Path) -> list[Made]:
    with running(peer, folder, "RS256", folder) as asked:
        return [asked.make(each) for each in tokens]


def test_a_peers_token_must_verify() -> None:
    private, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    token = jwt.encode({"aud": "sts.amazonaws.com"}, private, algorithm="ES256")
    peer = Peer("one", ())
    _see(peer, Made(1, 1, 1, token), private.public_key(), "ES256")
    with pytest.raises(PeerError, match="a token of one does not verify"):
        _see(peer, Made(1, 1, 1, token), other.public_key(), "ES256")
