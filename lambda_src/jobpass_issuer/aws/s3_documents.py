"""The documents in their bucket: written only where they differ."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.failure import MALFORMED, DependencyError, required
from jobpass_issuer.aws.sdk_failure import code_of, translated
from jobpass_issuer.domain.documents import CACHE_CONTROL, MEDIA_TYPE


class DocumentBucket:
    """The bucket behind the issuer's URL."""

    def __init__(self, s3: Any, bucket_name: str) -> None:
        self._s3 = s3
        self._bucket_name = bucket_name

    def publish(self, documents: Mapping[str, bytes]) -> list[str]:
        """Write the documents that differ from what is there and return their keys, in the order given.

        Raises:
            DependencyError: S3 failed.
        """
        changed = [key for key, body in documents.items() if self.read(key) != body]
        for key in changed:
            with translated("s3:PutObject"):
                answer = self._s3.put_object(
                    Bucket=self._bucket_name,
                    Key=key,
                    Body=documents[key],
                    ContentType=MEDIA_TYPE,
                    CacheControl=CACHE_CONTROL,
                )
            # The one thing that says that it is S3 that has answered, and has what it was given.
            required(answer, "ETag", "s3:PutObject")
        return changed

    def withdraw(self, keys: list[str]) -> None:
        """Delete documents; those that are not there are no mistake.

        Raises:
            DependencyError: S3 failed.
        """
        for key in keys:
            with translated("s3:DeleteObject"):
                answer = self._s3.delete_object(Bucket=self._bucket_name, Key=key)
            # "No content" is the whole of S3's answer (S3 API Reference, "DeleteObject").
            if answer["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.NO_CONTENT:
                raise DependencyError("s3:DeleteObject", MALFORMED)

    def read(self, key: str) -> bytes | None:
        """Return a document, or None where it is not there.

        Raises:
            DependencyError: S3 failed.
        """
        with translated("s3:GetObject"):
            try:
                body: bytes = self._s3.get_object(Bucket=self._bucket_name, Key=key)["Body"].read()
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    return None
                raise
        return body
