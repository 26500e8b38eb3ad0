"""A sound configuration with everything in it, which the tests of mistakes spoil one place at a time."""

SOUND = """\
name: jobpass
issuer:
  url: https://oidc.example.com/api/oidc
  certificate_arn: arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d-0000-4000-8000-000000000000
  hosted_zone: {id: Z0123456789ABC, name: example.com}
  token_lifetime_seconds: 300
  max_token_lifetime_seconds: 3600
signing: {rotate_every_days: 90, publish_ahead_hours: 24, algorithm: RS256}
api:
  throttle_rate_per_second: 200
  throttle_burst: 400
  log_retention_days: 90
retention: retain
deletion_protection: true
profiles:
  ci:
    preset: semaphore
    constants: {org: acme}
  nightly:
    fields:
      team: {pattern: "[a-z-]+"}
      job: {}
      run_id: {pattern: "[0-9]+", required: true}
    subject: "team:{team}:job:{job}"
    claims: {run: "{run_id}"}
    session_tags: [team, job]
    source_identity: "run-{run_id}"
platforms:
  ci-server:
    principals: ["arn:aws:iam::111122223333:role/ci-server"]
    profiles: [ci]
    where: {org: acme}
    audiences: [sts.amazonaws.com, vault.example.com]
    roles: [web-deploy, web-release]
    max_job_seconds: 86400
  scheduler:
    principals: ["arn:aws:iam::111122223333:role/scheduler"]
    profiles: [nightly]
    audiences: [sts.amazonaws.com]
    roles: [nightly-report]
roles:
  web-deploy:
    profile: ci
    when:
      repo: web
      ref_type: branch
      ref: refs/heads/main
    audiences: [sts.amazonaws.com]
    managed_policies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
  web-release:
    profile: ci
    when: {ref_type: tag, ref: "refs/tags/v*"}
    pin: required
    max_session_seconds: 3600
  nightly-report:
    profile: nightly
    when: {team: data}
"""


def spoiled(old: str, new: str) -> str:
    """Return the sound configuration with one place changed; the place must be there once."""
    assert SOUND.count(old) == 1, f"{SOUND.count(old)} places hold {old!r}"
    return SOUND.replace(old, new)
