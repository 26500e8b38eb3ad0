"""S3 at the wire: the documents' bucket, and CloudFront's edge before it, which keeps what it served until told."""

import itertools
from collections.abc import Mapping

from tests.aws.wire_error import AwsError


class S3:
    """Every object by its key, whatever the bucket, with the headers that it was put with."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.headers: dict[str, Mapping[str, str]] = {}
        self.edge: dict[str, bytes] = {}
        self.invalidated: list[list[str]] = []
        self._numbers = itertools.count(1)

    def answer(self, method: str, key: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Return the status and the body that S3 answers."""
        if method == "PUT":
            self.put(key, body, headers)
            return 200, b""
        if method == "DELETE":
            self.objects.pop(key, None)
            return 204, b""
        if key not in self.objects:
            raise AwsError("NoSuchKey", 404)
        return 200, self.objects[key]

    def put(self, key: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Keep an object."""
        self.objects[key] = body
        self.headers[key] = headers

    def served(self, key: str) -> bytes | None:
        """What a stranger gets of the edge."""
        if key not in self.edge and key in self.objects:
            self.edge[key] = self.objects[key]
        return self.edge.get(key)

    def invalidate(self, paths: list[str]) -> str:
        """Have the edge forget these paths; the invalidation's identifier."""
        self.invalidated.append(paths)
        for path in paths:
            self.edge.pop(path.removeprefix("/"), None)
        return f"I{next(self._numbers)}"
