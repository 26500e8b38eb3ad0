"""botocore, which is boto3's own half of the work, in this process and yet as on a job's machine."""

import os
import re
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest


class Boto:
    """botocore in this process, on the job's machine as far as it looks round."""

    def __init__(self, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            if name.startswith("AWS_"):
                monkeypatch.setenv(name, value)
        self._session = botocore.session.Session()
        self.signed_by: list[str] = []

    def s3(self) -> Any:
        """A client that notes which access key signed each request."""
        s3: Any = self._session.create_client("s3")
        s3.meta.events.register("before-send.s3", self._note)
        return s3

    def _note(self, request: Any, **_: object) -> None:
        found = re.search(r"Credential=(\w+)", request.headers["Authorization"].decode())
        assert found
        self.signed_by.append(found[1])
