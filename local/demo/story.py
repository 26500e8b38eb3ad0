"""The demonstration's chapters in their order."""

from dataclasses import dataclass

from local.demo import grants, issuer_refusals, sts_refusals
from local.demo.step import Step


@dataclass(frozen=True)
class Chapter:
    """Steps that belong together, with what to know before them."""

    title: str
    text: str
    steps: tuple[Step, ...]


CHAPTERS = (
    Chapter(
        "The platform registers a job",
        "A CI server has an AWS account of its own, 111122223333, and there the role ci-server. With it, it assumes "
        "the invocation role that the stack made for it, signs its calls by SigV4, and says which job is about to run. "
        "It gets a request token, good for this job alone; Jobpass keeps no more than its SHA-256.",
        (
            Step("assume-invocation-role", "ci-server assumes its invocation role", grants.assume_invocation_role),
            Step("register-job", "it registers a job on the main branch", grants.register_job),
        ),
    ),
    Chapter(
        "The job fetches an ID token",
        "The job was given a request URL and the request token, and needs nothing else: the shape is that of GitHub "
        "Actions. Each token costs one signature of a key that never leaves KMS.",
        (Step("fetch-token", "the job asks for a token for AWS", grants.fetch_token),),
    ),
    Chapter(
        "A stranger verifies it",
        "Anybody who trusts the issuer's URL can check a token: discovery document, then JWK Set, then signature and "
        "claims. This one does it with joserfc, which is not what made the token.",
        (
            Step("discover", "the documents are where they belong", grants.discover),
            Step("verify-as-stranger", "the token is genuine, for AWS, and in its time", grants.verify),
        ),
    ),
    Chapter(
        "The job gets AWS credentials",
        "The commands of Semaphore's guide, run by bash with what a job has: the ID token, the AWS CLI and jq, and "
        "not one AWS key.",
        (
            Step("assume-role", "AWS STS grants the role web-deploy", grants.assume_trusting_role),
            Step("read-object", "with the credentials the job reads from S3", grants.read_object),
            Step(
                "write-refused",
                "and cannot write there",
                grants.write_object,
                "The role has AmazonS3ReadOnlyAccess and nothing more.",
            ),
        ),
    ),
    Chapter(
        "What AWS refuses",
        "Every refusal in the words of who refuses, and what it means.",
        (
            Step(
                "wrong-audience",
                "a token for vault.example.com, taken to AWS",
                sts_refusals.other_audience,
                "The audience is none of the OIDC provider's client IDs: what is meant for Vault does not open AWS.",
            ),
            Step(
                "register-other-branch",
                "a job on another branch: its registration says what stands in the way",
                sts_refusals.register_other_branch,
                "Jobpass wrote the trust policy too, so it knows the answer before AWS is asked.",
            ),
            Step(
                "other-branch",
                "the same job's token, taken to AWS",
                sts_refusals.other_branch,
                "A sound token, but its subject is not the one that web-deploy trusts.",
            ),
            Step(
                "tampered-token",
                "that token, with the main branch written into it",
                sts_refusals.tampered_token,
                "The signature is that of another claim set. AWS has one text for this and for a wrong audience.",
            ),
            Step(
                "release-without-pin",
                "a release job's token, without naming the role that it is for",
                sts_refusals.release_without_pin,
                "web-release says `pin: required`: a token must name it, whatever else it may open.",
            ),
            Step("release-with-pin", "the same with the role named is granted", grants.release_with_pin),
            Step(
                "pinned-elsewhere",
                "a token pinned to web-release, taken to web-deploy",
                sts_refusals.pinned_elsewhere,
                "A pin narrows: without it, the job on the main branch gets web-deploy.",
            ),
            Step("late-token", "a token 299 s past its end is still taken", sts_refusals.late_token),
            Step(
                "expired-token",
                "a token 301 s past its end",
                sts_refusals.expired_token,
                "AWS allows five minutes of clock skew; then it is over. (The local STS's clock was moved for it.)",
            ),
            Step("clock-reset", "with the clock right again, a new token is good", sts_refusals.clock_is_right_again),
        ),
    ),
    Chapter(
        "What Jobpass refuses",
        "The same at its own door.",
        (
            Step(
                "unregistered-audience",
                "a token for an audience that was not registered",
                issuer_refusals.unregistered_audience,
                "The platform decides whom a job may speak to; the job cannot widen it.",
            ),
            Step(
                "unknown-request-token",
                "a guessed request token",
                issuer_refusals.unknown_request_token,
                "An unknown job and a wrong secret get the same answer.",
            ),
            Step(
                "ended-job",
                "a job that has been ended",
                issuer_refusals.ended_job,
                "New tokens stop at once; one already issued lives to its own end.",
            ),
            Step(
                "stranger",
                "a stranger who registers a job without SigV4",
                issuer_refusals.stranger,
                "API Gateway turns the call away; no function runs.",
            ),
            Step(
                "other-platforms-job",
                "another platform that looks at this job",
                issuer_refusals.other_platforms_job,
                "A platform sees its own jobs and no others: not even whether there is one.",
            ),
        ),
    ),
)
STEPS = tuple(step for chapter in CHAPTERS for step in chapter.steps)
