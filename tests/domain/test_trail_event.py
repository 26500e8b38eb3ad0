"""CloudTrail's records as the audit reads them: whose call, of which key, for which token."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass_issuer.domain.trail_event import Caller, TrailEvent

KEY = "arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-1111-1111-111111111111"
ROLE = "arn:aws:iam::111122223333:role/jobpass-token"
SESSION = "arn:aws:sts::111122223333:assumed-role/jobpass-token/jobpass-token"
FUNCTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:jobpass-token"
IDENTITY = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE:jobpass-token",
    "arn": SESSION,
    "accountId": "111122223333",
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "userName": "jobpass-token"}},
    "inScopeOf": {
        "issuerType": "AWS::Lambda::Function",
        "credentialsIssuedTo": FUNCTION_ARN,
    },
}
RECORD: dict[str, Any] = {
    "eventVersion": "1.11",
    "userIdentity": IDENTITY,
    "eventTime": "2027-01-15T08:00:00Z",
    "eventSource": "kms.amazonaws.com",
    "eventName": "Sign",
    "awsRegion": "eu-central-1",
    "sourceIPAddress": "192.0.2.7",
    "userAgent": "Botocore/1.44.3 ua/2.1 os/linux jti/5f0c3a52-9d7c-4a6e-8f64-0d5a3c1b2e47",
    "requestParameters": {
        "keyId": "alias/mine",
        "messageType": "DIGEST",
        "signingAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
    },
    "responseElements": None,
    "requestID": "request-1",
    "eventID": "event-1",
    "readOnly": True,
    "resources": [{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": KEY}],
    "eventType": "AwsApiCall",
    "managementEvent": True,
    "recipientAccountId": "111122223333",
    "eventCategory": "Management",
}


def test_a_signature_of_the_token_function() -> None:
    event = TrailEvent.of(RECORD)

    assert event.is_sign
    assert event.at == 1_800_000_000
    assert event.jti == "5f0c3a52-9d7c-4a6e-8f64-0d5a3c1b2e47"
    assert (event.event_id, event.request_id, event.error) == ("event-1", "request-1", None)
    assert event.key_arns == {KEY}
    assert (event.read_only, event.by_service, event.source_address) == (True, False, "192.0.2.7")
    assert event.caller.is_function(ROLE)
    assert not event.caller.is_function(ROLE.replace("token", "keys"))
    assert event.caller.access_key_id == "ASIAEXAMPLE"


def test_lambda_need_not_say_to_which_function_it_gave_the_session() -> None:
    plain = {name: value for name, value in IDENTITY.items() if name != "inScopeOf"}
    assert TrailEvent.of({**RECORD, "userIdentity": plain}).caller.is_function(ROLE)


def test_the_functions_arn_may_name_an_alias() -> None:
    at_alias = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": f"{FUNCTION_ARN}:live"}
    assert TrailEvent.of({**RECORD, "userIdentity": {**IDENTITY, "inScopeOf": at_alias}}).caller.is_function(ROLE)


@pytest.mark.parametrize(
    ("identity", "arn"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::111122223333:root"}, "arn:aws:iam::111122223333:root"),
        ({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/m"}, "arn:aws:iam::111122223333:user/m"),
        ({"type": "AWSService", "invokedBy": "events.amazonaws.com"}, "events.amazonaws.com"),
        ({"type": "AWSAccount", "principalId": "AIDA:m", "accountId": "444455556666"}, "AIDA:m"),
        ({**IDENTITY, "type": "FederatedUser"}, SESSION),
        ({**IDENTITY, "arn": SESSION + "-2"}, SESSION + "-2"),
        ({}, "unknown"),
        (None, "unknown"),
    ],
)
def test_others_are_told_from_it(identity: Any, arn: str) -> None:
    caller = TrailEvent.of({**RECORD, "userIdentity": identity}).caller
    assert (caller.arn, caller.is_function(ROLE)) == (arn, False)


@pytest.mark.parametrize(
    ("agent", "jti"),
    [
        ("jti/a", "a"),
        ("x jti/a y", "a"),
        ("jti/a jti/a", "a"),
        ("jti/a jti/b", None),
        ("xjti/a", None),
        ("jti/", None),
        ("jti/a{b", None),
        ("jti/" + "a" * 65, None),
        ("", None),
        (None, None),
    ],
)
def test_the_token_that_a_user_agent_names(agent: str | None, jti: str | None) -> None:
    assert TrailEvent.of({**RECORD, "userAgent": agent}).jti == jti


@pytest.mark.parametrize(
    ("members", "arns"),
    [
        ({"resources": None, "requestParameters": {"keyId": KEY}}, {KEY}),
        ({"resources": None, "requestParameters": {"keyId": "alias/mine"}}, set()),
        ({"resources": None, "requestParameters": None}, set()),
        ({"resources": [{"type": "AWS::S3::Bucket", "ARN": KEY}, "x"]}, set()),
        ({"resources": [{"ARN": KEY}]}, {KEY}),
    ],
)
def test_the_keys_that_a_call_was_about(members: dict[str, Any], arns: set[str]) -> None:
    assert TrailEvent.of({**RECORD, **members}).key_arns == arns


@pytest.mark.parametrize("name", ["eventTime", "eventID", "eventSource", "eventName"])
def test_what_is_no_event_is_refused(name: str) -> None:
    for spoilt in (None, 7, "", ["x"]):
        with pytest.raises(ValueError, match="no event"):
            TrailEvent.of({**RECORD, name: spoilt})
    with pytest.raises(ValueError, match="no event"):
        TrailEvent.of({each: value for each, value in RECORD.items() if each != name})


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), _JSON), _JSON)
def test_any_document_is_an_event_or_a_value_error(members: dict[str, Any], other: Any) -> None:
    for document in ({**RECORD, **members}, other):
        try:
            event = TrailEvent.of(document)
        except ValueError:
            continue
        assert isinstance(event.caller, Caller)
        assert event.jti is None or event.jti in event.user_agent
