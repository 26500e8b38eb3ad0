"""S3 at the wire: objects by bucket and key, with the headers that they were put with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.aws.wire_error import AwsError


@dataclass(frozen=True)
class StoredObject:
    """An object as it was put."""

    body: bytes
    media_type: str
    cache_control: str


@dataclass
class S3:
    """Every object by `<bucket>/<key>`."""

    objects: dict[str, StoredObject] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes, str]:
        """Return the status, the body and its type that S3 answers."""
        name = path.removeprefix("/")
        if method == "PUT":
            stored = StoredObject(body, headers.get("Content-Type", ""), headers.get("Cache-Control", ""))
            self.objects[name] = stored
            return 200, b"", "application/xml"
        if method == "DELETE":
            self.objects.pop(name, None)
            return 204, b"", "application/xml"
        if name not in self.objects:
            raise AwsError("NoSuchKey", 404)
        return 200, self.objects[name].body, self.objects[name].media_type
