"""The Resource Groups Tagging API at the wire: an index of tags over KMS's keys, which may lag behind."""

from collections.abc import Mapping
from typing import Any

from tests.aws.wire_kms import Kms


class TagIndex:
    """Knows a key only once it has caught up, if `lags` says so."""

    def __init__(self, kms: Kms) -> None:
        self._kms = kms
        self.lags = False

    def answer(self, _operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out GetResources, one key a page."""
        wanted = request["TagFilters"][0]
        found = [
            arn
            for arn, key in self._kms.keys.items()
            if key.tags.get(wanted["Key"]) in wanted["Values"] and not self.lags
        ]
        start = int(request.get("PaginationToken") or 0)
        page = [{"ResourceARN": arn, "Tags": []} for arn in found[start : start + 1]]
        return {"ResourceTagMappingList": page, "PaginationToken": str(start + 1) if found[start + 1 :] else ""}
