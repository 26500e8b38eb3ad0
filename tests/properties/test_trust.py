"""The law of trust: a registration says of a role what STS says of the job's tokens; one definition, two readings."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from jobpass.explain import Account, Preview, Provider, Role, explain
from jobpass_issuer.domain.admission import Admission, admit
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.errors import InvalidRequestError
from jobpass_issuer.domain.issuance import Lifetimes, TokenRequest, decide
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.standing import Standing
from jobpass_issuer.domain.string_like import WILDCARDS
from jobpass_issuer.domain.subject import SubjectTemplate
from jobpass_issuer.domain.trusting_role import TrustingRole
from tests.domain.examples import ACCOUNT, JOB_ID, NOW, RING, STS, TOKEN, VAULT
from tests.properties.profiles import ANYTHING, jobs, templates, values

ISSUER = Issuer("https://oidc.example.com/jobs")
AUDIENCES = (STS, VAULT, "elsewhere")
# No value and no literal of the templates has these letters, so that these jobs and those of the others never meet.
OTHER = Profile("q", {"job": ANYTHING}, SubjectTemplate("zz:{job}"))
PLAIN = st.text("ab-.", min_size=2, max_size=4)


@dataclass
class Case:
    """A role, its profile, and what a platform registers."""

    profile: Profile
    role: TrustingRole
    wish: dict[str, Any]


@st.composite
def described(draw: st.DrawFn) -> Profile:
    """A profile with or without tags, source identity, constants and a field that need not be there."""
    template = draw(templates())
    fields = dict.fromkeys((*template.fields, "g0", "g1"), ANYTHING)
    constants = {}
    if len(template.fields) > 1 and draw(st.booleans()):
        fields[template.fields[-1]] = FieldRule(".+", otherwise="none")
    if len(template.fields) > 2 and draw(st.booleans()):
        constants = {"f0": draw(values(template, "f0"))}
    tags = draw(st.sampled_from([{}, {"T0": "g0"}, {"T0": "g0", "t1": "g1"}]))
    identity = draw(st.sampled_from([None, "{g0}", "run-{g1}"]))
    return Profile("p", fields, template, session_tags=tags, source_identity=identity, constants=constants)


def _wanted(value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return value | st.lists(value | st.sampled_from("*?"), min_size=1, max_size=3).map("".join)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    profile = draw(described())
    free = [name for name in profile.subject.fields if name not in profile.constants]
    fields = {**draw(jobs(profile.subject)), **draw(st.fixed_dictionaries({}, optional={"g0": PLAIN, "g1": PLAIN}))}
    wishes = {name: _wanted(st.just(fields[name]) | values(profile.subject, name)) for name in free}
    when = st.fixed_dictionaries({}, optional=wishes)
    whens = draw(st.lists(when, min_size=1, max_size=3))
    lasting = profile.fields[free[-1]].otherwise
    if lasting is not None and draw(st.booleans()):
        del fields[free[-1]]
        whens[0] |= {free[-1]: lasting} if draw(st.booleans()) else {}
    if draw(st.booleans()):  # a job that is as one alternative wants it, which chance alone seldom makes
        chosen = draw(st.sampled_from(whens))
        fields |= {name: wanted for name, wanted in chosen.items() if WILDCARDS.isdisjoint(wanted) and name in fields}
    asked = {tag: _wanted(st.just(fields.get(name, "aa")) | PLAIN) for tag, name in profile.session_tags.items()}
    role = TrustingRole(
        "r",
        draw(st.sampled_from(["jobpass-r", "jobs/jobpass-r"])),
        draw(st.sampled_from(["p"] * 9 + ["q"])),
        tuple(whens),
        draw(_some(AUDIENCES[:2])),
        pin_required=draw(st.booleans()),
        account_id=draw(st.sampled_from([None, "222233334444"])),
        session_tags=draw(st.just({}) | st.fixed_dictionaries({}, optional=asked)),
    )
    if role.profile == "q":
        role = replace(role, when=({"job": "*"},), session_tags={})
    named = draw(st.sampled_from([[], ["r"], ["r", "other"]]))
    wish = {
        "profile": "p",
        "fields": {name: value for name, value in fields.items() if name not in profile.constants},
        "audiences": list(draw(_some(AUDIENCES))),
        "aws_claims": draw(st.sampled_from(["full", "full", "none"])),
        "roles": named,
        "pinned": bool(named) and draw(st.booleans()),
    }
    return Case(profile, role, wish)


def _some(every: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(every), min_size=1, unique=True).map(tuple)


def _deployment(case: Case) -> Deployment:
    other = TrustingRole("other", "jobpass-other", "p", ({},), (STS,))
    platform = Platform("ci", None, ("p",), AUDIENCES, {}, ("r", "other"), 3600)
    return Deployment({"p": case.profile, "q": OTHER}, {"ci": platform}, {"r": case.role, "other": other})


def _admitted(case: Case, deployment: Deployment) -> Admission:
    try:
        return admit(
            case.wish,
            deployment.platforms["ci"],
            deployment,
            ACCOUNT,
            job_id=JOB_ID,
            secret_sha256=TOKEN.secret_sha256,
            now=NOW,
        )
    except InvalidRequestError:  # no job of the profile: nothing to ask a role about
        assume(False)
        raise


def _some_token_opens(case: Case, deployment: Deployment, admission: Admission) -> bool:
    """Whether STS takes any of the tokens that the job can get: for each audience, and pinned where it may be."""
    arn = admission.arns["r"]
    account = arn.split(":")[4]
    provider = Provider(
        f"arn:aws:iam::{account}:oidc-provider/{ISSUER.host_and_path}", deployment.client_ids(case.role.account_id)
    )
    policy = case.role.trust_policy(deployment.profiles[case.role.profile], ISSUER, provider.arn)
    target = Account.of(Role(arn, policy, case.role.max_session_seconds), [provider])
    entitlement = Standing.of(deployment).entitlement(admission.registration)
    requests = [TokenRequest(each) for each in entitlement.audiences]
    requests += [TokenRequest(each, arn) for each in entitlement.aws_audiences if arn in entitlement.roles]
    return any(
        explain(
            Preview(
                decide(
                    entitlement,
                    RING,
                    request,
                    issuer_url=ISSUER.url,
                    lifetimes=Lifetimes(300, 3600),
                    jti="j" * 36,
                    now=NOW,
                ).claims
            ),
            target,
            now=NOW,
        ).allowed
        for request in requests
    )


@settings(max_examples=400)
@given(cases())
def test_a_registration_says_allowed_exactly_where_sts_takes_a_token_of_the_job(case: Case) -> None:
    deployment = _deployment(case)
    admission = _admitted(case, deployment)

    obstacle = admission.obstacles["r"]

    event("allowed" if obstacle is None else obstacle.split("`")[1].rstrip("0123456789"))
    assert (obstacle is None) is _some_token_opens(case, deployment, admission)


@given(cases())
def test_what_a_role_is_told_of_is_whole_after_json(case: Case) -> None:
    assert TrustingRole.from_document(case.role.to_document()) == case.role
    assert Standing.from_document(Standing.of(_deployment(case)).to_document()) == Standing.of(_deployment(case))
