"""What must be kept in no record of calls: a web identity token, under whatever name it came."""

import json
import re
from typing import Any

# RFC 7515 section 3.1; a header is a JSON object, which begins so in base64url.
_COMPACT_JWS = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


def may_be_token(name: str, value: Any) -> bool:
    """Whether a parameter is the token by its name, or by its looks: one under a misspelt name is as secret."""
    if name.lower() == "webidentitytoken":
        return True
    return _COMPACT_JWS.search(f"{name} {json.dumps(value, default=str)}") is not None
