"""The law of documents: one spelling for equal contents, and nothing lost on the way there and back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.domain import documents, jwk
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.key_ring import KeyRing, KeyState, SigningKey
from jobpass_issuer.domain.registration import Registration

_TEXTS = st.text(max_size=12)
_MAPPINGS = st.dictionaries(_TEXTS, _TEXTS, max_size=3)
_TUPLES = st.lists(_TEXTS, max_size=3).map(tuple)
_TIMES = st.integers(0, 2**33)


@st.composite
def _keys(draw: st.DrawFn) -> SigningKey:
    algorithm = draw(st.sampled_from(["RS256", "ES256"]))
    members = (
        jwk.rsa(draw(st.integers(2**64, 2**128)), 65537)
        if algorithm == "RS256"
        else jwk.elliptic_curve("P-256", *(draw(st.binary(min_size=32, max_size=32)) for _ in range(2)))
    )
    public = jwk.published(members, algorithm)
    state = draw(st.sampled_from(KeyState))
    changed_at = draw(st.dictionaries(st.sampled_from([each.value for each in KeyState]), _TIMES))
    return SigningKey(public["kid"], draw(_TEXTS), algorithm, state, public, changed_at)


_RINGS = st.builds(
    KeyRing, st.integers(0, 10**6), st.lists(_keys(), max_size=5, unique_by=lambda key: key.kid).map(tuple)
)
_REGISTRATIONS = st.builds(
    Registration,
    job_id=_TEXTS,
    platform=_TEXTS,
    profile=_TEXTS,
    fields=_MAPPINGS,
    subject=_TEXTS,
    claims=st.dictionaries(_TEXTS, _TEXTS | st.booleans() | st.lists(_TEXTS, max_size=3), max_size=3),
    session_tags=_MAPPINGS,
    source_identity=st.none() | _TEXTS,
    aws_claims=st.sampled_from(["full", "none"]),
    audiences=_TUPLES,
    roles=_MAPPINGS,
    secret_sha256=_TEXTS,
    registered_at=_TIMES,
    expires_at=_TIMES,
    ended_at=st.none() | _TIMES,
    transitive_tags=_TUPLES,
    pinned=st.booleans(),
    obstacles=_MAPPINGS,
    default_audience=st.none() | _TEXTS,
    token_lifetime_seconds=st.none() | _TIMES,
)


@given(_RINGS, st.randoms(use_true_random=False))
def test_a_rings_documents_are_the_same_bytes_in_whatever_order_its_keys_are(ring: KeyRing, random: object) -> None:
    keys = list(ring.keys)
    random.shuffle(keys)  # type: ignore[attr-defined]
    issuer = Issuer("https://a.example/x/")

    published = documents.published_documents(issuer, ring)

    assert documents.published_documents(issuer, KeyRing(ring.version, tuple(keys))) == published


@given(_RINGS)
def test_a_set_says_every_published_key_and_no_other(ring: KeyRing) -> None:
    shown = json.loads(documents.canonical(documents.jwk_set(ring)))["keys"]

    belonging = [key for key in ring.keys if key.state not in {"revoked", "removed"}]

    assert {key["kid"]: key for key in shown} == {key.kid: key.jwk for key in belonging}
    assert len(shown) == len(ring.published)


@given(st.recursive(st.none() | st.booleans() | st.integers() | _TEXTS, lambda inner: st.lists(inner, max_size=3)))
def test_a_canonical_document_is_parsed_back_to_what_it_was(value: object) -> None:
    assert json.loads(documents.canonical({"b": value, "a": "é"})) == {"a": "é", "b": value}


@given(_RINGS)
def test_a_ring_survives_its_document(ring: KeyRing) -> None:
    assert KeyRing.from_document(json.loads(json.dumps(ring.to_document()))) == ring


@given(_REGISTRATIONS)
def test_a_registration_survives_its_document(registration: Registration) -> None:
    assert Registration.from_document(json.loads(json.dumps(registration.to_document()))) == registration
