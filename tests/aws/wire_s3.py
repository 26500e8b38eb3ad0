"""S3 at the wire: the documents' bucket, and CloudFront's edge before it, which keeps what it served until told."""

import itertools
from collections.abc import Mapping
from xml.sax.saxutils import escape

from tests.aws.wire_error import MESSAGE, AwsError


class S3:
    """Every object by its key, whatever the bucket, with the headers that it was put with."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.headers: dict[str, Mapping[str, str]] = {}
        self.edge: dict[str, bytes] = {}
        self.invalidated: list[list[str]] = []
        self.held: set[str] = set()
        self.is_gone = False
        self._numbers = itertools.count(1)

    def answer(
        self, method: str, key: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Return the status, the body and the headers that S3 answers."""
        if method == "PUT":
            self.put(key, body, headers)
            return 200, b"", {"ETag": '"etag"'}
        if method == "DELETE":
            self.objects.pop(key, None)
            return 204, b"", {}
        if key not in self.objects:
            raise AwsError("NoSuchKey", 404)
        return 200, self.objects[key], {}

    def listed(self) -> bytes:
        """The first two keys (ListObjectsV2)."""
        if self.is_gone:
            raise AwsError("NoSuchBucket", 404)
        keys = sorted(self.objects)[:2]
        told = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in keys)
        return f"<ListBucketResult><KeyCount>{len(keys)}</KeyCount>{told}</ListBucketResult>".encode()

    def delete(self, keys: list[str]) -> bytes:
        """Delete several, but for those that are held fast (DeleteObjects)."""
        told = ""
        for key in keys:
            if key in self.held:
                told += f"<Error><Key>{escape(key)}</Key><Code>AccessDenied</Code><Message>{MESSAGE}</Message></Error>"
            else:
                self.objects.pop(key, None)
                told += f"<Deleted><Key>{escape(key)}</Key></Deleted>"
        return f"<DeleteResult>{told}</DeleteResult>".encode()

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
