"""The canary's place in a deployment: a platform, a profile and an audience of its own, under names kept for it.

No name of `jobpass.yaml` begins as the platform's and the profile's does, no other job's subject can hold the sign that
its jobs' subjects hold, and no role and no other platform can have its audience. Nobody takes the canary for a job of
theirs, and the tokens that it is given open nothing.
"""

from dataclasses import replace

from jobpass_issuer.domain.audience import AWS
from jobpass_issuer.domain.deployment import Deployment
from jobpass_issuer.domain.platform import Platform
from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.subject import SubjectTemplate

# Names of `jobpass.yaml` begin with a letter.
NAME = "_canary"
AUDIENCE = "urn:jobpass:canary"
# What it asks for and must not get: a token for AWS would be worth having.
OTHER_AUDIENCE = AWS
FIELD = "round"
JOB_SECONDS = 300


def profile() -> Profile:
    """Return the profile of its jobs: each round is one, with a number that no other has."""
    rules = {FIELD: FieldRule(pattern="[0-9a-f]{32}", required=True)}
    # A wildcard's sign, which neither a template of `jobpass.yaml` nor a value can hold.
    return Profile(NAME, rules, SubjectTemplate(f"jobpass:canary?{FIELD}={{{FIELD}}}"))


def platform(issuer_name: str) -> Platform:
    """Return the platform that registers them, and nothing else."""
    return Platform(
        name=NAME,
        invocation_role=f"{issuer_name}-canary-platform",
        profiles=(NAME,),
        audiences=(AUDIENCE,),
        where={},
        roles=(),
        max_job_seconds=JOB_SECONDS,
    )


def watched(deployment: Deployment, issuer_name: str) -> Deployment:
    """Return a deployment whose front door knows the canary too."""
    return replace(
        deployment,
        profiles={**deployment.profiles, NAME: profile()},
        platforms={**deployment.platforms, NAME: platform(issuer_name)},
    )
