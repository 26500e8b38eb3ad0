"""Good inputs, from which a fuzzer begins, and strategies that make inputs of the right kind."""

import json

from hypothesis import strategies as st

from tests.domain.examples import DEPLOY_ARN, STS, TOKEN, body
from tests.handlers.platform_keys import assertion

SEEDS: dict[str, list[bytes]] = {
    "authorization": [f"\0Bearer {TOKEN}".encode(), f"\0bearer  {TOKEN}x".encode(), f"\xff{TOKEN}".encode()],
    "query": [
        f"api-version=1&audience={STS}&expires_in=60&role_arn={DEPLOY_ARN}".encode(),
        b"audience=%ff&audience=a+b",
    ],
    "windmill-path": [b"sts.amazonaws.com", b"//api/w/acme/oidc/token/https://vault.example.com/x"],
    "registration": [
        json.dumps(body()).encode(),
        json.dumps(body(fields={"repo": "w*"}, pinned=True)).encode(),
        b"[{]",
    ],
    "registered-values": [b"ci\0web\0refs/heads/main\0sts.amazonaws.com", b"scripts\0\xff\xfe\0acme::b\0instance"],
    "client-assertion": [assertion().encode(), b"a.b.c", b"\x10e30"],
    "role-arn": [DEPLOY_ARN.encode(), b"arn:aws:iam::000000000000:role/x/jobpass-deploy"],
    "caller": [b"jobpass-platform-ci-server/session", b"arn:aws:sts::000000000000:assumed-role/a/b"],
}
_WORDS = [part for seeds in SEEDS.values() for seed in seeds for part in (seed, seed[:20], seed[-20:])]
_MARKS = [
    b"",
    b".",
    b"=",
    b"&",
    b"%",
    b"%00",
    b"%2F",
    b"/",
    b"::",
    b"*",
    b"\0",
    b'"',
    b"{",
    b"[",
    b"\xf0\x9f\x92\xa9",
    b"\xed\xa0\x80",
]
# Good inputs and marks of the formats, cut, joined and repeated; and any bytes at all.
INPUTS = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(_WORDS + _MARKS), max_size=12).map(b"".join),
    st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    ).map(lambda value: json.dumps(value).encode()),
)
