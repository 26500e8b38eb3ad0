"""What is written one way is read back the same: request tokens and ECDSA signatures."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.domain.ecdsa import der_to_joined
from jobpass_issuer.domain.errors import InvalidTokenError
from jobpass_issuer.domain.request_token import RequestToken, from_authorization

_TOKENS = st.builds(
    RequestToken,
    st.binary(min_size=16, max_size=16).map(bytes.hex),
    st.binary(min_size=32, max_size=32).map(lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()),
)


@given(_TOKENS)
def test_a_request_token_is_read_back_as_it_was_written(token: RequestToken) -> None:
    assert RequestToken.parse(str(token)) == token
    assert from_authorization(f"Bearer {token}") == token
    assert token.proves(token.secret_sha256)
    assert token.secret not in repr(token)


@given(_TOKENS, _TOKENS)
def test_no_token_proves_another(one: RequestToken, other: RequestToken) -> None:
    assert one.proves(other.secret_sha256) is (one.secret == other.secret)


@given(st.text())
def test_text_is_refused_and_never_echoed(text: str) -> None:
    with pytest.raises(InvalidTokenError) as refused:
        from_authorization(text)

    assert len(text) < 12 or text not in refused.value.description


@given(st.sampled_from([32, 48, 66]), st.data())
def test_every_r_and_s_survive_from_der_to_their_fixed_length(length: int, data: st.DataObject) -> None:
    r, s = (data.draw(st.integers(1, 2 ** (8 * length) - 1)) for _ in range(2))

    joined = der_to_joined(encode_dss_signature(r, s), length)

    assert joined == r.to_bytes(length) + s.to_bytes(length)


@given(st.binary(max_size=150), st.sampled_from([32, 48, 66]))
def test_any_bytes_are_a_signature_of_fixed_length_or_refused(data: bytes, length: int) -> None:
    try:
        joined = der_to_joined(data, length)
    except ValueError:
        return
    assert len(joined) == 2 * length
