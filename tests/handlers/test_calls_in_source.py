"""The reader of the source sees every way in which the functions call AWS, and refuses what it cannot tell."""

from pathlib import Path

import pytest

from tests.handlers.faults.calls_in_source import CARRIER, calls

_SEEN = {
    "self._kms.disable_key(KeyId=arn)": "kms:DisableKey",
    "_kms().disable_key(KeyId=arn)": "kms:DisableKey",
    "tagging.get_paginator('get_resources').paginate()": "tag:GetResources",
    "self._kms.call('Sign', members)": "kms:Sign",
    "self._dynamodb.call('TransactWriteItems', {})": "dynamodb:TransactWriteItems",
}
_UNTOLD = {
    "self._kms.call(operation, members)": "cannot be told",
    "self._service.call('Sign', members)": "cannot be told",
    "self._kms.call()": "cannot be told",
    "self._exchange.post('Sign', headers, body)": "past its service",
    "client('sqs')": "makes a client of 'sqs'",
    "JsonService('sqs')": "makes a client of 'sqs'",
    "HTTPSConnection('kms.us-east-1.amazonaws.com')": "opens a connection",
}


def _read(folder: Path, line: str, name: str = "module.py") -> list[str]:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(line)
    return [operation for operation, _ in calls(folder)]


@pytest.mark.parametrize(("line", "operation"), _SEEN.items())
def test_a_call_is_seen(tmp_path: Path, line: str, operation: str) -> None:
    assert _read(tmp_path, line) == [operation]


@pytest.mark.parametrize(("line", "reason"), _UNTOLD.items())
def test_what_cannot_be_told_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(LookupError, match=reason):
        _read(tmp_path, line)


def test_what_carries_calls_makes_none_of_its_own(tmp_path: Path) -> None:
    assert _read(tmp_path, "HTTPSConnection(host)", CARRIER) == []
