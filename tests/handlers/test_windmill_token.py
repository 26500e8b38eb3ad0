"""POST /api/w/{workspace}/oidc/token/{audience+}: Windmill's shape, and its path to the letter."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt as verifier
from joserfc.jwk import KeySet

from jobpass_issuer.domain.documents import jwk_set
from jobpass_issuer.domain.standing import Standing
from jobpass_issuer.handlers import token as function
from tests.aws.wire import Aws
from tests.domain.examples import DEPLOYMENT, SECRET, STS, TOKEN, VAULT
from tests.handlers.conftest import forget
from tests.handlers.events import event, members
from tests.handlers.issuing import establish, register

Printed = Callable[[], str]
ROUTE = "POST /api/w/{workspace}/oidc/token/{audience+}"
WORKSPACE = "acme"
URL = "https://vault.example.com/v1/auth//jwt"


def _ask(
    audience: str = STS, *, workspace: str = WORKSPACE, path: str | None = None, token: object = TOKEN, **parts: Any
) -> dict[str, Any]:
    """Ask as the gateway passes it on, which has decoded the path."""
    raw = f"/api/w/{workspace}/oidc/token/{audience}" if path is None else path
    asked = event(ROUTE, headers={"authorization": f"Bearer {token}", **parts.pop("headers", {})}, **parts)
    return function.handler({**asked, "rawPath": raw}, None)


def _register(aws: Aws, **changes: Any) -> None:
    register(aws, **{"fields": {"repo": "web", "workspace": WORKSPACE, "path": "f/x"}, **changes})


def test_the_answer_is_the_token_as_plain_text_that_nobody_keeps(aws: Aws, printed: Printed) -> None:
    ring = establish(aws)
    _register(aws)

    answer = _ask()

    assert answer["statusCode"] == 200
    assert answer["headers"] == {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    keys = KeySet.import_key_set(json.loads(json.dumps(jwk_set(ring))))
    claims = verifier.decode(answer["body"], keys, algorithms=["RS256"]).claims
    assert (claims["aud"], claims["exp"] - claims["iat"]) == (STS, 300)
    assert aws.operations() == ["dynamodb:BatchGetItem", "kms:Sign"]
    assert answer["body"] not in printed()
    assert '"kind":"grant"' in printed()


def test_a_lifetime_reaches_the_token_and_a_body_says_nothing(aws: Aws, printed: Printed) -> None:
    ring = establish(aws)
    _register(aws)

    answer = _ask(query="expires_in=60", body='{"expires_in": 1, "audience": "evil"}')

    keys = KeySet.import_key_set(json.loads(json.dumps(jwk_set(ring))))
    claims = verifier.decode(answer["body"], keys, algorithms=["RS256"]).claims
    assert (claims["aud"], claims["exp"] - claims["iat"]) == (STS, 60)


@pytest.mark.parametrize("audience", [URL, "a/oidc/token/b", "a%25b", "a%zz", "/leading", "..", "a/../b", "é"])
def test_an_audience_is_what_the_gateway_left_of_it_to_the_letter(
    aws: Aws, printed: Printed, tmp_path: Path, audience: str
) -> None:
    establish(aws)
    _register(aws, audiences=(audience,))
    _permit(tmp_path, audience)

    assert _ask(audience)["statusCode"] == 200
    assert _ask(audience + "/")["statusCode"] == 400
    assert _ask("/" + audience)["statusCode"] == 400


def _permit(directory: Path, audience: str) -> None:
    standing = Standing.of(DEPLOYMENT)
    platforms = {name: replace(terms, audiences=(audience,)) for name, terms in standing.platforms.items()}
    (directory / "standing.json").write_text(json.dumps(replace(standing, platforms=platforms).to_document()))
    forget()


@pytest.mark.parametrize(
    "audience",
    [
        VAULT + "/",
        "/" + VAULT,
        f"x/../{VAULT}",
        f"{VAULT}/..",
        f"./{VAULT}",
        "vault%2Eexample.com",
        "vault%252Eexample.com",
        "VAULT.example.com",
        f"{VAULT},{STS}",
        f"{VAULT}?expires_in=60",
        f"{VAULT} ",
        f"{VAULT}\x00",
        f"{VAULT}\ufffd",
        "\ufffd",
        "vault\u2024example.com",
        "x" * 4000,
        "evil/oidc/token/" + VAULT,
    ],
)
def test_an_audience_that_is_not_the_jobs_gets_no_token(aws: Aws, printed: Printed, audience: str) -> None:
    establish(aws)
    _register(aws)
    assert _ask(VAULT)["statusCode"] == 200

    answer = _ask(audience)

    assert answer["statusCode"] == 400
    assert members(answer)["error"] == "invalid_target"
    assert [problem["field"] for problem in members(answer)["problems"]] == ["audience"]
    assert f"{STS}, {VAULT}" in members(answer)["error_description"]
    assert len(answer["body"]) < 2000
    assert aws.operations().count("kms:Sign") == 1


def test_a_path_without_an_audience_is_told_where_it_goes(aws: Aws, printed: Printed) -> None:
    establish(aws)
    _register(aws, default_audience=STS)

    answer = _ask("")

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_request")
    assert [problem["field"] for problem in members(answer)["problems"]] == ["audience"]


@pytest.mark.parametrize(
    "path",
    [
        f"/api/w/other/oidc/token/{STS}",
        f"/api/w/ACME/oidc/token/{STS}",
        f"/api/w/acm/oidc/token/{STS}",
        f"/api/w/acmee/oidc/token/{STS}",
        f"/api/w/acme /oidc/token/{STS}",
        f"/api/w/x/acme/oidc/token/{STS}",
        f"/api/w/acme/x/oidc/token/{STS}",
        f"/api/w/../acme/oidc/token/{STS}",
        f"/api/w/acme//oidc/token/{STS}",
        f"/api//w/acme/oidc/token/{STS}",
        f"/api/w//oidc/token/{STS}",
        f"/api/w/other/oidc/token/api/w/acme/oidc/token/{STS}",
        "/api/w/acme/oidc/token",
        "",
    ],
)
def test_another_workspace_than_the_jobs_gets_no_token_and_the_name_to_use(
    aws: Aws, printed: Printed, path: str
) -> None:
    establish(aws)
    _register(aws)

    answer = _ask(path=path)

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_target")
    assert [problem["field"] for problem in members(answer)["problems"]] == ["workspace"]
    assert "set WM_WORKSPACE to that" in members(answer)["error_description"]
    assert "`acme`" in members(answer)["error_description"]
    assert "kms:Sign" not in aws.operations()


def test_a_base_url_that_ends_in_a_slash_is_forgiven(aws: Aws, printed: Printed) -> None:
    establish(aws)
    _register(aws)

    assert _ask(path=f"//api/w/{WORKSPACE}/oidc/token/{STS}")["statusCode"] == 200


@pytest.mark.parametrize("workspace", ["acme", "None", "", "instance"])
def test_a_job_without_a_workspace_is_shown_its_own_route(aws: Aws, printed: Printed, workspace: str) -> None:
    establish(aws)
    register(aws)

    answer = _ask(workspace=workspace)

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_target")
    assert "has no workspace: ask `GET /v1/token`" in members(answer)["error_description"]
    assert "kms:Sign" not in aws.operations()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("expires_in=", "expires_in"),
        ("expires_in=0", "expires_in"),
        ("expires_in=-1", "expires_in"),
        ("expires_in=1.5", "expires_in"),
        ("expires_in=9999999999", "expires_in"),
        ("expires_in=60&expires_in=60", "expires_in"),
        ("audience=evil", "audience"),
        ("role_arn=x", "role_arn"),
        ("api-version=1", "api-version"),
    ],
)
def test_a_query_that_is_not_as_it_should_be_gets_no_token(aws: Aws, printed: Printed, query: str, field: str) -> None:
    establish(aws)
    _register(aws)

    answer = _ask(query=query)

    assert (answer["statusCode"], members(answer)["error"]) == (400, "invalid_request")
    assert [problem["field"] for problem in members(answer)["problems"]] == [field]
    assert aws.calls == []


@pytest.mark.parametrize("authorization", ["", str(TOKEN), "Basic eDp4", f"Bearer {TOKEN}x", f"bearer{TOKEN}"])
def test_without_a_bearer_token_aws_is_not_asked(aws: Aws, printed: Printed, authorization: str) -> None:
    _register(aws)

    answer = _ask(headers={"authorization": authorization})

    assert (answer["statusCode"], members(answer)["error"]) == (401, "invalid_token")
    assert aws.calls == []
    assert SECRET not in printed() + answer["body"]


@pytest.mark.parametrize("changes", [{"secret_sha256": "0" * 64}, {"ended_at": 5}, {"expires_at": 5}])
def test_a_token_that_proves_no_live_job_does_not_learn_the_workspace(
    aws: Aws, printed: Printed, changes: dict[str, Any]
) -> None:
    establish(aws)
    _register(aws, **changes)

    answer = _ask(workspace="other")

    assert (answer["statusCode"], members(answer)["error"]) == (401, "invalid_token")
    assert WORKSPACE not in answer["body"]
    assert aws.operations() == ["dynamodb:BatchGetItem"]
