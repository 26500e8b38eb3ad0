"""AssumeRoleWithWebIdentity on a running emulator: trust policies, sessions, parameters, documents, controls."""

import base64
import json
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Emulator
from tests.local.seam import signing
from tests.local.seam.federation import Federation, Outcome
from tests.local.seam.https_issuer import HttpsIssuer

HEADER = {"alg": "ES256", "kid": "ES256"}
ROLES = "https://aws.amazon.com/roles"
TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"
NOT_AUTHORIZED = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
NO_KEY = (
    "InvalidIdentityToken",
    ("Couldn't retrieve verification key from your identity provider,  "
    "please reference AssumeRoleWithWebIdentity documentation for requirements"),
)
numbers = count()


@pytest.fixture
def federation(emulator: Emulator, issuer: HttpsIssuer) -> Federation:
    """A trusting account with an issuer of its own, so that no test sees another's documents."""
    federation = Federation(emulator, issuer, f"https://a{next(numbers)}.issuer.test")
    federation.trust()
    return federation


@pytest.fixture
def sts_settings(emulator: Emulator) -> Iterator[Emulator]:
    """The emulator, whose clock and cache are set back afterwards."""
    yield emulator
    emulator.control("sts/clock", {"offset_seconds": 0})
    emulator.control("sts/jwks-cache", {"seconds": 0})


def token(url: str, **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": url, "aud": "client-a", "sub": "org:acme:ref:main", "iat": now, "exp": now + 300}
    return signing.token(HEADER, claims | changed)


def ask(
    federation: Federation, policy: dict[str, Any], claims: dict[str, Any] | None = None, **request: Any
) -> Outcome:
    role = federation.role(f"role-{federation.url.split('.')[0][8:]}", policy)
    return federation.assume(role, token(federation.url, **(claims or {})), signing.six_keys(), **request)


def told(outcome: Outcome) -> tuple[str | None, str | None]:
    return outcome.code, outcome.message


# --- trust policies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "key", "good", "bad"),
    [
        ("StringEquals", "{issuer}:sub", "org:acme:ref:main", "org:acme:ref:other"),
        ("StringLike", "{issuer}:sub", "org:acme:*", "org:acm:*"),
        ("StringEquals", "{issuer}:aud", "client-a", "client-b"),
        ("StringEquals", "{issuer}:oaud", "client-a", "client-b"),
        ("StringEquals", "{issuer}:email", "a@example.com", "b@example.com"),
        ("ForAnyValue:StringEquals", "{issuer}:amr", "strong", "weak"),
        ("StringEquals", "aws:RequestTag/Team", "web", "api"),
        ("ForAllValues:StringEquals", "aws:TagKeys", "Team", "Job"),
        ("StringEquals", "sts:SourceIdentity", "run-7", "run-8"),
        ("StringEquals", "sts:RoleSessionName", "decision", "other"),
        ("Bool", "sts:RoleAuthorizedByIdp", "false", "true"),
    ],
)
def test_a_condition_key_is_filled(operator: str, key: str, good: str, bad: str, federation: Federation) -> None:
    key = key.format(issuer=federation.url.removeprefix("https://"))
    claims = {
        "email": "a@example.com",
        "amr": ["strong", "otp"],
        TAGS: {"principal_tags": {"Team": ["web"]}},
        SOURCE_IDENTITY: "run-7",
    }

    assert ask(federation, federation.policy({operator: {key: good}}), claims).allowed
    assert told(ask(federation, federation.policy({operator: {key: bad}}), claims)) == NOT_AUTHORIZED


def test_aud_is_azp_where_present_and_oaud_is_the_audience_itself(federation: Federation) -> None:
    name = federation.url.removeprefix("https://")
    claims = {"aud": "another", "azp": "client-b"}

    both = {"StringEquals": {f"{name}:aud": "client-b", f"{name}:oaud": "another"}}
    assert ask(federation, federation.policy(both), claims).allowed
    assert not ask(federation, federation.policy({"StringEquals": {f"{name}:aud": "another"}}), claims).allowed


@pytest.mark.parametrize("key", ["ref", "jti", "iss"])
def test_a_claim_that_aws_does_not_map_is_an_absent_key(key: str, federation: Federation) -> None:
    name = federation.url.removeprefix("https://")
    claims = {"ref": "main", "jti": "7"}

    assert ask(federation, federation.policy({"Null": {f"{name}:{key}": "true"}}), claims).allowed
    assert not ask(federation, federation.policy({"StringLike": {f"{name}:{key}": "*"}}), claims).allowed


@pytest.mark.parametrize(
    ("claim", "value", "action"),
    [
        (TAGS, {"principal_tags": {"Team": ["web"]}}, "sts:TagSession"),
        (SOURCE_IDENTITY, "run-7", "sts:SetSourceIdentity"),
    ],
)
def test_tags_and_source_identity_need_their_action(
    claim: str, value: object, action: str, federation: Federation
) -> None:
    assume = "sts:AssumeRoleWithWebIdentity"

    assert told(ask(federation, federation.policy(actions=[assume]), {claim: value})) == NOT_AUTHORIZED
    assert told(ask(federation, federation.policy(actions=[action]), {claim: value})) == NOT_AUTHORIZED
    assert ask(federation, federation.policy(actions=[assume, action]), {claim: value}).allowed
    assert ask(federation, federation.policy(actions=[assume]), {}).allowed


def test_a_denial_of_tagging_denies_tokens_with_tags_alone(federation: Federation) -> None:
    policy = federation.policy()
    policy["Statement"].append({**policy["Statement"][0], "Effect": "Deny", "Action": "sts:TagSession"})

    assert not ask(federation, policy, {TAGS: {"principal_tags": {"Team": ["web"]}}}).allowed
    assert ask(federation, policy).allowed


@pytest.mark.parametrize(
    "policy",
    [{}, {"Statement": []}, {"Statement": "all"}, {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}],
)
def test_a_policy_that_says_nothing_of_the_provider_trusts_nobody(
    policy: dict[str, Any], federation: Federation
) -> None:
    assert told(ask(federation, policy)) == NOT_AUTHORIZED


@pytest.mark.parametrize("resource", ["role/absent", "role/path/known", "role/KNOWN"])
def test_a_role_that_is_not_there_is_refused_as_a_trust_policy_refuses(resource: str, federation: Federation) -> None:
    federation.role(f"known-{next(numbers)}", federation.policy())
    outcome = federation.assume(
        f"arn:aws:iam::{federation.account}:{resource}", token(federation.url), signing.six_keys()
    )

    assert told(outcome) == NOT_AUTHORIZED
    assert outcome.status == 403


def test_the_provider_of_the_roles_own_account_counts(emulator: Emulator, issuer: HttpsIssuer) -> None:
    url = f"https://a{next(numbers)}.issuer.test"
    trusting = Federation(emulator, issuer, url)
    other = Federation(emulator, issuer, url, account="111122223333")
    trusting.trust()

    refused = other.assume(other.role("foreign", other.policy()), token(url), signing.six_keys())
    assert told(refused) == ("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {url}")
    other.trust()
    granted = other.assume(other.role_arn("foreign"), token(url))
    assert granted.answer["Provider"] == other.provider
    identity = emulator.session_client("sts", granted.answer["Credentials"]).get_caller_identity()
    assert identity["Arn"] == "arn:aws:sts::111122223333:assumed-role/foreign/decision"


def test_an_issuer_with_and_without_its_last_slash_are_two(emulator: Emulator, issuer: HttpsIssuer) -> None:
    url = f"https://a{next(numbers)}.issuer.test/api/oidc"
    slashed = Federation(emulator, issuer, f"{url}/")
    slashed.trust()
    role = slashed.role(
        f"slashed-{next(numbers)}",
        slashed.policy({"StringEquals": {f"{slashed.url.removeprefix('https://')}:sub": "org:acme:ref:main"}}),
    )

    assert slashed.assume(role, token(slashed.url), signing.six_keys()).allowed
    refused = slashed.assume(role, token(url))
    assert told(refused) == ("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {url}")


# --- sessions -------------------------------------------------------------------------------------------------------


def test_session_tags_are_principal_tags_of_the_session(emulator: Emulator, federation: Federation) -> None:
    iam, s3 = emulator.client("iam"), emulator.client("s3")
    role = federation.role(f"tagged-{next(numbers)}", federation.policy()).rpartition("/")[2]
    bucket = f"tagged-{next(numbers)}"
    s3.create_bucket(Bucket=bucket)
    allow = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    condition = {"StringEquals": {"aws:PrincipalTag/Team": "web"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow | {"Condition": condition}]})
    iam.put_role_policy(RoleName=role, PolicyName="list", PolicyDocument=document)

    def list_as(team: str) -> None:
        claims = {TAGS: {"principal_tags": {"Team": [team]}}}
        granted = federation.assume(federation.role_arn(role), token(federation.url, **claims), signing.six_keys())
        emulator.session_client("s3", granted.answer["Credentials"]).list_objects_v2(Bucket=bucket)

    list_as("web")
    with pytest.raises(ClientError, match="AccessDenied"):
        list_as("api")


def test_a_session_policy_narrows_the_session(emulator: Emulator, federation: Federation) -> None:
    role = federation.role(f"narrowed-{next(numbers)}", federation.policy()).rpartition("/")[2]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    emulator.client("iam").put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=json.dumps(everything))
    narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}

    granted = federation.assume(
        federation.role_arn(role), token(federation.url), signing.six_keys(), Policy=json.dumps(narrow)
    )

    credentials = granted.answer["Credentials"]
    assert emulator.session_client("s3", credentials).list_buckets()["Buckets"] is not None
    with pytest.raises(ClientError, match="AccessDenied"):
        emulator.session_client("iam", credentials).list_roles()


# --- parameters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"DurationSeconds": 900}, None),
        ({"DurationSeconds": 7200}, None),
        (
            {"DurationSeconds": 899},
            ("1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 900"),
        ),
        (
            {"DurationSeconds": 43201},
            ("1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value less than or equal to 43200"),
        ),
        (
            {"DurationSeconds": 7201},
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
        ({"RoleSessionName": "a_1+=,.@-"}, None),
        (
            {"RoleSessionName": "a b"},
            ("1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\w+=,.@-]*"),
        ),
        (
            {"RoleSessionName": "a" * 65},
            (f"1 validation error detected: Value '{'a' * 65}' at 'roleSessionName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64"),
        ),
        (
            {"RoleArn": "arn:aws:iam::1:user/nobody"},
            "arn:aws:iam::1:user/nobody is invalid",
        ),
        (
            {"WebIdentityToken": "t" * 20001},
            ("1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: "
            "Member must have length less than or equal to 20000"),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_parameters_keep_within_their_bounds(
    request_: dict[str, Any], message: str | None, federation: Federation
) -> None:
    outcome = ask(federation, federation.policy(), **request_)

    assert told(outcome) == ((None, None) if message is None else ("ValidationError", message))


def test_the_json_protocol_says_the_same(emulator: Emulator, federation: Federation) -> None:
    role = federation.role(f"json-{next(numbers)}", federation.policy())
    federation.assume(role, token(federation.url), signing.six_keys())

    def post(**changed: Any) -> tuple[int, Any]:
        members = {"RoleArn": role, "RoleSessionName": "json", "WebIdentityToken": token(federation.url)} | changed
        return emulator.request(
            "/",
            json.dumps(members).encode(),
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "AWSSecurityTokenServiceV20110615.AssumeRoleWithWebIdentity",
            },
        )

    status, answer = post(DurationSeconds=900)
    assert (status, answer["SubjectFromWebIdentityToken"]) == (200, "org:acme:ref:main")
    assert answer["Credentials"]["Expiration"] == pytest.approx(time.time() + 900, abs=10)
    status, answer = post(WebIdentityToken=token(federation.url, aud="other"))
    assert (status, answer["__type"]) == (400, "InvalidIdentityToken")
    assert post(DurationSeconds=1)[0] == 400


def test_no_refusal_repeats_the_token(emulator: Emulator, federation: Federation) -> None:
    role = federation.role(f"silent-{next(numbers)}", federation.policy())
    sent = [token(federation.url, aud="other"), token(federation.url, iss="https://nobody.issuer.test"), "x" * 30000]

    for text in sent:
        outcome = federation.assume(role, text, signing.six_keys())
        assert outcome.message
        assert text not in outcome.message
    log = emulator.log.read_text(errors="replace")
    assert not any(text[-40:] in log for text in sent)


def test_an_issuers_markup_does_not_become_the_answers(federation: Federation) -> None:
    issuer = "https://a.test/</Message><Code>Forged</Code>&"

    outcome = ask(federation, federation.policy(), {"iss": issuer})

    assert told(outcome) == ("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {issuer}")


# --- documents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (404, {}),
        (500, {}),
        (302, b"https://issuer.test/elsewhere"),
        (200, b"not JSON"),
        (200, b"\xff\xfe"),
        (200, []),
        (200, {"jwks_uri": "{url}/keys.json"}),
        (200, {"issuer": "{url}/", "jwks_uri": "{url}/keys.json"}),
        (200, {"issuer": "https://issuer.test", "jwks_uri": "{url}/keys.json"}),
        (200, {"issuer": "{url}"}),
        (200, {"issuer": "{url}", "jwks_uri": 7}),
        (200, {"issuer": "{url}", "jwks_uri": "http://a.issuer.test/keys.json"}),
        (200, {"issuer": "{url}", "jwks_uri": "file:///etc/hostname"}),
        (200, {"issuer": "{url}", "jwks_uri": "{url}/absent.json"}),
        (200, {"issuer": "{url}", "jwks_uri": "https://unreachable.issuer.test/keys.json"}),
        (200, b" " * (1 << 20) + b"{}"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_discovery_document_that_cannot_be_used_gives_no_key(
    status: int, document: Any, federation: Federation, issuer: HttpsIssuer
) -> None:
    role = federation.role(f"documents-{next(numbers)}", federation.policy())
    assert federation.assume(role, token(federation.url), signing.six_keys()).allowed
    if isinstance(document, dict):
        document = json.loads(json.dumps(document).replace("{url}", federation.url))

    issuer.put(f"{federation.url}/.well-known/openid-configuration", document, status)

    assert told(federation.assume(role, token(federation.url))) == NO_KEY


def test_a_document_that_is_late_gives_no_key(federation: Federation, issuer: HttpsIssuer) -> None:
    role = federation.role(f"late-{next(numbers)}", federation.policy())
    issuer.delays_seconds[f"{federation.url}/keys.json"] = 6

    started = time.monotonic()
    outcome = federation.assume(role, token(federation.url), signing.six_keys())

    assert told(outcome) == NO_KEY
    assert 4 < time.monotonic() - started < 6


def test_a_host_that_cannot_be_reached_is_a_communication_error(emulator: Emulator, issuer: HttpsIssuer) -> None:
    federation = Federation(emulator, issuer, "https://unreachable.issuer.test")
    federation.trust()

    outcome = federation.assume(federation.role("unreachable", federation.policy()), token(federation.url))

    assert (outcome.code, outcome.status) == ("IDPCommunicationError", 400)


def test_a_certificate_for_another_name_is_not_trusted(emulator: Emulator, issuer: HttpsIssuer) -> None:
    federation = Federation(emulator, issuer, "https://two.labels.issuer.test")  # the certificate covers one label
    federation.trust()
    role = federation.role("untrusted", federation.policy())

    assert told(federation.assume(role, token(federation.url), signing.six_keys())) == NO_KEY


def test_documents_behind_the_emulators_own_cloudfront_are_fetched(emulator: Emulator, issuer: HttpsIssuer) -> None:
    s3, cloudfront = emulator.client("s3"), emulator.client("cloudfront")
    bucket = "cloudfront-documents"
    s3.create_bucket(Bucket=bucket)
    s3.delete_public_access_block(Bucket=bucket)
    origin = {
        "Id": "bucket",
        "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    distribution = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "documents",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "bucket", "ViewerProtocolPolicy": "https-only"},
        }
    )["Distribution"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    federation = Federation(emulator, issuer, f"https://{distribution['DomainName']}")
    federation.trust()
    discovery = {"issuer": federation.url, "jwks_uri": f"{federation.url}/.well-known/jwks.json"}
    s3.put_object(Bucket=bucket, Key=".well-known/openid-configuration", Body=json.dumps(discovery))
    s3.put_object(Bucket=bucket, Key=".well-known/jwks.json", Body=json.dumps(signing.six_keys()))

    outcome = federation.assume(federation.role("behind-cloudfront", federation.policy()), token(federation.url))

    assert outcome.allowed, told(outcome)


# --- controls -------------------------------------------------------------------------------------------------------


def test_the_clock_moves_the_judgement_of_tokens_alone(federation: Federation, sts_settings: Emulator) -> None:
    role = federation.role(f"clock-{next(numbers)}", federation.policy())
    text = token(federation.url)

    assert sts_settings.control("sts/clock", {"offset_seconds": 590}) == (200, {"offset_seconds": 590})
    granted = federation.assume(role, text, signing.six_keys())
    assert granted.answer["Credentials"]["Expiration"].timestamp() == pytest.approx(time.time() + 3600, abs=10)
    sts_settings.control("sts/clock", {"offset_seconds": 610})
    assert federation.assume(role, text).code == "ExpiredTokenException"
    assert sts_settings.control("sts/clock") == (200, {"offset_seconds": 610})
    sts_settings.control("sts/clock", {"offset_seconds": -310})
    assert (federation.assume(role, text).message or "").startswith("Token issued in the future")


def test_a_jwk_set_is_kept_for_as_long_as_it_is_told(federation: Federation, sts_settings: Emulator) -> None:
    role = federation.role(f"cache-{next(numbers)}", federation.policy())
    text = token(federation.url, exp=int(time.time()) + 3600)
    other_keys = {"keys": [signing.jwk("ES256", which="stranger")]}

    assert federation.assume(role, text, signing.six_keys()).allowed
    assert not federation.assume(role, text, other_keys).allowed, "by default nothing is kept"
    assert federation.assume(role, text, signing.six_keys()).allowed

    assert sts_settings.control("sts/jwks-cache", {"seconds": 60}) == (200, {"seconds": 60})
    assert federation.assume(role, text, other_keys).allowed, "the set kept a moment ago still counts"
    sts_settings.control("sts/clock", {"offset_seconds": 61})
    assert not federation.assume(role, text).allowed, "the kept set is too old"
    sts_settings.control("sts/jwks-cache", {"seconds": 0})
    assert sts_settings.control("sts/jwks-cache") == (200, {"seconds": 0})
    assert federation.assume(role, text, signing.six_keys()).allowed


@pytest.mark.parametrize(
    "document",
    [{}, [], 7, {"offset_seconds": "400"}, {"offset_seconds": True}, {"offset_seconds": 1.5}, {"offset_seconds": None},
     {"offset_seconds": 10**12}, {"offset_seconds": 400, "more": 1}, {"seconds": 400}],
    ids=repr,
)  # fmt: skip
def test_a_control_takes_one_whole_number_and_nothing_else(document: object, sts_settings: Emulator) -> None:
    assert sts_settings.control("sts/clock", document)[0] == 400
    assert sts_settings.control("sts/clock") == (200, {"offset_seconds": 0})


def test_controls_that_are_not_there_are_not_found(sts_settings: Emulator) -> None:
    assert sts_settings.control("sts/jwks-cache", {"seconds": -1})[0] == 400
    assert sts_settings.control("sts/weather")[0] == 404
    assert sts_settings.control("sts/clock", {"offset_seconds": 1}, method="PUT")[0] == 405
    assert sts_settings.request("/_jobpass/sts/clock", base64.b64decode("/w=="))[0] == 400
