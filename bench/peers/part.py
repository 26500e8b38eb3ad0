"""The part `peers`: tokens of other issuers beside Jobpass's, in one run and in the same units."""

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from bench.peers.peer import FOLDER, Asked, Made, Peer, PeerError, gunicorn, running
from bench.spread import spread
from bench.stub.running import REPOSITORY, stub
from bench.token import function as functions
from bench.token.answers import verified
from bench.token.function import Function, variables, written
from bench.token.machine import machine
from bench.token.packages import Interpreter, built_token_package, runnable, versions
from bench.token.sample import requests, sample, table
from bench.token.turns import in_turns
from local import node

AUDIENCE = "sts.amazonaws.com"
ENVIRONMENT = REPOSITORY / ".local" / "bench-venv"
ALGORITHMS = ("RS256", "ES256")
TOKENS = 400
JOBPASS = "Jobpass, its function alone"
NOT_COMPARED = (
    "The peers hold the private key in their own process: whoever reads its memory has it, and no other log has their "
    "signatures. Jobpass pays two calls of AWS for each token instead, whose CPU here is the function's side of them; "
    "that AWS answers in no time in this measure, and that Jobpass's gateway is AWS's own, are in its favour; that TLS "
    "to AWS is in its figure and there is none in theirs is against it. ES256 is signed by KMS: Jobpass's own share is "
    "as with RS256. In a deployment many functions work at once, and what bounds them is KMS's quota."
)


def peers(python: Path, node_executable: Path) -> tuple[Peer, ...]:
    """Return the peers, by the interpreters that run them."""
    return (
        Peer(
            "PyJWT in one process, no server",
            (str(python), "in_process.py", "{keys}", "{algorithm}", "-"),
            serves=False,
        ),
        Peer("Flask and PyJWT, one worker", gunicorn(python, "flask_app")),
        Peer("Authlib on Flask, one worker", gunicorn(python, "authlib_app")),
        Peer("npm oidc-provider", (str(node_executable), "oidc_provider.mjs", "{keys}", "{algorithm}", "{descriptor}")),
    )


def measured(turns: int) -> tuple[str, dict[str, Any]]:
    """Measure everything and return the report with its figures.

    Raises:
        PeerError: a peer does not run, or its token does not verify.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        raise PeerError("the peers' libraries are not installed: run `make bench`, which installs them")
    try:
        found = node.prepare()
        node.install_packages(found, FOLDER)
    except node.NodeError as error:
        raise PeerError(str(error)) from error
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        private = _keys()
        for algorithm in ALGORITHMS:
            figures[algorithm] = _of_algorithm(algorithm, private[algorithm], python, found.executable, folder, turns)
        interpreter = Interpreter.of_baseline()
        figures["RS256"][JOBPASS] = _jobpass(interpreter, folder, turns)
    libraries = {"Python": versions(_libraries(python))}
    figures = {"machine": machine(interpreter.version, libraries), "tokens": TOKENS, "turns": turns, **figures}
    return report(figures), {"peers": figures}


def _keys() -> Mapping[str, Any]:
    return {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }


def _of_algorithm(
    algorithm: str, private: Any, python: Path, node_executable: Path, folder: Path, turns: int
) -> dict[str, Any]:
    kind = RSAAlgorithm if algorithm == "RS256" else ECAlgorithm
    key = {**kind.to_jwk(private, as_dict=True), "kid": "a-key", "use": "sig", "alg": algorithm}
    key.pop("key_ops", None)
    file = folder / f"{algorithm}.json"
    file.write_text(json.dumps({"keys": [key]}))
    with ExitStack() as stack:
        asked: dict[str, Asked] = {}
        for peer in peers(python, node_executable):
            (own := folder / f"{algorithm}-{len(asked)}").mkdir()
            asked[peer.name] = stack.enter_context(running(peer, file, algorithm, own))
        for each in asked.values():
            _see(each.peer, each.make(TOKENS), private.public_key(), algorithm)
        return {name: _figures(made) for name, made in in_turns(_making(asked), turns).items()}


def _making(asked: Mapping[str, Asked]) -> dict[str, Callable[[], Made]]:
    return {name: lambda each=each: each.make(TOKENS) for name, each in asked.items()}  # type: ignore[misc]


def _see(peer: Peer, made: Made, public_key: Any, algorithm: str) -> None:
    """See that it makes tokens: one that verifies has been signed, whatever else was left out."""
    try:
        jwt.decode(made.token, public_key, [algorithm], audience=AUDIENCE)
    except jwt.InvalidTokenError as error:
        raise PeerError(f"a token of {peer.name} does not verify: {error}") from error


def _jobpass(interpreter: Interpreter, folder: Path, turns: int) -> dict[str, Any]:
    keys = 2
    made = sample((keys,), int(time.time()))
    package = runnable(built_token_package(made.standing(1)), folder / "jobpass", interpreter)
    file = written(requests(100), folder / "requests.json")
    with stub(made.contents, folder) as aws:
        known = variables(aws, table(keys), made.key_arn)
        function = Function(interpreter.python, package, "jobpass_issuer.handlers.token", "handler", known)
        with functions.running(function, file, folder) as found:
            verified(found.serve(TOKENS).body, made.public_key)
            served = in_turns({JOBPASS: lambda: found.serve(TOKENS)}, turns)[JOBPASS]
    return _figures([Made(TOKENS, sum(each.clock_seconds), each.cpu_seconds, "") for each in served])


def _figures(made: list[Made]) -> dict[str, Any]:
    return {
        "tokens_per_second": asdict(spread([each.tokens / each.seconds for each in made])),
        "cpu_ms": asdict(spread([each.cpu_seconds * 1000 / each.tokens for each in made])),
    }


def _libraries(python: Path) -> Path:
    return next((python.parents[1] / "lib").glob("python*/site-packages"))


def report(figures: Mapping[str, Any]) -> str:
    """Return the table, and what it does not compare."""
    lines = ["| issuer | algorithm | tokens a second | CPU ms a token |", "|---|---|--:|--:|"]
    for algorithm in ALGORITHMS:
        for name, found in figures[algorithm].items():
            rate, cpu = found["tokens_per_second"], found["cpu_ms"]
            told = f"{cpu['median']:.2f} ({cpu['low']:.2f} to {cpu['high']:.2f})"
            lines.append(
                f"| {name} | {algorithm} | {rate['median']:.0f} ({rate['low']:.0f} to {rate['high']:.0f}) | {told} |"
            )
    return "\n".join([*lines, "", NOT_COMPARED])
