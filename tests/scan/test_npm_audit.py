"""What npm's report is read as: silence is never an all-clear."""

import json

import pytest

from tests.scan.npm_audit import Looked, read

# What npm prints where the registry takes no questions, shortened.
REFUSED = json.dumps({"message": "405 Method Not Allowed", "statusCode": 405, "error": {"summary": ""}})
SOUND = json.dumps({"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {}})
KNOWN = json.dumps({"vulnerabilities": {"b": {"severity": "high"}, "a": {}}})


def test_packages_that_are_asked_about_and_sound() -> None:
    assert read(SOUND, 7) == Looked(7, [], None)


def test_each_vulnerable_package_is_named() -> None:
    assert read(KNOWN, 7) == Looked(7, ["a: unknown", "b: high"], None)


@pytest.mark.parametrize("told", [REFUSED, "", "npm ERR!", "null", "[]", '{"vulnerabilities": []}', "{}"])
def test_what_says_nothing_of_vulnerabilities_clears_nothing(told: str) -> None:
    looked = read(told, 7)

    assert (looked.packages, looked.vulnerable) == (0, [])
    assert looked.unasked
