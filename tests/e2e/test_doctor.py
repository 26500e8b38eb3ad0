"""The doctor finds nothing to mend in the deployed issuer, by the exports alone."""

import json
import os
import subprocess
import sys
from typing import Any

from local.deployment import Deployment
from local.folder import REPOSITORY
from tests.e2e.two_issuers import Issuers


def doctor(variables: dict[str, str], issuer_url: str) -> tuple[int, dict[str, Any]]:
    """The command as a program of its own, strict, in an environment that leads to the embedded AWS."""
    ran = subprocess.run(
        [sys.executable, "-m", "jobpass", "doctor", issuer_url, "--strict", "--json"],
        env={"PATH": os.environ["PATH"], **variables},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == ""
    return ran.returncode, json.loads(ran.stdout)


def codes(report: dict[str, Any]) -> set[str]:
    """What was found, notes included."""
    return {each["code"] for each in report["findings"]}


def test_the_deployed_issuer_is_sound(deployment: Deployment) -> None:
    status, report = doctor(deployment.embedded.variables(), deployment.output("IssuerUrl"))

    assert (status, report["verdict"]) == (0, "good")
    assert codes(report) == {"dns_proxy", "tls_own_roots"}


def test_the_api_is_no_issuer(deployment: Deployment) -> None:
    status, report = doctor(deployment.embedded.variables(), deployment.output("ApiUrl"))

    assert (status, report["verdict"]) == (1, "errors")


def test_an_issuer_that_ends_in_a_slash_is_sound_in_both_places(issuers: Issuers) -> None:
    status, report = doctor(issuers.own.embedded.variables(), issuers.own.output("IssuerUrl"))

    assert (status, report["verdict"]) == (0, "good")
    assert codes(report) == {"dns_proxy", "tls_own_roots", "url_slash", "algorithms_rs256"}


def test_that_issuer_without_its_slash_is_another_one(issuers: Issuers) -> None:
    status, report = doctor(issuers.own.embedded.variables(), issuers.own.output("IssuerUrl").removesuffix("/"))

    assert status == 1
    assert "issuer_slash" in codes(report)


def test_an_issuer_of_long_elliptic_signatures_is_sound(issuers: Issuers) -> None:
    status, report = doctor(issuers.lasting.embedded.variables(), issuers.lasting.output("IssuerUrl"))

    assert (status, report["verdict"]) == (0, "good")
    assert codes(report) == {"dns_proxy", "tls_own_roots", "algorithms_rs256"}
