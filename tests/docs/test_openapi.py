"""The OpenAPI description says what the gateway routes and what the handlers take and answer: no more, no less."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from infra.issuer_api import ASSERTION_ROUTES, JOB_ROUTES, PLATFORM_ROUTES
from jobpass_issuer.domain.environment import BLOCKS
from jobpass_issuer.handlers import aws_credentials, github_token, response, windmill_token

FILE = Path(__file__).parents[2] / "docs/reference/openapi.json"
PAGE = FILE.with_name("http-api.md").read_text("utf-8")
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
METHODS = {"get", "post", "delete", "put", "patch", "head", "options"}
QUERIES = {
    "getToken": github_token.PARAMETERS,
    "postWindmillToken": windmill_token.PARAMETERS,
    "getCredentials": aws_credentials.PARAMETERS,
}
# What API Gateway answers by itself, beside what the functions do.
GATEWAYS = {"429"}
OPERATIONS = {
    (method.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}


def resolved(node: Any) -> Any:
    """A part of the document with its references followed."""
    while isinstance(node, dict) and "$ref" in node:
        at: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        node = at
    return node


def _codes(node: Any) -> set[str]:
    """The error codes that a response's schema names."""
    if isinstance(node, dict):
        own = set(node.get("error", {}).get("enum", ())) if isinstance(node.get("error"), dict) else set()
        return own.union(*(_codes(each) for each in node.values()))
    return set().union(*(_codes(each) for each in node)) if isinstance(node, list) else set()


def test_every_route_of_the_gateway_is_described_and_no_other() -> None:
    routed = {(method, path.replace("+}", "}")) for method, path in (*JOB_ROUTES, *PLATFORM_ROUTES, *ASSERTION_ROUTES)}

    assert set(OPERATIONS) == routed


def test_every_route_is_on_the_page_too() -> None:
    for method, path in (*JOB_ROUTES, *PLATFORM_ROUTES):
        assert f"`{method} {path.replace('+', '')}" in PAGE, (method, path)


@pytest.mark.parametrize(("route", "operation"), OPERATIONS.items(), ids=str)
def test_a_query_has_the_parameters_that_the_handler_takes(route: tuple[str, str], operation: dict[str, Any]) -> None:
    named = tuple(each["name"] for each in operation.get("parameters", ()) if each["in"] == "query")

    assert named == QUERIES.get(operation["operationId"], ())
    for name in named:
        assert name in PAGE


@pytest.mark.parametrize(("route", "operation"), OPERATIONS.items(), ids=str)
def test_a_path_has_the_parameters_that_it_names(route: tuple[str, str], operation: dict[str, Any]) -> None:
    shared = DOCUMENT["paths"][route[1]].get("parameters", ())
    named = {each["name"] for each in (*shared, *operation.get("parameters", ())) if each["in"] == "path"}

    assert named == set(re.findall(r"\{(\w+)\}", route[1]))


def test_the_statuses_of_errors_are_those_of_the_handlers() -> None:
    status_of = {kind.code: str(status) for kind, status in response._STATUS.items()} | {"server_error": "500"}
    seen = set()
    for operation in OPERATIONS.values():
        for status, answer in operation["responses"].items():
            for code in _codes(resolved(answer)):
                assert status_of[code] == status
                seen.add(code)

    assert seen == set(status_of)
    assert all(f"| {status} | `{code}` |" in PAGE for code, status in status_of.items())


def test_the_blocks_of_an_environment_are_those_of_the_domain() -> None:
    members = DOCUMENT["components"]["schemas"]["Registration"]["properties"]

    assert set(members["environment"]["items"]["enum"]) == set(BLOCKS)
    assert all(f"| `{name}` |" in PAGE for name in members)


def test_every_schema_is_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_an_operation_has_a_name_of_its_own_and_proves_its_caller() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)
    for operation in OPERATIONS.values():
        ((scheme,),) = operation["security"]
        assert scheme in DOCUMENT["components"]["securitySchemes"]
        assert {"500", "503"} | GATEWAYS <= set(operation["responses"])
