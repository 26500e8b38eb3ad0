"""Command lines that show what the command prints, each with the files and servers that it needs."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from bench.issuer import issuer
from jobpass.audit import event_history
from tests.audit import world
from tests.command.keys_function import NAME, keys_function
from tests.explain.account import NOW
from tests.local.seam import signing
from tests.platform import api_server
from tests.verification import tokens

AT = ("--at", str(NOW))
ROLE = "arn:aws:iam::111122223333:role/jobpass-web-deploy"
GITHUB = "https://token.actions.githubusercontent.com"
DENIED = "An error occurred (AccessDenied): Not authorized to perform sts:AssumeRoleWithWebIdentity"
# The command lines that follow one another on the same page.
Lines = Sequence[Sequence[str]]
Scene = Callable[[pytest.FixtureRequest, Path], Lines]


def _explain(request: pytest.FixtureRequest, folder: Path) -> Lines:
    trusted = "repo:acme/web:ref:refs/heads/main"
    provider = f"arn:aws:iam::111122223333:oidc-provider/{GITHUB.removeprefix('https://')}"
    name = GITHUB.removeprefix("https://")
    condition = {"StringEquals": {f"{name}:aud": "sts.amazonaws.com", f"{name}:sub": trusted}}
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    trust = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    (folder / "policy.json").write_text(json.dumps(trust))
    (folder / "jwks.json").write_text(json.dumps(signing.six_keys()))
    claims = {"iss": GITHUB, "aud": "sts.amazonaws.com", "iat": NOW - 10, "exp": NOW + 290}
    header = {"alg": "RS256", "kid": "RS256", "typ": "JWT"}
    for file, subject in (("main.jwt", trusted), ("pull-request.jwt", "repo:acme/web:pull_request")):
        (folder / file).write_text(signing.token(header, {**claims, "sub": subject}))
    asked = ("--trust-policy", "policy.json", "--jwks", "jwks.json", *AT)
    return (
        ("explain", "--token-file", "main.jwt", *asked),
        ("explain", "--token-file", "pull-request.jwt", *asked),
    )


def _causes(request: pytest.FixtureRequest, folder: Path) -> Lines:
    return (("explain", "--error", DENIED),)


def _verify(request: pytest.FixtureRequest, folder: Path) -> Lines:
    (folder / "jwks.json").write_text(json.dumps({"keys": tokens.keys("ES256")}))
    (folder / "token.jwt").write_text(tokens.signed("ES256"))
    asked = ("verify", "--token-file", "token.jwt", "--jwks", "jwks.json")
    return (
        (*asked, "--issuer-url", tokens.ISSUER, "--audience", tokens.AUDIENCE, *AT),
        (*asked, *AT),
        (*asked, "--issuer-url", tokens.ISSUER, "--audience", "another.example.com", *AT),
        (*asked, "--issuer-url", tokens.ISSUER, "--at", str(NOW + 3600)),
    )


def _jobs(request: pytest.FixtureRequest, folder: Path) -> Lines:
    api = request.getfixturevalue("api")
    for name, value in {"JOBPASS_API_URL": api.url, "JOBPASS_INVOCATION_ROLE_ARN": api_server.ROLE_ARN}.items():
        request.getfixturevalue("monkeypatch").setenv(name, value)
    field = ("--field", "repo=web", "--field", "ref=refs/heads/main")
    both = ("--role", "web-deploy", "--role", "web-release")
    return (
        ("jobs", "register", "--profile", "ci", *field, "--role", "web-deploy"),
        ("jobs", "register", "--profile", "ci", *field, *both, "--allow-refused-roles"),
        ("jobs", "register", "--profile", "ci", *field, *both),
        ("jobs", "show", "f" * 32),
    )


def _keys(request: pytest.FixtureRequest, folder: Path) -> Lines:
    _serve(request, keys_function())
    return (("keys", "list", "--function", NAME), ("keys", "list", "--function", "another"))


def _audit(request: pytest.FixtureRequest, folder: Path) -> Lines:
    account, start = world.new_account(), 1_790_000_000
    for number in range(3):
        world.issue(account, f"jti-{number}", start + 60 * number)
    world.fail(account, "jti-lost", start + 200, signed=True)
    world.deny(account, start + 210)
    account.events.append(world.session("jti-0", start + 10, "ASIAONE"))
    identity = {"type": "AssumedRole", "arn": "x", "accessKeyId": "ASIAONE"}
    account.events.append(world.event("ListBuckets", start + 20, identity, "s3"))
    account.events.append(world.event("Sign", start + 1800, world.MALLORY))
    account.events.append(world.event("Sign", start + 1810, world.MALLORY, errorCode="AccessDenied"))
    world.write(account, start + 1900, world.attempt("jti-begun", start + 1900))
    request.getfixturevalue("monkeypatch").setattr(event_history, "PAUSE_SECONDS", 0)
    _serve(request, world.reached(account))
    return (
        ("audit", "--from", str(start), "--to", str(start + 3600)),
        ("audit", "--from", str(start), "--to", str(start + 600), "--jti", "jti-0"),
    )


def _token(request: pytest.FixtureRequest, folder: Path) -> Lines:
    _serve(request, issuer())
    return (
        ("token", "--audience", "sts.amazonaws.com"),
        ("env", "--role-arn", ROLE),
        ("credential-process", "--role-arn", ROLE),
    )


def _mistakes(request: pytest.FixtureRequest, folder: Path) -> Lines:
    (folder / "jobpass.yaml").write_text("retention: destroy\nplatfroms: {}\n")
    return (
        ("token",),
        ("docter",),
        ("jobs",),
        ("jobs", "show"),
        ("verify",),
        ("explain", "web-deploy", "--profile", "ci"),
        ("doctor", "https://127.0.0.1:9"),
    )


def _init(request: pytest.FixtureRequest, folder: Path) -> Lines:
    return (("init", "--defaults"), ("init", "--defaults"))


def _serve(request: pytest.FixtureRequest, server: AbstractContextManager[Mapping[str, str]]) -> None:
    """Run a server for as long as the test, and let the environment lead to it."""
    stack = ExitStack()
    for name, value in stack.enter_context(server).items():
        request.getfixturevalue("monkeypatch").setenv(name, value)
    request.addfinalizer(stack.close)


SCENES: dict[str, Scene] = {
    "explain": _explain,
    "verify": _verify,
    "jobs": _jobs,
    "keys": _keys,
    "audit": _audit,
    "token": _token,
    "mistakes": _mistakes,
    "causes": _causes,
    "init": _init,
}
# Those whose output is kept: the others hang on where Jobpass is installed, or are long and have no table.
KEPT = ("explain", "verify", "jobs", "keys", "audit", "token", "mistakes")
# Those that tell of the moment at which they were made.
PASSING = ("jobs", "token")
