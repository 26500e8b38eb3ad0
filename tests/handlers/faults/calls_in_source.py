"""Which calls of AWS the functions' source makes, read from its syntax: whatever is called on a client, and HTTPS."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from botocore import xform_name
from botocore.session import get_session

import jobpass_issuer

SOURCE = Path(jobpass_issuer.__file__).parent
# How the functions name a client, and what service it is of; the log and the metrics name a service by the latter.
CLIENTS: Mapping[str, tuple[str, str]] = {
    "kms": ("kms", "kms"),
    "dynamodb": ("dynamodb", "dynamodb"),
    "tagging": ("resourcegroupstaggingapi", "tag"),
    "s3": ("s3", "s3"),
    "cloudfront": ("cloudfront", "cloudfront"),
    "sts": ("sts", "sts"),
    "logs": ("logs", "logs"),
    "cloudtrail": ("cloudtrail", "cloudtrail"),
}
# What opens connections without an SDK, where it does, and the name of such a call.
HTTPS = {
    "aws/cloudfront_site.py": "cloudfront:GET",
    "aws/https.py": "https",
    "handlers/custom_resource.py": "cloudformation:PUT",
}
# What carries the token function's calls, which are named where they are made: `kms.call("Sign", …)`.
CARRIER = "aws/connection.py"
_OPENERS = frozenset({"urlopen", "build_opener", "HTTPConnection", "HTTPSConnection", "create_connection", "socket"})


@cache
def methods(service: str) -> Mapping[str, str]:
    """The methods of a service's client, each with the operation that it calls."""
    model = get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def calls(source: Path = SOURCE) -> Iterator[tuple[str, str]]:
    """Each call as `service:Operation`, and where it is made.

    Raises:
        LookupError: a client is made, or a connection opened, that this module does not know.
    """
    for path in sorted(source.rglob("*.py")):
        place = path.relative_to(source).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield from ((name, f"{place}:{node.lineno}") for name in _named(node, place))


def _named(call: ast.Call, place: str) -> Iterator[str]:
    function = call.func
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if (
        name in {"client", "unhurried", "JsonService", "QueryService"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ):
        if call.args[0].value not in {service for service, _ in CLIENTS.values()}:
            raise LookupError(f"{place}:{call.lineno} makes a client of {call.args[0].value!r}: add it to CLIENTS")
    elif name in _OPENERS:
        if place not in {*HTTPS, CARRIER}:
            raise LookupError(f"{place}:{call.lineno} opens a connection: add it to HTTPS, and its row to the table")
        if place in HTTPS:
            yield HTTPS[place]
    elif isinstance(function, ast.Attribute):
        yield from _on_a_client(call, function, place)


def _on_a_client(call: ast.Call, function: ast.Attribute, place: str) -> Iterator[str]:
    known, method = CLIENTS.get(_last_name(function.value)), function.attr
    if method == "call" and (known is None or not call.args or not _is_text(call.args[0])):
        raise LookupError(f"{place}:{call.lineno} makes a call that cannot be told: name client and operation in it")
    if _last_name(function.value) == "exchange" and method == "post" and call.args and _is_text(call.args[0]):
        raise LookupError(f"{place}:{call.lineno} makes a call past its service: use JsonService or QueryService")
    if known is None:
        return
    service, prefix = known
    if method in {"get_paginator", "call"} and call.args and _is_text(call.args[0]):
        # A paginator is of a method; the token function's own services are asked by the operation's name.
        method = str(ast.literal_eval(call.args[0]))
    if method in methods(service):
        yield f"{prefix}:{methods(service)[method]}"
    elif method in methods(service).values():
        yield f"{prefix}:{method}"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _last_name(node: ast.expr) -> str:
    """`kms` of `self._kms`, `kms`, `_kms()` and `self._kms()`."""
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.lstrip("_")


def named_in_errors() -> Iterator[str]:
    """Every name that the source gives to a call in the log, such as `kms:Sign`."""
    for path in (SOURCE / "aws").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                prefix, _, rest = node.value.partition(":")
                if (
                    prefix in {*(name for _, name in CLIENTS.values()), "cloudformation"}
                    and rest.isalnum()
                    and rest[0].isupper()
                ):
                    yield node.value
