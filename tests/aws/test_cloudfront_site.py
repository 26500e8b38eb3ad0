"""Whether CloudFront serves what was published, asked as a stranger would."""

import http.client
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobpass_issuer.aws import cloudfront_site
from jobpass_issuer.aws.cloudfront_site import DocumentSite
from jobpass_issuer.aws.failure import DependencyError
from tests.aws import edge
from tests.aws.wire import Aws

BODY = b'{"keys": []}\n'


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Aws, DocumentSite]]:
    """A site that serves whatever the stand-in's bucket holds, by a certificate that is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setattr(cloudfront_site, "_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(cloudfront_site, "_WAIT_SECONDS", 0)
    with edge.running(tmp_path / "ca.pem") as server:
        urllib.request.install_opener(None)  # the next fetch reads the environment anew
        yield server.aws, DocumentSite(None, "E1", server.host)
    urllib.request.install_opener(None)


def test_documents_that_are_served_byte_for_byte_are_enough(served: tuple[Aws, DocumentSite]) -> None:
    aws, asked = served
    aws.s3.objects["x/jwks.json"] = BODY

    asked.await_served({"x/jwks.json": BODY})


def test_the_doubled_slash_is_asked_for_as_it_is(served: tuple[Aws, DocumentSite]) -> None:
    aws, asked = served
    aws.s3.objects["x//jwks.json"] = BODY

    asked.await_served({"x//jwks.json": BODY})
    with pytest.raises(DependencyError):
        asked.await_served({"x/jwks.json": BODY})


@pytest.mark.parametrize("body", [None, b"", b'{"keys": []}', b"<html>"])
def test_anything_else_is_not(served: tuple[Aws, DocumentSite], body: bytes | None) -> None:
    aws, asked = served
    if body is not None:
        aws.s3.objects["jwks.json"] = body

    with pytest.raises(DependencyError, match=r"jwks\.json is not served as published"):
        asked.await_served({"jwks.json": BODY})


def test_a_site_whose_certificate_nobody_trusts_does_not_serve(
    served: tuple[Aws, DocumentSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws, asked = served
    aws.s3.objects["jwks.json"] = BODY
    monkeypatch.setenv("SSL_CERT_FILE", ssl.get_default_verify_paths().openssl_cafile)
    urllib.request.install_opener(None)

    with pytest.raises(DependencyError):
        asked.await_served({"jwks.json": BODY})


def test_a_site_that_does_not_speak_http_does_not_serve(
    served: tuple[Aws, DocumentSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise http.client.BadStatusLine("x")

    monkeypatch.setattr(urllib.request, "urlopen", broken)

    with pytest.raises(DependencyError):
        served[1].await_served({"jwks.json": BODY})
