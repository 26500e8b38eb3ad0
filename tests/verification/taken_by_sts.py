"""Which of the attacks STS does not refuse, and why that gives nobody anything."""

from collections.abc import Mapping

_OBSERVED = "observed of AWS"
_UNREAD = "the issuer's own key has signed it, and nothing that its header names is followed; not observed of AWS"

TAKEN: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "jku",
            "x5u",
            "x5c",
            "b64 without crit",
            "zip",
            "a nested token",
            "an unknown parameter",
            "typ of an access token",
            "typ that is no text",
        ),
        _UNREAD,
    ),
    "two keys of the name, the last the signer's": f"{_OBSERVED}: the later one counts",
    "the same key twice": _OBSERVED,
    "a key that says another alg": _OBSERVED,
    "claims twice the same member": f"{_OBSERVED}: the later one counts, and the issuer has signed both",
    "an empty subject": "a subject like another, which a trust policy must name; not observed of AWS",
    "a subject that is a number": f"{_OBSERVED}: it counts as its text",
    "one audience in a list": _OBSERVED,
    "exp is a text": _OBSERVED,
    "exp beyond every calendar": "a whole number like another; not observed of AWS",
    "nbf is a text": _OBSERVED,
}
