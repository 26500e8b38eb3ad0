"""One call of the platform routes: signed anew each time that it is sent, and sent again only where that may help."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, Protocol

from jobpass.job import https
from jobpass.job.https import Answer
from jobpass.job.retry import Patience
from jobpass.platform.document import Document, unexpected
from jobpass.platform.errors import SettingsError
from jobpass.platform.refusal import error_of

_JOB_ID = re.compile(r"[0-9a-f]{32}")
_GRANTS = {"POST": 201, "GET": 200, "DELETE": 200}


class Signer(Protocol):
    """Proves to the API who sends a request. Safe for threads."""

    routes: str
    """The path of the routes that take this proof."""

    def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, /) -> dict[str, str]:
        """Return the headers of one request with the proof, made for this request alone."""


class Api:
    """The platform routes of one deployment."""

    def __init__(self, url: str, signer: Signer, *, timeout_seconds: float, patience: Patience) -> None:
        self.url = url
        self._signer = signer
        self._timeout_seconds = timeout_seconds
        self._patience = patience

    def register(self, body: Mapping[str, Any]) -> Document:
        """Send a registration."""
        return self._call("POST", "", "the job is not registered", json.dumps(body).encode())

    def show(self, job_id: str) -> Document:
        """Look at a job."""
        return self._call("GET", path_of(job_id), f"the job {job_id} cannot be shown")

    def end(self, job_id: str) -> Document:
        """End a job."""
        return self._call("DELETE", path_of(job_id), f"the job {job_id} is not ended")

    def _call(self, method: str, path: str, refusal: str, body: bytes | None = None) -> Document:
        url = f"{self.url}{self._signer.routes}{path}"
        headers = {"Content-Type": "application/json"} if body is not None else {}

        def once(left_seconds: float) -> Answer:
            proven = self._signer.headers(method, url, headers, body)
            timeout_seconds = min(self._timeout_seconds, left_seconds)
            return https.send(method, url, proven, body, timeout_seconds=timeout_seconds, name="the API's URL")

        answer = self._patience.ask(once)
        if answer.status != _GRANTS[method]:
            raise error_of(answer, refusal, time.time())
        document = Document.read(answer.body)
        if document is None:
            raise unexpected("job_id")
        return document


def path_of(job_id: str) -> str:
    """Return where a job is below the routes.

    Raises:
        SettingsError: that is no job's ID.
    """
    if not _JOB_ID.fullmatch(job_id):
        # It is not shown: what people write in its place is the request token, which begins with it.
        text = "that is no job's ID"
        raise SettingsError("job_id", text, "write the `job_id` that the registration answered with: 32 of 0-9 and a-f")
    return f"/{job_id}"
