"""What Jobpass refuses: jobs that ask for what is not theirs, and callers that are not who they should be."""

import json
import secrets

from local.clients import assume_role
from local.demo.scene import Scene, answered
from local.demo.step import Outcome
from local.registration import AUDIENCE, MAIN_BRANCH, Job, Platform, platform_role
from local.web import Answer

OTHER_PLATFORM_ROLE = "scheduler"


def unregistered_audience(scene: Scene) -> Outcome:
    """The platform registered two audiences; this is neither."""
    return _refused(
        "400 invalid_target: audience: is not registered for this job; ask for one of: sts.amazonaws.com, "
        "vault.example.com, or have the platform register it",
        scene.ask(scene.job, "https://elsewhere.example.com"),
    )


def unknown_request_token(scene: Scene) -> Outcome:
    """The job is a real one; the secret is guessed."""
    guess = scene.secrets.keep_request_token(f"{scene.job.job_id}.{secrets.token_urlsafe(32)}")
    return _refused(
        "401 invalid_token: the request token is unknown: register the job and use the request token of that answer",
        scene.ask(scene.job, AUDIENCE, request_token=guess),
    )


def ended_job(scene: Scene) -> Outcome:
    """A job that gets a token, is ended, and then gets none."""
    job = scene.register(Job(MAIN_BRANCH))
    before = scene.ask(job, AUDIENCE)
    if before.status == 200:
        scene.secrets.keep_id_token(json.loads(before.body)["value"])
    ended = scene.platform.end(job.job_id)
    after = scene.ask(job, AUDIENCE)
    return Outcome(
        "token 200, DELETE 200, token 401 invalid_token: the job has ended, and its request token with it: "
        "register the job anew",
        f"token {before.status}, DELETE {ended.status}, token {answered(after)}",
        (f"before: {before.status}; DELETE /v1/jobs/…: {ended.status}", f"Jobpass: {answered(after)}"),
    )


def stranger(scene: Scene) -> Outcome:
    """No signature at all."""
    url = scene.deployment.output("ApiUrl") + "/v1/jobs"
    answer = scene.web.request("POST", url, {"Content-Type": "application/json"}, Job(MAIN_BRANCH).body())
    return Outcome("403 Forbidden", answered(answer), (f"API Gateway: {answered(answer)}",))


def other_platforms_job(scene: Scene) -> Outcome:
    """A real platform, with a signature that holds, asks for a job that another registered."""
    return _refused(
        "404 not_found: this platform has no such job: use the `job_id` that its registration answered with",
        other_platform(scene).look_at(scene.job.job_id),
    )


def other_platform(scene: Scene) -> Platform:
    """The scheduler of the example configuration, which comes from a role of its own in the platforms' account."""
    aws = scene.deployment.aws
    invocation_role = scene.deployment.output("PlatformSchedulerInvocationRoleArn")
    own = platform_role(aws, invocation_role, OTHER_PLATFORM_ROLE)
    credentials = assume_role(aws, invocation_role, "scheduler-1", own)
    for one in (own, credentials):
        scene.secrets.keep(one.secret_access_key)
        scene.secrets.keep(one.session_token or "")
    return Platform(scene.web, scene.deployment.output("ApiUrl"), aws.region, credentials)


def _refused(expected: str, answer: Answer) -> Outcome:
    return Outcome(expected, answered(answer), (f"Jobpass: {answered(answer)}",))
