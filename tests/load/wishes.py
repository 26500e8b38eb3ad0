"""What the jobs of a load ask for: each has a subject of its own, so that nothing of another's passes for it."""

import itertools
import random
from dataclasses import dataclass, field

from local.registration import MAIN_BRANCH, Job, Platform, Registration

AWS, VAULT, STRANGER = "sts.amazonaws.com", "vault.example.com", "elsewhere.example.com"
ROLE = "web-release"
ROLE_ARN = "arn:aws:iam::000000000000:role/jobpass-web-release"
# For so many tokens there is one request for what is not the job's to have.
ONE_REFUSED_IN = 25
_LIFETIMES_SECONDS = (60, 300, 900, 3600)
_WORKING_SECONDS = 14_400


@dataclass(frozen=True)
class Working:
    """A registered job, what its tokens must say of it, and another job's secret, which must not open anything."""

    registration: Registration
    subject: str
    job_claim: str
    others_token: str = field(repr=False)

    @property
    def job_id(self) -> str:
        """As registered."""
        return self.registration.job_id


@dataclass(frozen=True)
class Wish:
    """One request for a token: `refusal` is the error that must be the answer, None where a token must."""

    job: Working
    audience: str
    lifetime_seconds: int
    role_arn: str | None = None
    refusal: str | None = None

    @property
    def target(self) -> str:
        """The path and query."""
        pin = f"&role_arn={self.role_arn}" if self.role_arn else ""
        return f"/v1/token?audience={self.audience}&expires_in={self.lifetime_seconds}{pin}"

    @property
    def request_token(self) -> str:
        """The job's own, or where that is what must be refused, one with another's secret in it."""
        own = self.job.registration.request_token
        return self.job.others_token if self.refusal == "invalid_token" else own


def registered(platform: Platform, count: int) -> list[Working]:
    """Register so many jobs, one tag each; raises RegistrationError."""
    made = []
    for number in range(count):
        ref, job = f"refs/tags/v{number}", f"{number:08x}-0000-4000-8000-000000000000"
        fields = {**MAIN_BRANCH, "ref_type": "tag", "ref": ref, "job_id": job}
        asked = Job(fields, audiences=(AWS, VAULT), roles=(ROLE,), expires_in_seconds=_WORKING_SECONDS)
        made.append((platform.register(asked), fields))
    return [
        Working(
            registration,
            "org:acme:project:{project_id}:repo:{repo}:ref_type:{ref_type}:ref:{ref}".format_map(fields),
            fields["job_id"],
            f"{registration.job_id}.{other.request_token.partition('.')[2]}",
        )
        for (registration, fields), (other, _) in zip(made, made[1:] + made[:1], strict=True)
    ]


def wishes(jobs: list[Working], tokens: int, seed: int) -> list[list[Wish]]:
    """Return for each job what it asks for, one after the other: so many tokens in all, and the refusals on top."""
    turns = itertools.cycle(jobs)
    wanted = [_granted(next(turns), number) for number in range(tokens)]
    wanted += [_refused(next(turns), number) for number in range(tokens // ONE_REFUSED_IN)]
    random.Random(seed).shuffle(wanted)  # noqa: S311 - so that a run can be repeated
    return [[wish for wish in wanted if wish.job is job] for job in jobs]


def _granted(job: Working, number: int) -> Wish:
    lifetime = _LIFETIMES_SECONDS[number // 3 % len(_LIFETIMES_SECONDS)]
    audience, pin = ((AWS, None), (AWS, ROLE_ARN), (VAULT, None))[number % 3]
    return Wish(job, audience, lifetime, pin)


def _refused(job: Working, number: int) -> Wish:
    if number % 2:
        return Wish(job, AWS, 300, refusal="invalid_token")
    return Wish(job, STRANGER, 300, refusal="invalid_target")
