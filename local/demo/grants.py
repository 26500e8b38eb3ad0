"""The way of a job from its registration to an object in S3: what is granted, and to whom."""

import json
import time
import uuid

from local.clients import assume_role
from local.demo import job_shell, relying_party
from local.demo.scene import RELEASE_TAG, NeedsError, RegisteredJob, Scene, answered
from local.demo.step import Outcome
from local.emulator import ISSUER_ACCOUNT
from local.registration import AUDIENCE, MAIN_BRANCH, Job, Platform, platform_role

SESSION_NAME = "ci-server-1"
OBJECT = "hello.txt"
GREETING = "A job without a secret of its own reads this."
TOKEN_SECONDS = 300  # jobpass.yaml, issuer.token_lifetime_seconds


def assume_invocation_role(scene: Scene) -> Outcome:
    """The platform comes from an account of its own."""
    invocation_role = scene.deployment.output("PlatformCiServerInvocationRoleArn")
    aws = scene.deployment.aws
    own = platform_role(aws, invocation_role)
    credentials = assume_role(aws, invocation_role, SESSION_NAME, own)
    for one in (own, credentials):
        scene.secrets.keep(one.secret_access_key)
        scene.secrets.keep(one.session_token or "")
    scene.platform_or_none = Platform(scene.web, scene.deployment.output("ApiUrl"), aws.region, credentials)
    arn = aws.client("sts", credentials).get_caller_identity()["Arn"]
    return Outcome(session_arn(invocation_role, SESSION_NAME), arn, (arn,))


def register_job(scene: Scene) -> Outcome:
    """The platform says what it knows of the job, and gets what the job needs."""
    job = scene.register(
        Job(
            # What makes up the subject, and what its claims tell besides.
            {**MAIN_BRANCH, "branch": "main", "project": "web", "job_id": scene.ci_job_id, "trg": "h:f-i:f"},
            audiences=(AUDIENCE, "vault.example.com"),
            roles=("web-deploy", "web-release"),
        )
    )
    scene.job_or_none = job
    return Outcome(
        "web-deploy: allowed; web-release: `ref` is `refs/heads/main`; the role wants `refs/tags/v*`",
        verdicts(job),
        (
            f"job      {job.job_id}, until {job.expires_at}",
            f"subject  {job.subject}",
            f"roles    {verdicts(job)}",
        ),
    )


def fetch_token(scene: Scene) -> Outcome:
    """The job knows a URL and a bearer token; it needs no AWS SDK and no library of ours."""
    answer = scene.ask(scene.job, AUDIENCE)
    if answer.status == 200:
        token = scene.secrets.keep_id_token(str(json.loads(answer.body)["value"]))
        scene.token_or_none = token
    kept = answer.headers.get("Cache-Control")
    return Outcome(
        "200, Cache-Control: no-store",
        f"{answered(answer)}, Cache-Control: {kept}",
        (
            f"GET {scene.job.request_url}&audience={AUDIENCE}",
            f"{answered(answer)}, its body the token, which nobody prints",
        ),
    )


def discover(scene: Scene) -> Outcome:
    """The stranger knows the issuer's URL; the rest is there to be found."""
    issuer = scene.deployment.output("IssuerUrl")
    scene.discovery = relying_party.discovery_document(scene.web, issuer)
    scene.jwk_set = relying_party.jwk_set(scene.web, scene.discovery)
    keys = scene.jwk_set["keys"]
    # NOTE: AWS refuses keys that say key_ops, and a public JWK must not hold a private member (RFC 7518, 6.3.2).
    members = sorted({name for key in keys for name in key})
    return Outcome(
        f"{issuer}; alg e kid kty n use",
        f"{scene.discovery['issuer']}; {' '.join(members)}",
        (
            f"issuer    {scene.discovery['issuer']}",
            f"jwks_uri  {scene.discovery['jwks_uri']}",
            *(f"key       {key['kid']} ({key['kty']}, {key['alg']})" for key in keys),
        ),
    )


def verify(scene: Scene) -> Outcome:
    """Signature, issuer, audience and times, by joserfc."""
    verified = relying_party.verify(scene.token, discovery=scene.discovery, keys=scene.jwk_set, audience=AUDIENCE)
    claims, header = verified.claims, verified.header
    left = claims["exp"] - int(time.time())
    times = f"exp - iat = {claims['exp'] - claims['iat']}"
    expected = {"sub": scene.job.subject, "job_id": scene.ci_job_id, "typ": "JWT"}
    observed = {"sub": claims["sub"], "job_id": claims.get("job_id"), "typ": header.get("typ")}
    others = ", ".join(f"{name} {claims[name]}" for name in sorted(claims) if name not in _STANDARD)
    return Outcome(
        f"{json.dumps(expected)}, exp - iat = {TOKEN_SECONDS}",
        f"{json.dumps(observed)}, {times}",
        (
            f"header  alg {header['alg']}, kid {header['kid']}",
            *(f"{name:<7} {claims[name]}" for name in ("iss", "sub", "aud")),
            f"exp     {claims['exp']} (in {left} s)",
            f"also    {others}",
        ),
    )


_STANDARD = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti")


def assume_trusting_role(scene: Scene) -> Outcome:
    """The guide's own commands; what they export is what the job goes on with."""
    variables = job_shell.environment(scene) | {
        "SEMAPHORE_OIDC_TOKEN": scene.token,
        "SEMAPHORE_JOB_ID": scene.ci_job_id,
    }
    commands = job_shell.guide_commands(scene.role())
    ran = job_shell.run(commands + r'printf "%s\0" "$CREDENTIALS"' + _PRINTED, variables)
    expected = session_arn(scene.role(), f"semaphore-job-{scene.ci_job_id}")
    answer, *values = ran.output.split("\0")
    scene.job_credentials = dict(zip(_EXPORTED, values, strict=False))
    if not answer or not all(scene.job_credentials.get(name) for name in _EXPORTED):
        return Outcome(expected, ran.refusal)
    for name in _EXPORTED[1:]:
        scene.secrets.keep(scene.job_credentials[name])
    arn = json.loads(answer)["AssumedRoleUser"]["Arn"]
    lines = (f"$ {line}" for line in commands.splitlines() if not line.startswith("#"))
    return Outcome(expected, arn, (*lines, arn))


_EXPORTED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_PRINTED = "".join(rf' && printf "%s\0" "${name}"' for name in _EXPORTED)


def read_object(scene: Scene) -> Outcome:
    """The administrator has put an object there; the job reads it."""
    s3 = scene.deployment.aws.client("s3")
    scene.bucket = f"jobpass-demo-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=scene.bucket)
    s3.put_object(Bucket=scene.bucket, Key=OBJECT, Body=GREETING.encode())
    command = f"aws s3 cp s3://{scene.bucket}/{OBJECT} -"
    ran = job_shell.run(command, _with_credentials(scene))
    return Outcome(GREETING, ran.output if ran.status == 0 else ran.refusal, (f"$ {command}", ran.output.strip()))


def write_object(scene: Scene) -> Outcome:
    """The role may read, and that is all it may."""
    command = f"aws s3 cp - s3://{scene.bucket}/written.txt"
    ran = job_shell.run(f"echo no | {command}", _with_credentials(scene))
    there = scene.deployment.aws.client("s3").list_objects_v2(Bucket=scene.bucket).get("Contents", [])
    names = ", ".join(each["Key"] for each in there)
    code = ran.refusal.partition(":")[0]
    return Outcome(
        f"status 1, AccessDenied on PutObject; in the bucket: {OBJECT}",
        f"status {ran.status}, {code}; in the bucket: {names}",
        (f"$ echo no | {command}", f"S3: {ran.refusal}"),
    )


def release_with_pin(scene: Scene) -> Outcome:
    """The same job as without a pin, and the role that its token names."""
    role = scene.role("RoleWebReleaseArn")
    answer = scene.sts.answer(scene.fetch(release_job(scene), role_arn=role), role)
    return Outcome(session_arn(role, "demo"), answer, (answer,))


def release_job(scene: Scene) -> RegisteredJob:
    """A job on a tag, which is what web-release trusts."""
    return scene.register(Job(RELEASE_TAG, roles=("web-release",)))


def session_arn(role_arn: str, session_name: str) -> str:
    """The ARN of a session of a role (IAM User Guide, "IAM identifiers")."""
    return f"arn:aws:sts::{ISSUER_ACCOUNT}:assumed-role/{role_arn.rpartition('/')[2]}/{session_name}"


def verdicts(job: RegisteredJob) -> str:
    """What the registration says of each role: allowed, or what stands in the way."""
    said = ("allowed" if role["allowed"] else role.get("obstacle", "refused") for role in job.roles.values())
    return "; ".join(f"{name}: {verdict}" for name, verdict in zip(job.roles, said, strict=True))


def _with_credentials(scene: Scene) -> dict[str, str]:
    if not scene.job_credentials:
        raise NeedsError("this needs what the step assume-role should have brought")
    return job_shell.environment(scene) | scene.job_credentials
