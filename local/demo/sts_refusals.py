"""What AWS refuses: tokens that are meant for others, of other jobs, changed, or too old."""

import base64
import json
import time

from local.demo.grants import TOKEN_SECONDS, release_job, session_arn, verdicts
from local.demo.scene import DEV_BRANCH, OTHER_AUDIENCE, Scene
from local.demo.step import Outcome
from local.registration import Job

# STS goes on taking a token for this long after its `exp`.
TOLERANCE_SECONDS = 300

NOT_VALIDATED = (
    "InvalidIdentityToken: The web identity token provided could not be validated. "
    "See the AssumeRoleWithWebIdentity documentation for requirements."
)
NOT_AUTHORIZED = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
NOT_PINNED = "InvalidIdentityToken: The target role ARN is not present in the roles claim of the identity token"


def other_audience(scene: Scene) -> Outcome:
    """A token that Jobpass grants, for somebody else."""
    return _refused(NOT_VALIDATED, scene.sts.answer(scene.fetch(scene.job, OTHER_AUDIENCE), scene.role()))


def register_other_branch(scene: Scene) -> Outcome:
    """The registration itself says what will stand in the way."""
    said = verdicts(scene.register(Job(DEV_BRANCH)))
    return Outcome(
        "web-deploy: `ref` is `refs/heads/dev`; the role wants `refs/heads/main`", said, (f"Jobpass: {said}",)
    )


def other_branch(scene: Scene) -> Outcome:
    """A sound token of another job."""
    return _refused(NOT_AUTHORIZED, scene.sts.answer(_dev_token(scene), scene.role()))


def tampered_token(scene: Scene) -> Outcome:
    """The job on the other branch writes the main branch into its token."""
    changed = with_claim(_dev_token(scene), "sub", scene.job.subject)
    return _refused(NOT_VALIDATED, scene.sts.answer(scene.secrets.keep_id_token(changed), scene.role()))


def release_without_pin(scene: Scene) -> Outcome:
    """Subject and audience are right; the pin is missing."""
    role = scene.role("RoleWebReleaseArn")
    return _refused(NOT_AUTHORIZED, scene.sts.answer(scene.fetch(release_job(scene)), role))


def pinned_elsewhere(scene: Scene) -> Outcome:
    """A pin narrows: the job's own role is closed to a token that names another."""
    token = scene.fetch(scene.job, role_arn=scene.role("RoleWebReleaseArn"))
    return _refused(NOT_PINNED, scene.sts.answer(token, scene.role()))


def late_token(scene: Scene) -> Outcome:
    """The real STS tolerates five minutes, and so does the local one."""
    token = scene.fetch(scene.job)
    answer = scene.sts.answer_at(expiry(token) + TOLERANCE_SECONDS - 1, token, scene.role())
    return Outcome(session_arn(scene.role(), "demo"), answer, (answer,))


def expired_token(scene: Scene) -> Outcome:
    """Lifetime and tolerance are over."""
    token = scene.fetch(scene.job)
    past = expiry(token)
    answer = scene.sts.answer_at(past + TOLERANCE_SECONDS + 1, token, scene.role())
    # STS prints its own clock less the tolerance.
    expected = (
        f"ExpiredTokenException: Token expired: current date/time {past + 1} "
        f"must be before the expiration date/time {past}"
    )
    return _refused(expected, answer)


def clock_is_right_again(scene: Scene) -> Outcome:
    """A new token is good, which it was not while the clock was ahead."""
    token = scene.fetch(scene.job)
    left = expiry(token) - int(time.time())
    answer = scene.sts.answer(token, scene.role())
    return Outcome(
        f"offset 0 s, {session_arn(scene.role(), 'demo')}, exp within {TOKEN_SECONDS} s",
        f"offset {scene.sts.offset_seconds()} s, {answer}, exp {'within' if left <= TOKEN_SECONDS else 'not within'} "
        f"{TOKEN_SECONDS} s",
        (answer,),
    )


def claims_of(token: str) -> dict[str, object]:
    """The claims, unproven (RFC 7519, section 7.2)."""
    part = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def expiry(token: str) -> int:
    """The token's `exp`, in Unix seconds."""
    return int(str(claims_of(token)["exp"]))


def with_claim(token: str, name: str, value: object) -> str:
    """The token with another claim under the old signature."""
    header, _, signature = token.split(".")
    changed = json.dumps({**claims_of(token), name: value}, separators=(",", ":")).encode()
    return ".".join((header, base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), signature))


def _dev_token(scene: Scene) -> str:
    return scene.fetch(scene.register(Job(DEV_BRANCH)))


def _refused(expected: str, answer: str) -> Outcome:
    return Outcome(expected, answer, (f"STS: {answer}",))
