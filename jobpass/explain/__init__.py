"""Why a role refuses a job: AssumeRoleWithWebIdentity decided as STS and IAM decide it, for any OIDC issuer."""

from jobpass.explain.causes import Diagnosis, diagnose
from jobpass.explain.evaluation import Account, Preview, explain
from jobpass.explain.federation import Provider, Request, Role
from jobpass.explain.iam_acceptance import refused_policy
from jobpass.explain.jwk_set import Unavailable
from jobpass.explain.refusal import Refusal
from jobpass.explain.verdict import Check, Outcome, Session, Verdict

__all__ = [
    "Account",
    "Check",
    "Diagnosis",
    "Outcome",
    "Preview",
    "Provider",
    "Refusal",
    "Request",
    "Role",
    "Session",
    "Unavailable",
    "Verdict",
    "diagnose",
    "explain",
    "refused_policy",
]
