"""Which obstacle is told where a trust policy refuses, and what to change."""

from typing import Any

import pytest

from jobpass.explain import Provider, Request
from tests.explain.account import ACCOUNT, ACTIONS, NAME, PROVIDER, ROLE_ARN, policy, present, preview, statement, token
from tests.local.seam import signing

SUB = f"{NAME}:sub"
ASSUME = "sts:AssumeRoleWithWebIdentity"
TAGGED = {"https://aws.amazon.com/tags": {"principal_tags": {"Team": ["web"]}}}


@pytest.mark.parametrize(
    ("condition", "cause", "remedy"),
    [
        ({"StringEquals": {SUB: "other"}}, f"{SUB} is `subject-probe`; StringEquals wants `other`", "present a token"),
        ({"StringEquals": {SUB: "subject-*"}}, "StringEquals takes `*` and `?` for themselves", "write StringLike"),
        ({"StringLike": {SUB: "Subject-*"}}, "capital letters differ", "as it stands in `subject-probe`"),
        (
            {"StringEquals": {SUB: "subject-probe "}},
            "a blank at the beginning or the end differs",
            "take the blank out",
        ),
        ({"StringEquals": {SUB: "subject-probe/"}}, "a slash at the end differs", "write `subject-probe`"),
        ({"StringEquals": {SUB: []}}, "wants nothing", "present a token"),
        ({"StringEquals": {"other.test:sub": "subject-probe"}}, f"begin with `{NAME}:`", f"write `{SUB}` as the key"),
        ({"StringEquals": {f"{NAME}:email": "a"}}, "the token has no claim `email`", "put `email` into the token"),
        (
            {"StringEquals": {f"{NAME}:ref": "main"}},
            "the claim `ref` would not help in the token: AWS makes keys of amr, email, sub, aud, oaud alone",
            "put what `ref` says into `sub`, or into a session tag and ask for aws:RequestTag/ref",
        ),
        ({"StringEquals": {"aws:RequestTag/Team": "web"}}, "aws:RequestTag/Team is not there", "tags claim"),
        ({"StringEquals": {"sts:SourceIdentity": "run"}}, "sts:SourceIdentity is not there", "put a source identity"),
        ({"StringEquals": {"sts:ExternalId": "a"}}, "sts:ExternalId is not there", "take the condition out"),
        ({"Bool": {"sts:RoleAuthorizedByIdp": "true"}}, "is `false`; Bool wants `true`", "pinned to this role"),
        ({"Null": {SUB: "true"}}, f"{SUB} is `subject-probe`; Null wants `true`", f"present a token without {SUB}"),
        ({"StringNotEquals": {SUB: "subject-probe"}}, "StringNotEquals wants `subject-probe`", "present a token"),
        (
            {"StringEquals": {SUB: ["one", "two", "three", "four", "five", "six"]}},
            "`one`, `two`, `three`, `four`, `five` and 1 more",
            "present a token",
        ),
    ],
)
def test_a_condition(condition: dict[str, Any], cause: str, remedy: str) -> None:
    verdict = preview({}, policy(statement(condition)))

    assert verdict.refusal is not None
    assert verdict.refusal.cause.startswith("Statement[0]: ")
    assert cause in verdict.refusal.cause
    assert remedy in verdict.refusal.remedy


def test_the_first_part_of_a_subject_that_differs() -> None:
    verdict = preview(
        {"sub": "org:acme:project:1:ref:refs/heads/dev"},
        policy(statement({"StringLike": {SUB: "org:acme:project:*:ref:refs/heads/main"}})),
    )

    assert verdict.refusal is not None
    assert "after `ref` `refs/heads/dev` stands where the policy wants `refs/heads/main`" in verdict.refusal.cause
    assert verdict.refusal.remedy.startswith("present a token with `refs/heads/main` there")


@pytest.mark.parametrize(
    ("principal", "cause"),
    [
        ({"Federated": f"{PROVIDER.arn}/"}, "a slash at the end differs"),
        ({"Federated": PROVIDER.arn.replace("issuer", "Issuer")}, "capital letters differ"),
        ({"Federated": PROVIDER.arn.replace(ACCOUNT, "999999999999")}, "another account's provider"),
        (
            {"Federated": [f"arn:aws:iam::{ACCOUNT}:oidc-provider/other.test"]},
            "oidc-provider/other.test`; the token comes",
        ),
        ({"AWS": "*"}, "which no principal of another kind covers, a wildcard neither"),
        ("*", "which no principal of another kind covers"),
    ],
)
def test_a_principal(principal: Any, cause: str) -> None:
    verdict = preview({}, policy(statement(principal=principal)))

    assert verdict.refusal is not None
    assert cause in verdict.refusal.cause
    assert verdict.refusal.remedy == f"write `{PROVIDER.arn}` as Federated of Statement[0].Principal"


def test_no_statement_allows_the_action() -> None:
    verdict = preview({}, policy(statement(actions="sts:AssumeRole")))

    assert verdict.refusal is not None
    assert verdict.refusal.cause == f"no statement of the trust policy allows {ASSUME}"
    assert verdict.refusal.recorded


@pytest.mark.parametrize(
    ("claims", "action", "carried"),
    [
        (TAGGED, "sts:TagSession", "session tags"),
        ({"https://aws.amazon.com/source_identity": "run-7"}, "sts:SetSourceIdentity", "a source identity"),
    ],
)
def test_what_a_token_carries_has_to_be_allowed(claims: dict[str, Any], action: str, carried: str) -> None:
    bare = preview(claims, policy(statement(actions=ASSUME)))
    under_condition = preview(
        claims, policy(statement(actions=ASSUME), statement({"StringEquals": {SUB: "other"}}, actions=action))
    )

    assert bare.refusal is not None
    assert bare.refusal.cause == f"the token carries {carried}, and no statement of the trust policy allows {action}"
    assert not bare.refusal.recorded
    assert under_condition.refusal is not None
    assert f"Statement[1]: for {action}, which a token with {carried} needs" in under_condition.refusal.cause
    assert preview(claims, policy(statement(actions=[ASSUME, action]))).allowed
    assert preview({}, policy(statement(actions=ASSUME))).allowed


def test_the_statement_that_lacks_least_is_told() -> None:
    far = statement({"StringEquals": {SUB: "other", f"{NAME}:aud": "other"}})
    near = statement({"StringEquals": {SUB: "subject-prob", f"{NAME}:aud": "client-a"}})
    foreign = statement(principal={"Federated": f"{PROVIDER.arn}/"})

    verdict = preview({}, policy(far, foreign, near))

    assert verdict.refusal is not None
    assert verdict.refusal.cause.startswith("Statement[2]: ")


def test_a_deny_is_told_with_the_conditions_that_it_found_met() -> None:
    denial = statement({"StringLike": {SUB: "subject-*"}}, effect="Deny")

    verdict = preview({}, policy(statement(), denial))

    assert verdict.refusal is not None
    assert (
        verdict.refusal.cause == f"Statement[1] denies it, since its conditions are met: {SUB} StringLike `subject-*`"
    )
    assert "no Allow outweighs a Deny" in verdict.refusal.remedy
    unconditional = preview({}, policy(statement(), statement(effect="Deny")))
    assert unconditional.refusal is not None
    assert unconditional.refusal.cause == "Statement[1] denies it"


def test_a_deny_for_everybody_denies_a_web_identity_too() -> None:
    assert not preview({}, policy(statement(), statement(principal="*", effect="Deny"))).allowed
    assert not preview({}, policy(statement(), statement(principal={"AWS": "*"}, effect="Deny"))).allowed
    assert preview({}, policy(statement(), statement(principal={"AWS": ACCOUNT}, effect="Deny"))).allowed


def test_the_keys_of_single_issuers() -> None:
    github = Provider(f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com", ("a",))
    gitlab = Provider(f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com", ("a",))
    circle = Provider(f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.circleci.com/org/1", ("a",))

    def asked(provider: Provider, key: str) -> Any:
        trust = policy(statement({"StringEquals": {f"{provider.name}:{key}": "7"}}, {"Federated": provider.arn}))
        return preview({"iss": provider.issuer, "aud": "a", key: "7"}, trust, providers=[provider])

    assert asked(github, "repository_id").allowed
    other = asked(github, "repository_owner")
    assert "AWS makes keys of amr, email, sub, aud, oaud, actor, actor_id" in other.refusal.cause
    assert other.refusal.remedy.endswith("or use one of those")
    assert "alone" in asked(gitlab, "project_path").refusal.cause
    assert "some more for this issuer" in asked(circle, "project-id").refusal.cause


def test_further_keys_of_the_request_can_be_given_and_replace_others() -> None:
    trust = policy(statement({"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:PrincipalAccount": "7"}}))
    request = Request(keys={"aws:sourcevpc": "vpc-1", "AWS:PRINCIPALACCOUNT": ("7",)})

    assert preview({}, trust, request=request).allowed
    assert not preview({}, trust).allowed


@pytest.mark.parametrize(
    ("statements", "request_", "told"),
    [
        ([statement({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], Request(), "unknown"),
        ([statement({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], Request(source_ip="10.1.2.3"), "allowed"),
        ([statement({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], Request(source_ip="192.0.2.1"), "refused"),
        ([statement({"IpAddress": {"AWS:sourceip": "10.0.0.0/8"}, "Null": {SUB: "true"}})], Request(), "refused"),
        (
            [statement(), statement({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, effect="Deny")],
            Request(),
            "unknown",
        ),
        (
            [statement(), statement({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, effect="Deny")],
            Request(source_ip="10.1.2.3"),
            "refused",
        ),
        (
            [statement(), statement({"StringEquals": {"aws:RequestedRegion": "a", SUB: "other"}}, effect="Deny")],
            Request(),
            "allowed",
        ),
        ([statement(), statement({"StringEquals": {"aws:UserAgent": "a"}})], Request(), "allowed"),
        ([statement({"StringEquals": {"sts:RoleSessionName": "job-7"}})], Request(), "unknown"),
        ([statement({"StringEquals": {"sts:RoleSessionName": "job-7"}})], Request("job-7"), "allowed"),
        ([statement({"StringNotEquals": {"sts:RoleSessionName": "job-7"}})], Request("job-7"), "refused"),
        ([statement({"StringLike": {SUB: "*${sts:RoleSessionName}"}})], Request(), "unknown"),
        ([statement({"StringLike": {SUB: "*${sts:RoleSessionName}"}})], Request("probe"), "allowed"),
    ],
)
def test_what_only_the_call_itself_settles_is_not_decided_without_it(
    statements: list[dict[str, Any]], request_: Request, told: str
) -> None:
    verdict = preview({}, policy(*statements), request=request_)

    assert verdict.to_document()["verdict"] == told
    assert bool(verdict.open_keys) is (told == "unknown")


def test_a_statement_about_tags_alone_is_not_said_to_let_jobs_in() -> None:
    tags = {"https://aws.amazon.com/tags": {"principal_tags": {"a": ["b"]}}}
    scoped = statement({"StringEquals": {SUB: "subject-probe"}}, actions="sts:AssumeRoleWithWebIdentity")

    verdict = preview(tags, policy(scoped, statement(actions="sts:TagSession")))
    assert verdict.allowed
    assert not any("has no condition" in note for note in verdict.notes)
    wide = preview(tags, policy(statement()))
    assert any("every job of this issuer" in note for note in wide.notes)


def test_a_pin_to_another_role_is_told_before_the_policy() -> None:
    verdict = present(
        token({"https://aws.amazon.com/roles": ["arn:aws:iam::111122223333:role/other"]}),
        policy(statement({"StringEquals": {SUB: "other"}})),
    )

    assert verdict.refusal is not None
    assert verdict.refusal.cause.endswith(f"the role asked for is `{ROLE_ARN}`")
    assert [obstacle.code for obstacle in verdict.further_obstacles] == ["AccessDenied"]


def test_notes_tell_what_a_role_lets_in_beside_this_token() -> None:
    open_to_all = preview({})
    loose = preview({}, policy(statement({"ForAllValues:StringEquals": {f"{NAME}:amr": "mfa"}})))
    sound = preview({}, policy(statement({"StringEquals": {SUB: "subject-probe"}}, actions=list(ACTIONS))))

    assert "Statement[0] has no condition: every job of this issuer may assume the role" in open_to_all.notes
    assert any("also holds for tokens without it" in note for note in loose.notes)
    assert any("does not ask who the job is" in note for note in loose.notes)
    assert sound.notes == ("a role or provider that was just made is refused for some ten seconds all the same",)


def test_a_policy_that_iam_takes_no_more_is_evaluated_all_the_same() -> None:
    """Roles from before IAM's controls for shared issuers still stand."""
    gitlab = Provider(f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com", ("a",))
    trust = policy(statement({"StringLike": {"gitlab.com:sub": "*"}}, {"Federated": gitlab.arn}))

    verdict = preview({"iss": gitlab.issuer, "aud": "a"}, trust, providers=[gitlab])

    assert verdict.allowed
    assert verdict.notes[-1].startswith("IAM would refuse to set this trust policy today: Statement[0] trusts every")


def test_one_text_of_sts_and_the_true_cause_behind_it() -> None:
    key = signing.jwk("RS256")
    not_validated = [
        present(token({"aud": "other"})),
        present(token(by="stranger")),
        present(token(), jwk_set={"keys": [key | {"key_ops": ["verify"]}]}),
    ]
    no_key = [
        present(token(), jwk_set={"keys": [key | {"kid": "another"}]}),
        present(token(), jwk_set={"keys": [key | {"use": "enc"}]}),
        present(token(), jwk_set={"keys": [*signing.other_rsa_keys(100), key]}),
    ]
    not_authorized = [
        present(token(), policy(statement({"StringEquals": {SUB: "other"}}))),
        present(token(), policy(statement(), statement(effect="Deny"))),
        present(token(TAGGED), policy(statement(actions=ASSUME))),
    ]

    for verdicts in (not_validated, no_key, not_authorized):
        refusals = [verdict.refusal for verdict in verdicts if verdict.refusal is not None]
        assert len({refusal.message for refusal in refusals}) == 1
        assert len({refusal.cause for refusal in refusals}) == 3
        assert all("its text alone does not tell them apart" in verdict.notes[0] for verdict in verdicts)
