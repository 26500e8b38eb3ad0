"""The times of a token: what STS takes for a time, and its tolerance of five minutes."""

import re
from collections.abc import Mapping
from typing import Any

from jobpass.explain import sts_errors
from jobpass.explain.refusal import Refusal

TOLERANCE_SECONDS = 300

_DIGITS = re.compile(r"-?[0-9]{1,18}")


def unix_seconds(value: Any) -> int | None:
    """Return a claim as a time, or None where STS takes it for none: only integers and texts of digits are times."""
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def wrong_time(claims: Mapping[str, Any], now: int) -> Refusal | None:
    """Return what STS says of the times; `now` is in Unix seconds, and `iat` and `exp` are there.

    The date in the text is not STS's clock but its clock moved by the tolerance: less 300 s for `exp`, more for `nbf`.
    """
    times = {name: unix_seconds(claims[name]) for name in ("iat", "nbf", "exp") if name in claims}
    for name, value in times.items():
        if value is None:
            return _refusal(
                sts_errors.INVALID_TIMESTAMP,
                f"`{name}` is no whole number of seconds",
                f"make the issuer write `{name}` as an integer of Unix seconds, without a fraction",
            )
    issued, begins, ends = times["iat"] or 0, times.get("nbf"), times["exp"] or 0
    if now - TOLERANCE_SECONDS >= ends:
        return Refusal(
            sts_errors.EXPIRED_TOKEN,
            sts_errors.EXPIRED.format(clock=now - TOLERANCE_SECONDS, exp=ends),
            f"the token ended {now - ends} s ago; STS takes it for {TOLERANCE_SECONDS} s after its `exp`",
            "fetch a new token right before the call, instead of one from the start of the job",
        )
    if begins is not None and now + TOLERANCE_SECONDS < begins:
        return _refusal(
            sts_errors.NOT_YET_VALID.format(clock=now + TOLERANCE_SECONDS, nbf=begins),
            f"`nbf` is {begins - now} s ahead; STS tolerates {TOLERANCE_SECONDS} s",
            "use the token later, or set the issuer's clock right (NTP)",
        )
    if issued > now + TOLERANCE_SECONDS:
        return _refusal(
            sts_errors.ISSUED_IN_FUTURE.format(iat=issued),
            f"`iat` is {issued - now} s ahead; STS tolerates {TOLERANCE_SECONDS} s",
            "set the issuer's clock right (NTP)",
        )
    return None


def _refusal(message: str, cause: str, remedy: str) -> Refusal:
    return Refusal(sts_errors.INVALID_IDENTITY_TOKEN, message, cause, remedy)
