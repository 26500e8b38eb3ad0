"""Issuance records: what each says, that nothing secret can be in one, and that it is read as it was written."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.domain.issuance import Lifetimes, TokenRequest, decide
from jobpass_issuer.domain.issuance_record import (
    KINDS,
    AttemptRecord,
    DenialRecord,
    FailureRecord,
    GrantRecord,
    Origin,
    Record,
    document,
    record_of,
    written_name,
)
from jobpass_issuer.domain.registration import Registration
from tests.domain.examples import DEPLOY_ARN, ISSUER_URL, JOB_ID, NOW, REGISTRATION, RING, SECRET, STANDING, STS, VAULT

JTI = "5f0c3a52-9d7c-4a6e-8f64-0d5a3c1b2e47"
ORIGIN = Origin("192.0.2.7", "gateway-1")
GRANT = GrantRecord(JTI, "kms-1", "ab" * 32, "kid-1", JOB_ID)
FAILURE = FailureRecord(JTI, "kms:Sign", "ThrottlingException", JOB_ID, "kms-2")
DENIAL = DenialRecord("invalid_token", 401, JOB_ID, STS, "192.0.2.7", "gateway-1")


def _attempt(request: TokenRequest, held: Registration = REGISTRATION) -> AttemptRecord:
    lifetimes = Lifetimes(300, 900)
    entitlement = STANDING.entitlement(held)
    grant = decide(entitlement, RING, request, issuer_url=ISSUER_URL, lifetimes=lifetimes, jti=JTI, now=NOW)
    return AttemptRecord.of(grant, ORIGIN)


def test_an_attempt_says_all_that_is_known_before_the_signature() -> None:
    assert RING.active is not None
    assert document(_attempt(TokenRequest(STS, DEPLOY_ARN, 60))) == {
        "kind": "attempt",
        "jti": JTI,
        "iss": ISSUER_URL,
        "sub": REGISTRATION.subject,
        "aud": STS,
        "iat": NOW,
        "ttl": 60,
        "kid": RING.active.kid,
        "key": RING.active.key_arn,
        "platform": "ci-server",
        "profile": "ci",
        "job": JOB_ID,
        "roles": [DEPLOY_ARN],
        "tags": list(REGISTRATION.session_tags),
        "sid": REGISTRATION.source_identity,
        "ip": "192.0.2.7",
        "request": "gateway-1",
    }


def test_an_attempt_for_another_relying_party_has_nothing_of_aws() -> None:
    told = document(_attempt(TokenRequest(VAULT)))

    assert not {"roles", "tags", "sid"} & set(told)
    assert (told["aud"], told["ttl"]) == (VAULT, 300)


def test_of_a_tag_the_name_is_written_down_and_never_the_value() -> None:
    held = replace(REGISTRATION, session_tags={"Team": "value-of-a-tag"}, fields={**REGISTRATION.fields, "x": SECRET})

    written = json.dumps(document(_attempt(TokenRequest(STS), held)))

    assert '"Team"' in written
    assert "value-of-a-tag" not in written
    assert SECRET not in written
    assert REGISTRATION.secret_sha256 not in written


@pytest.mark.parametrize("record", [_attempt(TokenRequest(STS)), _attempt(TokenRequest(VAULT)), GRANT, FAILURE, DENIAL])
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    assert record_of(json.loads(json.dumps(document(record)))) == record


def test_a_source_identity_that_is_the_jti_is_not_written_twice() -> None:
    own = replace(_attempt(TokenRequest(STS)), source_identity=JTI)

    assert json.dumps(document(own)).count(JTI) == 1
    assert record_of(document(own)) == own


def test_a_record_whose_members_have_their_full_names_is_read_too() -> None:
    record = _attempt(TokenRequest(STS, DEPLOY_ARN))
    told = {each.name: getattr(record, each.name) for each in fields(record)}

    assert record_of({"kind": "attempt", **told, "roles": [DEPLOY_ARN], "tag_keys": list(record.tag_keys)}) == record
    assert record_of({"kind": "grant", **{each.name: getattr(GRANT, each.name) for each in fields(GRANT)}}) == GRANT


def test_a_grant_says_nothing_that_its_attempt_has_said() -> None:
    assert document(GrantRecord(JTI, "kms-1", "ab" * 32)) == {
        "kind": "grant",
        "jti": JTI,
        "kms": "kms-1",
        "sha256": "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s",
    }


def test_no_two_members_of_a_record_are_written_by_one_name() -> None:
    for kind in KINDS.values():
        names = [name for each in fields(kind) for name in {each.name, written_name(each.name)}]
        assert len(names) == len(set(names))


def test_what_says_nothing_is_left_out() -> None:
    assert document(DenialRecord("invalid_token", 401)) == {"kind": "denial", "reason": "invalid_token", "status": 401}
    assert document(replace(FAILURE, kms_request_id=None)).keys() == {"kind", "jti", "operation", "code", "job"}


def test_a_later_versions_members_are_passed_over() -> None:
    assert record_of({**document(GRANT), "weather": ["fair"]}) == GRANT


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_its_name(kind: str) -> None:
    assert kind == KINDS[kind].KIND
    assert "KIND" not in {each.name for each in fields(KINDS[kind])}


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (None, "`kind`"),
        ([], "`kind`"),
        ({}, "`kind`"),
        ({"kind": ["grant"]}, "`kind`"),
        ({**document(GRANT), "kind": "grants"}, "`kind`"),
        ({name: value for name, value in document(GRANT).items() if name != "jti"}, "no `jti`"),
        ({**document(GRANT), "jti": 7}, "`jti` must be a text"),
        ({**document(DENIAL), "status": "401"}, "`status` must be a whole number"),
        ({**document(DENIAL), "status": True}, "`status` must be a whole number"),
        ({**document(GRANT), "sha256": "ab" * 32 + "="}, "`sha256` must be base64url"),
        ({**document(GRANT), "sha256": "\u00e9"}, "`sha256` must be base64url"),
        ({**document(_attempt(TokenRequest(STS))), "roles": DEPLOY_ARN}, "`roles` must be a list"),
        ({**document(_attempt(TokenRequest(STS))), "tags": [1]}, "`tags` must be a list"),
    ],
)
def test_what_is_no_record_is_refused_by_what_is_wrong_with_it(spoilt: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        record_of(spoilt)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(sorted({each.name for kind in KINDS.values() for each in fields(kind)}))


@given(st.sampled_from(sorted(KINDS)), st.dictionaries(_NAMES, _JSON))
def test_any_document_is_a_record_or_a_value_error(kind: str, members: dict[str, Any]) -> None:
    try:
        record = record_of({"kind": kind, **members})
    except ValueError:
        return
    assert kind == record.KIND
