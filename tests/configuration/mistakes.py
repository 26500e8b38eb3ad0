"""One mistake each: what is changed in the sound configuration, and where and in which words it is reported.

The line that must be reported is the one that ends in the comment `# !`.
"""

# ruff: noqa: E501 -- a table reads best with one case on a line
from typing import NamedTuple

from tests.configuration.example import SOUND


class Mistake(NamedTuple):
    """A change to the sound configuration, and the one problem that it makes."""

    old: str
    new: str
    path: str
    words: str


_PLATFORMS = SOUND[SOUND.index("platforms:\n") : SOUND.index("roles:\n  web")]
_ROLES = SOUND[SOUND.index("roles:\n  web") :]
_SIGNING = "signing: {rotate_every_days: 90, publish_ahead_hours: 24, algorithm: RS256}\n"
_ISSUER_URL = "  url: https://oidc.example.com/api/oidc\n"
_CERTIFICATE = (
    "  certificate_arn: arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d-0000-4000-8000-000000000000\n"
)
_PRINCIPAL = 'principals: ["arn:aws:iam::111122223333:role/ci-server"]'
_WEB_WHEN = "    when:\n      repo: web\n      ref_type: branch\n      ref: refs/heads/main\n"
_RELEASE_WHEN = '    when: {ref_type: tag, ref: "refs/tags/v*"}\n'
_NIGHTLY_SUBJECT = '    subject: "team:{team}:job:{job}"\n'
_NIGHTLY_FIELDS = '      job: {}\n      run_id: {pattern: "[0-9]+", required: true}\n'
_NIGHTLY_TAGS = "    session_tags: [team, job]\n"
_NIGHTLY_IDENTITY = '    source_identity: "run-{run_id}"\n'
_NIGHTLY_CLAIMS = '    claims: {run: "{run_id}"}\n'
_NIGHTLY_WHEN = "    when: {team: data}\n"
_SCHEDULER = "    profiles: [nightly]\n    audiences: [sts.amazonaws.com]\n    roles: [nightly-report]\n"
_AUDIENCES = "    audiences: [sts.amazonaws.com, vault.example.com]\n"
_BIG_AUDIENCES = ", ".join(f"{'a' * 200}-{index}" for index in range(10))

WRITING = {
    "a key twice": Mistake("retention: retain\n", "retention: retain\nretention: retain # !\n", "retention", "second time (the first is on line 13): keep one"),
    "a role twice": Mistake("  nightly-report:\n", "  web-deploy: {profile: ci} # !\n  nightly-report:\n", "roles.web-deploy", "second time"),
    "a key that YAML reads as true": Mistake("      job: {}\n", "      job: {}\n      on: {} # !\n", "profiles.nightly.fields.on", 'write it in quotes: "on"'),
    "a key that is a number": Mistake(_NIGHTLY_CLAIMS, _NIGHTLY_CLAIMS + "    constants: {12: x} # !\n", "profiles.nightly.constants.12", 'write it in quotes: "12"'),
    "a key that is a list": Mistake(_NIGHTLY_CLAIMS, "    claims: {[a]: x} # !\n", "profiles.nightly.claims", "a key is text"),
    "a merge": Mistake(_NIGHTLY_CLAIMS, _NIGHTLY_CLAIMS + "    <<: {preset: semaphore} # !\n", "profiles.nightly", "write the settings out"),
    "a switch for text": Mistake("      repo: web\n", "      repo: on # !\n", "roles.web-deploy.when.repo", 'is `true` to YAML, and text is wanted: write it in quotes: "on"'),
    "a number for text": Mistake("      repo: web\n", "      repo: 12 # !\n", "roles.web-deploy.when.repo", 'is the number 12 to YAML, and text is wanted: write it in quotes: "12"'),
    "a fraction for text": Mistake("      repo: web\n", "      repo: 1.10 # !\n", "roles.web-deploy.when.repo", 'write it in quotes: "1.10"'),
    "a number in powers of ten": Mistake("      repo: web\n", "      repo: 12e3 # !\n", "roles.web-deploy.when.repo", 'is a number to other readers of YAML: write it in quotes: "12e3"'),
    "an octal number": Mistake("      repo: web\n", "      repo: 0123 # !\n", "roles.web-deploy.when.repo", 'is the number 83 to YAML: write text in quotes ("0123")'),
    "a time of day": Mistake("      repo: web\n", "      repo: 12:30:45 # !\n", "roles.web-deploy.when.repo", "is the number 45045 to YAML"),
    "a date": Mistake("      repo: web\n", "      repo: 2026-01-01 # !\n", "roles.web-deploy.when.repo", 'is a date to YAML: write it in quotes: "2026-01-01"'),
    "nothing for text": Mistake("      repo: web\n", "      repo: # !\n", "roles.web-deploy.when.repo", "is empty: write its text"),
    "a tag": Mistake("      repo: web\n", "      repo: !Ref web # !\n", "roles.web-deploy.when.repo", "has the tag `!Ref`"),
    "a reference to itself": Mistake("roles:\n  web-deploy:\n", "roles: &all\n  again: *all # !\n  web-deploy:\n", "roles.again", "write it out without `*` references"),
}  # fmt: skip

FORM = {
    "an unknown setting": Mistake("retention: retain\n", "retentoin: retain # !\n", "retentoin", "is no setting here: did you mean `retention`?"),
    "an unknown setting of a role": Mistake("    pin: required\n", "    pin: required\n    manged_policies: [] # !\n", "roles.web-release.manged_policies", "did you mean `managed_policies`?"),
    "a setting unlike all": Mistake(_SIGNING, "signing: {zzz: 1} # !\n", "signing.zzz", "there is `algorithm`, `publish_ahead_hours`, `rotate_every_days`"),
    "no profile": Mistake("    profile: nightly\n    when: {team: data}\n", "    pin: optional\n", "roles.nightly-report.profile", "is missing: the kind of job that it trusts"),
    "no principals": Mistake(f"  ci-server:\n    {_PRINCIPAL}\n", "  ci-server: # !\n", "platforms.ci-server", "has neither `principals` nor `public_keys`"),
    "an empty list of principals": Mistake(_PRINCIPAL, "principals: [] # !", "platforms.ci-server.principals", "name at least one"),
    "no trail": Mistake("retention: retain\n", "retention: retain\naudit: {trail: all-of--them} # !\n", "audit.trail", "must be `create`, `none`"),
    "no topic": Mistake("retention: retain\n", "retention: retain\nalarms: {topic_arn: pager} # !\n", "alarms.topic_arn", "must be the ARN of an SNS topic"),
    "no address": Mistake("retention: retain\n", "retention: retain\nalarms: {email: ops} # !\n", "alarms.email", "must be an email address"),
    "text for a number": Mistake("  throttle_burst: 400\n", "  throttle_burst: many # !\n", "api.throttle_burst", "must be a whole number, not the text `many`"),
    "a fraction for a number": Mistake("  throttle_burst: 400\n", "  throttle_burst: 1.5 # !\n", "api.throttle_burst", "must be a whole number, not `1.5`"),
    "a switch for a number": Mistake("  throttle_burst: 400\n", "  throttle_burst: yes # !\n", "api.throttle_burst", "must be a whole number, not `true`"),
    "a burst of nothing": Mistake("  throttle_burst: 400\n", "  throttle_burst: 0 # !\n", "api.throttle_burst", "is 0; 1 is the least"),
    "text for a switch": Mistake("deletion_protection: true\n", 'deletion_protection: "true" # !\n', "deletion_protection", "must be `true` or `false`, not the text `true`"),
    "text for a list": Mistake("    profiles: [ci]\n", "    profiles: ci # !\n", "platforms.ci-server.profiles", "must be a list"),
    "a list for text": Mistake("    preset: semaphore\n", "    preset: [semaphore] # !\n", "profiles.ci.preset", "must be text, not a list"),
    "a list for a mapping": Mistake(_RELEASE_WHEN, "    when: [ref_type] # !\n", "roles.web-release.when[0]", "must be a mapping"),
    "text for a mapping": Mistake(_RELEASE_WHEN, "    when: ref_type # !\n", "roles.web-release.when", "must be a mapping (`key: value`), not the text `ref_type`"),
    "nothing for a mapping": Mistake(_SIGNING, "signing: # !\n", "signing", "must be a mapping (`key: value`), not nothing"),
    "an unknown algorithm": Mistake("RS256}\n", "RS265} # !\n", "signing.algorithm", "did you mean `RS256`?"),
    "an algorithm without signature": Mistake("RS256}\n", "none} # !\n", "signing.algorithm", "must be one of `RS256`, `RS384`"),
    "a rotation without end": Mistake("rotate_every_days: 90,", "rotate_every_days: 0, # !\n ", "signing.rotate_every_days", "is 0; 1 is the least"),
    "a rotation after more than a year": Mistake("rotate_every_days: 90,", "rotate_every_days: 366, # !\n ", "signing.rotate_every_days", "is 366; 365 is the most"),
    "a rotation of half a day": Mistake("rotate_every_days: 90,", "rotate_every_days: 0.5, # !\n ", "signing.rotate_every_days", "must be a whole number, not `0.5`"),
    "no concurrency at all": Mistake(_SIGNING, _SIGNING + "token_function: {reserved_concurrency: 0} # !\n", "token_function.reserved_concurrency", "is 0; 1 is the least"),
    "less memory than Lambda gives": Mistake(_SIGNING, _SIGNING + "token_function: {memory_mb: 64} # !\n", "token_function.memory_mb", "is 64; 128 is the least"),
    "a key that signs as it is published": Mistake("publish_ahead_hours: 24,", "publish_ahead_hours: 0, # !\n ", "signing.publish_ahead_hours", "is 0; 1 is the least"),
    "a key published more than a week ahead": Mistake("publish_ahead_hours: 24,", "publish_ahead_hours: 169, # !\n ", "signing.publish_ahead_hours", "is 169; 168 is the most"),
    "an unknown retention": Mistake("retention: retain\n", "retention: delete # !\n", "retention", "must be one of `retain`, `destroy`"),
    "days that CloudWatch does not take": Mistake("log_retention_days: 90", "log_retention_days: 91 # !", "api.log_retention_days", "must be one of `1`, `3`"),
    "a name in capitals": Mistake("name: jobpass\n", "name: Jobpass # !\n", "name", "a-z, 0-9 and `-` that begins with a letter, 21 characters"),
    "a role's name in capitals": Mistake("  nightly-report:\n", "  Nightly: # !\n", "roles.Nightly", "a-z, 0-9 and `-` that begins with a letter, 31 characters"),
    "a field's name with a dash": Mistake("      job: {}\n", "      job: {}\n      run-id: {} # !\n", "profiles.nightly.fields.run-id", "a-z, 0-9 and `_`"),
    "a tag whose field is a number": Mistake(_NIGHTLY_TAGS, "    session_tags: [team, 1] # !\n", "profiles.nightly.session_tags[1]", "write it in quotes"),
    "a tag whose field is a list": Mistake(_NIGHTLY_TAGS, "    session_tags: {team: [team]} # !\n", "profiles.nightly.session_tags.team", "must be text, not a list"),
    "a session too short": Mistake("max_session_seconds: 3600", "max_session_seconds: 900 # !", "roles.web-release.max_session_seconds", "is 900; 3600 is the least"),
    "a job too long": Mistake("max_job_seconds: 86400", "max_job_seconds: 604801 # !", "platforms.ci-server.max_job_seconds", "604800 is the most"),
    "no platform": Mistake(_PLATFORMS, "platforms: {} # !\n", "platforms", "is empty: name at least one"),
    "a list of roles by name": Mistake(_ROLES, "roles: [web-deploy] # !\n", "roles", "must be a mapping (`key: value`), not a list"),
    "too many policies": Mistake('["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]', f"[{', '.join(f'arn:aws:iam::aws:policy/P{n}' for n in range(21))}] # !", "roles.web-deploy.managed_policies", "has 21 entries; 20 is the most"),
    "a policy that is no ARN": Mistake('["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]', "[AmazonS3ReadOnlyAccess] # !", "roles.web-deploy.managed_policies[0]", "is no ARN of a managed policy: write it whole"),
    "a principal with a wildcard": Mistake(_PRINCIPAL, 'principals: ["arn:aws:iam::111122223333:role/*"] # !', "platforms.ci-server.principals[0]", "has a wildcard: name each role"),
    "everybody as principal": Mistake(_PRINCIPAL, 'principals: ["*"] # !', "platforms.ci-server.principals[0]", "has a wildcard"),
    "an account's number as principal": Mistake(_PRINCIPAL, 'principals: ["111122223333"] # !', "platforms.ci-server.principals[0]", "write `arn:aws:iam::111122223333:root`"),
    "a session as principal": Mistake(_PRINCIPAL, "principals: ['arn:aws:sts::111122223333:assumed-role/ci/x'] # !", "platforms.ci-server.principals[0]", "write its role, `arn:aws:iam::111122223333:role/ci`"),
    "a service as principal": Mistake(_PRINCIPAL, "principals: [lambda.amazonaws.com] # !", "platforms.ci-server.principals[0]", "is no ARN of an IAM role, user or account"),
    "a reason that is none": Mistake(_NIGHTLY_WHEN, "    allow_any: ok # !\n", "roles.nightly-report.allow_any", "write the reason in words"),
}  # fmt: skip

ISSUER = {
    "an issuer without TLS": Mistake(_ISSUER_URL, "  url: http://oidc.example.com # !\n", "issuer.url", "must begin with `https://`"),
    "an issuer with a port": Mistake(_ISSUER_URL, "  url: https://oidc.example.com:8443 # !\n", "issuer.url", "must not name a port"),
    "an issuer in capitals": Mistake(_ISSUER_URL, "  url: https://OIDC.example.com # !\n", "issuer.url", "host in lower case (`oidc.example.com`)"),
    "a domain without certificate": Mistake("issuer:\n  url: https://oidc.example.com/api/oidc\n" + _CERTIFICATE, "issuer: # !\n  url: https://oidc.example.com/api/oidc\n", "issuer.certificate_arn", "is missing: CloudFront serves a domain of your own only with an ACM certificate"),
    "a certificate elsewhere": Mistake("acm:us-east-1:000000000000:certificate/0a1b2c3d-0000-4000-8000-000000000000", "acm:eu-west-1:000000000000:certificate/0a1b2c3d-0000-4000-8000-000000000000 # !", "issuer.certificate_arn", "us-east-1, where CloudFront looks for it"),
    "a certificate without domain": Mistake(_ISSUER_URL + _CERTIFICATE + "  hosted_zone: {id: Z0123456789ABC, name: example.com}\n", _CERTIFICATE.replace("\n", " # !\n"), "issuer.certificate_arn", "is of use with `url` only"),
    "a hosted zone without domain": Mistake(_ISSUER_URL + _CERTIFICATE + "  hosted_zone: {id: Z0123456789ABC, name: example.com}\n", "  hosted_zone: {id: Z0123456789ABC, name: example.com} # !\n", "issuer.hosted_zone", "is of use with `url` only"),
    "another domain's hosted zone": Mistake("name: example.com}", "name: ple.com} # !", "issuer.hosted_zone.name", "name the zone that the host is in"),
    "a hosted zone with a dot": Mistake("name: example.com}", "name: example.com.} # !", "issuer.hosted_zone.name", "without a dot at its end"),
    "a hosted zone by no ID": Mistake("id: Z0123456789ABC,", "id: example, # !\n   ", "issuer.hosted_zone.id", "must be the hosted zone's ID"),
    "a token of no length": Mistake("  token_lifetime_seconds: 300\n", "  token_lifetime_seconds: 59 # !\n", "issuer.token_lifetime_seconds", "is 59; 60 is the least"),
    "a token longer than the longest": Mistake("  token_lifetime_seconds: 300\n", "  token_lifetime_seconds: 3601 # !\n", "issuer.token_lifetime_seconds", "more than max_token_lifetime_seconds (3600)"),
    "a token of a day": Mistake("max_token_lifetime_seconds: 3600", "max_token_lifetime_seconds: 86400 # !", "issuer.max_token_lifetime_seconds", "43200 is the most"),
    "a key that is due before the next one may sign": Mistake(_SIGNING, "signing: {rotate_every_days: 7, publish_ahead_hours: 168} # !\n", "signing.publish_ahead_hours", "is 168, no less than rotate_every_days (7, 168 hours)"),
    "a rotation as quick as the default publication": Mistake(_SIGNING, "signing: {rotate_every_days: 1} # !\n", "signing.rotate_every_days", "is 1, no more than publish_ahead_hours (24 unless it is set)"),
    "more functions kept started than there may be": Mistake(_SIGNING, _SIGNING + "token_function: {reserved_concurrency: 2, provisioned_concurrency: 3} # !\n", "token_function.provisioned_concurrency", "is 3, more than reserved_concurrency (2)"),
    "a table protected by default and destroyed": Mistake("retention: retain\ndeletion_protection: true\n", "retention: destroy # !\n", "retention", "needs `deletion_protection: false` beside it"),
    "a table protected and destroyed": Mistake("retention: retain\ndeletion_protection: true\n", "retention: destroy\ndeletion_protection: true # !\n", "deletion_protection", "must be false where retention is `destroy`"),
}  # fmt: skip

PROFILES = {
    "an unknown preset": Mistake("preset: semaphore", "preset: semafore # !", "profiles.ci.preset", "did you mean `semaphore`?"),
    "no subject": Mistake("  nightly:\n    fields:\n", "  another: {fields: {a: {}}} # !\n  nightly:\n    fields:\n", "profiles.another.subject", "is missing: write how `sub` is made"),
    "an empty subject": Mistake(_NIGHTLY_SUBJECT, '    subject: "" # !\n', "profiles.nightly.subject", "name at least one field"),
    "a subject without fields": Mistake(_NIGHTLY_SUBJECT, "    subject: nightly # !\n", "profiles.nightly.subject", "every job would have the same subject"),
    "a subject with a brace alone": Mistake(_NIGHTLY_SUBJECT, '    subject: "team:{team" # !\n', "profiles.nightly.subject", "write each field as {name}"),
    "two fields side by side": Mistake(_NIGHTLY_SUBJECT, '    subject: "{team}{job}" # !\n', "profiles.nightly.subject", "put a `:` there"),
    "a letter alone between two fields": Mistake(_NIGHTLY_SUBJECT, '    subject: "{team}x{job}" # !\n', "profiles.nightly.subject", "put a `:` there"),
    "a field twice": Mistake(_NIGHTLY_SUBJECT, '    subject: "{team}:{job}:{team}" # !\n', "profiles.nightly.subject", "once is enough"),
    "a wildcard in the subject": Mistake(_NIGHTLY_SUBJECT, '    subject: "team:{team}:*:{job}" # !\n', "profiles.nightly.subject", "without blanks, `*` and `?`"),
    "a subject of an unknown field": Mistake(_NIGHTLY_SUBJECT, '    subject: "team:{team}:job:{jobb}" # !\n', "profiles.nightly.subject", "did you mean `job`?"),
    "a subject of constants": Mistake(_NIGHTLY_SUBJECT, '    subject: "team:{team}" # !\n    constants: {team: data}\n', "profiles.nightly.subject", "add a field in which jobs differ"),
    "a subject too long": Mistake(_NIGHTLY_SUBJECT, f'    subject: "{"x" * 250}:{{team}}:{{job}}:{{run_id}}" # !\n', "profiles.nightly.subject", "255 is the most: shorten it"),
    "a constant of an unknown field": Mistake("constants: {org: acme}", "constants: {orgg: acme} # !", "profiles.ci.constants.orgg", "did you mean `org`?"),
    "a constant that its pattern refuses": Mistake("constants: {org: acme}", "constants: {org: ac/me} # !", "profiles.ci.constants.org", "must match the pattern [A-Za-z0-9-]+ whole"),
    "a constant with a delimiter": Mistake(_NIGHTLY_FIELDS, '      job: {pattern: "[a:]+"}\n      run_id: {}\n    constants: {job: "a:a"} # !\n', "profiles.nightly.constants.job", "which separates the parts of the subject"),
    "a constant with a policy variable": Mistake(_NIGHTLY_FIELDS, '      job: {pattern: ".+"}\n      run_id: {}\n    constants: {job: "${aws}"} # !\n', "profiles.nightly.constants.job", "with which policies write variables"),
    "an empty constant": Mistake("constants: {org: acme}", 'constants: {org: ""} # !', "profiles.ci.constants.org", "must not be empty"),
    "a pattern that does not compile": Mistake('"[a-z-]+"', '"[a-z" # !\n       ', "profiles.nightly.fields.team.pattern", "is no regular expression"),
    "a pattern that takes nothing": Mistake('"[a-z-]+"', '"[a-z-]*" # !\n       ', "profiles.nightly.fields.team.pattern", "write `+` in the place of `*`"),
    "a pattern with look-alikes": Mistake('"[a-z-]+"', '"[а-я]+" # !\n       ', "profiles.nightly.fields.team.pattern", "look-alikes pass for one another: use ASCII"),  # noqa: RUF001
    "a pattern that repeats a repetition": Mistake('"[a-z-]+"', '"([a-z]+)+!" # !\n       ', "profiles.nightly.fields.team.pattern", "which can take hours on one value"),
    "a pattern that ignores case": Mistake('"[a-z-]+"', '"(?i)[a-z]+" # !\n       ', "profiles.nightly.fields.team.pattern", "write the letters out"),
    "a pattern that ignores case within": Mistake('"[a-z-]+"', '"(?i:[a-z]+)" # !\n       ', "profiles.nightly.fields.team.pattern", "write the letters out"),
    "a pattern that will change its meaning": Mistake('"[a-z-]+"', '"[[a-z]+" # !\n       ', "profiles.nightly.fields.team.pattern", "is no regular expression"),
    "a reserved claim": Mistake(_NIGHTLY_CLAIMS, '    claims: {azp: "{job}"} # !\n', "profiles.nightly.claims.azp", "choose another name"),
    "a claim of AWS": Mistake(_NIGHTLY_CLAIMS, '    claims: {"https://aws.amazon.com/roles": "{job}"} # !\n', "profiles.nightly.claims.https://aws.amazon.com/roles", "choose another name"),
    "a claim of an unknown field": Mistake(_NIGHTLY_CLAIMS, '    claims: {run: "{run}"} # !\n', "profiles.nightly.claims.run", "did you mean `run_id`?"),
    "a claim with a brace alone": Mistake(_NIGHTLY_CLAIMS, '    claims: {run: "{run"} # !\n', "profiles.nightly.claims.run", "write each field as {name}"),
    "a tag of an unknown field": Mistake(_NIGHTLY_TAGS, "    session_tags: [team, jobs] # !\n", "profiles.nightly.session_tags[1]", "did you mean `job`?"),
    "a tag twice": Mistake(_NIGHTLY_TAGS, "    session_tags: [team, job, team] # !\n", "profiles.nightly.session_tags[2]", "stands in the list twice"),
    "two tags that differ in case": Mistake(_NIGHTLY_TAGS, "    session_tags: {team: team, TEAM: job} # !\n", "profiles.nightly.session_tags.TEAM", "are one tag to AWS, which ignores case"),
    "a tag of AWS": Mistake(_NIGHTLY_TAGS, '    session_tags: {"aws:team": team} # !\n', "profiles.nightly.session_tags.aws:team", "which AWS keeps for itself"),
    "a tag with a sign": Mistake(_NIGHTLY_TAGS, '    session_tags: {"te#am": team} # !\n', "profiles.nightly.session_tags.te#am", "cannot name a tag"),
    "a tag too long": Mistake(_NIGHTLY_TAGS, f"    session_tags: {{{'t' * 128}u: team}} # !\n", f"profiles.nightly.session_tags.{'t' * 128}u", "is 129 characters long"),
    "too many tags": Mistake(_NIGHTLY_TAGS, f"    session_tags: {{{', '.join(f't{n}: team' for n in range(51))}}} # !\n", "profiles.nightly.session_tags", "has 51 tags; STS takes 50"),
    "a source identity of an unknown field": Mistake(_NIGHTLY_IDENTITY, '    source_identity: "{run}" # !\n', "profiles.nightly.source_identity", "did you mean `run_id`?"),
    "a source identity with a colon": Mistake(_NIGHTLY_IDENTITY, '    source_identity: "run:{run_id}" # !\n', "profiles.nightly.source_identity", "leave the rest out"),
    "a source identity too long": Mistake(_NIGHTLY_IDENTITY, f'    source_identity: "{"r" * 65}{{run_id}}" # !\n', "profiles.nightly.source_identity", "STS takes 64: shorten it"),
    "a source identity too short": Mistake(_NIGHTLY_IDENTITY, "    source_identity: r # !\n", "profiles.nightly.source_identity", "STS takes 2 to 64: add a field"),
    "a form without preset": Mistake("  nightly:\n", "  nightly:\n    form: job # !\n", "profiles.nightly.form", "this profile has none: name the preset"),
    "an unknown form": Mistake("    preset: semaphore\n", "    preset: semaphore\n    form: jobs # !\n", "profiles.ci.form", "`jobs` is no form of `semaphore`: did you mean `job`?"),
    "a shared subject of one's own beside a preset": Mistake("    preset: semaphore\n", "    preset: semaphore\n    subject: instance # !\n", "profiles.ci.subject", "every job would have the same subject"),
    "a number for a claim": Mistake(_NIGHTLY_CLAIMS, "    claims: {run: 12} # !\n", "profiles.nightly.claims.run", 'text is wanted: write it in quotes: "12"'),
    "a list for a claim": Mistake(_NIGHTLY_CLAIMS, "    claims: {run: [run_id]} # !\n", "profiles.nightly.claims.run", "must be text, not a list"),
    "a claim of no known kind": Mistake(_NIGHTLY_CLAIMS, "    claims: {run: {lst: run_id, list: run_id}} # !\n", "profiles.nightly.claims.run.lst", "did you mean `list`?"),
    "a list claim of no field": Mistake(_NIGHTLY_CLAIMS, "    claims: {run: {}} # !\n", "profiles.nightly.claims.run.list", "is missing: the field whose value is the list"),
    "a list claim of an unknown field": Mistake(_NIGHTLY_CLAIMS, "    claims: {run: {list: run}} # !\n", "profiles.nightly.claims.run.list", "did you mean `run_id`?"),
    "a truth for a reserved claim": Mistake(_NIGHTLY_CLAIMS, "    claims: {amr: true} # !\n", "profiles.nightly.claims.amr", "choose another name"),
    "a transitive tag that is none": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + "    transitive_tags: [jobs] # !\n", "profiles.nightly.transitive_tags[0]", "`jobs` is no session tag of this profile: did you mean `job`?"),
    "a transitive tag twice": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + "    transitive_tags: [job, job] # !\n", "profiles.nightly.transitive_tags[1]", "stands in the list twice"),
    "a default audience of an unknown field": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + '    default_audience: "https://{teem}" # !\n', "profiles.nightly.default_audience", "did you mean `team`?"),
    "a default audience with a blank": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + '    default_audience: "my {team}" # !\n', "profiles.nightly.default_audience", "printable ASCII without blanks"),
    "an empty default audience": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + '    default_audience: "" # !\n', "profiles.nightly.default_audience", "is empty: name a field"),
    "a default audience too long": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + f'    default_audience: "{"a" * 256}" # !\n', "profiles.nightly.default_audience", "255 is the most"),
    "a lifetime longer than the issuer's longest": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + "    token_lifetime_seconds: 3601 # !\n", "profiles.nightly.token_lifetime_seconds", "more than the issuer's max_token_lifetime_seconds (3600)"),
    "a lifetime too short": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + "    token_lifetime_seconds: 59 # !\n", "profiles.nightly.token_lifetime_seconds", "is 59; 60 is the least"),
    "a short subject by a reserved name": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + "    short_subject: sub # !\n", "profiles.nightly.short_subject", "choose another name"),
    "a short subject by another claim's name": Mistake(_NIGHTLY_TAGS, _NIGHTLY_TAGS + "    short_subject: run # !\n", "profiles.nightly.short_subject", "`run` is a claim of this profile already"),
    "an empty reserved value": Mistake("      job: {}\n", '      job: {reserved: [""]} # !\n', "profiles.nightly.fields.job.reserved[0]", "which no value is anyway"),
    "a reserved value twice": Mistake("      job: {}\n", "      job: {reserved: [a, a]} # !\n", "profiles.nightly.fields.job.reserved[1]", "stands in the list twice"),
    "a constant that is reserved": Mistake(_NIGHTLY_FIELDS, _NIGHTLY_FIELDS.replace("job: {}", "job: {reserved: [all]}") + "    constants: {job: all} # !\n", "profiles.nightly.constants.job", "has a meaning of its own"),
    "a stand-in outside the subject": Mistake("required: true}\n", 'otherwise: none} # !\n', "profiles.nightly.fields.run_id.otherwise", "the field is not part of the subject"),
    "a stand-in for a required field": Mistake("      job: {}\n", "      job: {required: true, otherwise: none} # !\n", "profiles.nightly.fields.job.otherwise", "every job has the field"),
    "a stand-in with a delimiter": Mistake("      job: {}\n", '      job: {otherwise: "a:b"} # !\n', "profiles.nightly.fields.job.otherwise", "which separates the parts of the subject"),
    "a stand-in with a policy variable": Mistake("      job: {}\n", '      job: {otherwise: "${b}"} # !\n', "profiles.nightly.fields.job.otherwise", "with which policies write variables"),
    "two profiles of one subject": Mistake("  nightly:\n    fields:\n", "  other: # !\n    preset: semaphore\n  nightly:\n    fields:\n", "profiles.other.subject", "can be that of a job of profile `ci` as well, such as `org:acme:project:"),
}  # fmt: skip

PLATFORMS = {
    "an unknown profile": Mistake("    profiles: [nightly]\n", "    profiles: [nightly, nightli] # !\n", "platforms.scheduler.profiles[1]", "`nightli` is no profile: did you mean `nightly`?"),
    "an unknown role": Mistake("    roles: [nightly-report]\n", "    roles: [nightly-reports] # !\n", "platforms.scheduler.roles[0]", "did you mean `nightly-report`?"),
    "a role of another profile": Mistake("    roles: [nightly-report]\n", "    roles: [web-deploy] # !\n", "platforms.scheduler.roles[0]", "trusts jobs of profile `ci`, which this platform does not register"),
    "a role without a common audience": Mistake(_SCHEDULER, _SCHEDULER + "  other: {principals: ['arn:aws:iam::111122223333:root'], profiles: [nightly], audiences: [elsewhere], roles: [nightly-report]} # !\n", "platforms.other.roles[0]", "takes none of this platform's audiences"),
    "a role twice": Mistake(_SCHEDULER, _SCHEDULER.replace("[nightly-report]", "[nightly-report, nightly-report] # !"), "platforms.scheduler.roles[1]", "stands in the list twice"),
    "a principal twice": Mistake(_PRINCIPAL, 'principals: ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"] # !', "platforms.ci-server.principals[1]", "stands in the list twice"),
    "too many principals": Mistake(_PRINCIPAL, f"principals: [{', '.join(f'arn:aws:iam::111122223333:role/server-{n}' for n in range(60))}] # !", "platforms.ci-server.principals", "and IAM takes 2048: let them assume one role of theirs"),
    "a lifetime of text": Mistake("max_job_seconds: 86400", "max_job_seconds: 1d # !", "platforms.ci-server.max_job_seconds", "must be a whole number, not the text `1d`"),
    "a where of an unknown field": Mistake("    where: {org: acme}\n", "    where: {orgg: acme} # !\n", "platforms.ci-server.where.orgg", "is no field of profile `ci`: did you mean `org`?"),
    "a where against a constant": Mistake("    where: {org: acme}\n", "    where: {org: globex} # !\n", "platforms.ci-server.where.org", "contradicts the profile's constant `acme`"),
    "a where that no job has": Mistake("    where: {org: acme}\n", "    where: {org: acme, pr: none} # !\n", "platforms.ci-server.where.pr", "must match the pattern [0-9]+ whole"),
    "an empty where": Mistake("    where: {org: acme}\n", '    where: {repo: ""} # !\n', "platforms.ci-server.where.repo", "is empty, and no field is"),
    "an audience twice": Mistake(_AUDIENCES, "    audiences: [sts.amazonaws.com, sts.amazonaws.com] # !\n", "platforms.ci-server.audiences[1]", "stands in the list twice"),
    "an audience with a blank": Mistake(_AUDIENCES, "    audiences: [sts.amazonaws.com, 'a b'] # !\n", "platforms.ci-server.audiences[1]", "printable ASCII without blanks"),
    "an audience with a wildcard": Mistake(_AUDIENCES, "    audiences: [sts.amazonaws.com, 'a*'] # !\n", "platforms.ci-server.audiences[1]", "must not hold `*`"),
    "an audience too long": Mistake(_AUDIENCES, f"    audiences: [sts.amazonaws.com, {'a' * 256}] # !\n", "platforms.ci-server.audiences[1]", "255 is the most"),
    "a profile twice": Mistake("    profiles: [ci]\n", "    profiles: [ci, ci] # !\n", "platforms.ci-server.profiles[1]", "stands in the list twice"),
    "names that differ in dashes": Mistake(_SCHEDULER, _SCHEDULER + "  ci--server: # !\n    principals: ['arn:aws:iam::111122223333:root']\n    profiles: [ci]\n    audiences: [sts.amazonaws.com]\n", "platforms.ci--server", "are one name in the stack"),
}  # fmt: skip

ROLES = {
    "an unknown profile": Mistake("    profile: nightly\n    when", "    profile: nigthly # !\n    when", "roles.nightly-report.profile", "`nigthly` is no profile: did you mean `nightly`?"),
    "a name of the stack's own roles": Mistake("  nightly-report:\n", "  keys-schedule: {profile: nightly, when: {team: ops}} # !\n  nightly-report:\n", "roles.keys-schedule", "like a role that the stack makes for itself"),
    "a name of invocation roles": Mistake("  nightly-report:\n", "  platform-x: {profile: nightly, when: {team: ops}} # !\n  nightly-report:\n", "roles.platform-x", "as the names of invocation roles do"),
    "a when of an unknown field": Mistake(_NIGHTLY_WHEN, "    when: {teem: data} # !\n", "roles.nightly-report.when.teem", "did you mean `team`?"),
    "a when outside the subject": Mistake(_NIGHTLY_WHEN, '    when: {team: data, run_id: "1"} # !\n', "roles.nightly-report.when.run_id", "IAM sees nothing else of a token: use `team`, `job`"),
    "a when that no job has": Mistake(_NIGHTLY_WHEN, "    when: {team: Data} # !\n", "roles.nightly-report.when.team", "must match the pattern [a-z-]+ whole"),
    "a when with a delimiter": Mistake(_NIGHTLY_WHEN, '    when: {team: "data:*"} # !\n', "roles.nightly-report.when.team", "which separates the parts of the subject"),
    "a when with a blank": Mistake(_NIGHTLY_WHEN, '    when: {team: "data *"} # !\n', "roles.nightly-report.when.team", "printable ASCII without blanks"),
    "a when with a policy variable": Mistake(_NIGHTLY_WHEN, '    when: {team: "${aws/username}*"} # !\n', "roles.nightly-report.when.team", "with which policies write variables"),
    "a when against a constant": Mistake(_RELEASE_WHEN, '    when: {org: globex, ref_type: tag, ref: "refs/tags/v*"} # !\n', "roles.web-release.when.org", "contradicts the profile's constant `acme`"),
    "an empty when value": Mistake(_NIGHTLY_WHEN, '    when: {team: ""} # !\n', "roles.nightly-report.when.team", "is empty, and no field is"),
    "a kind of ref that is none": Mistake(_RELEASE_WHEN, "    when: {ref_type: brunch} # !\n", "roles.web-release.when.ref_type", "must match the pattern branch|tag|pull-request whole"),
    "kinds of ref that are none": Mistake(_RELEASE_WHEN, '    when: {ref_type: "br*x"} # !\n', "roles.web-release.when.ref_type", "fits no value of this field, which is one of branch, tag"),
    "no when": Mistake("    when: {team: data}\n", "", "roles.nightly-report.when", "lets every job of profile `nightly` assume the role"),
    "an empty when": Mistake(_NIGHTLY_WHEN, "    when: {} # !\n", "roles.nightly-report.when", "or say in `allow_any` why"),
    "a when of wildcards": Mistake(_NIGHTLY_WHEN, '    when: {team: "*", job: "?*"} # !\n', "roles.nightly-report.when.team", "lets every job of profile `nightly` assume the role"),
    "a when of constants": Mistake(_RELEASE_WHEN, "    when: {org: acme} # !\n", "roles.web-release.when", "lets every job of profile `ci` assume the role"),
    "no kind of ref": Mistake(_RELEASE_WHEN, "    when: {repo: web} # !\n", "roles.web-release.when", "say which `ref_type` it wants, one of `branch`, `tag`, `pull-request`"),
    "any kind of ref": Mistake(_RELEASE_WHEN, '    when: {repo: web, ref_type: "*"} # !\n', "roles.web-release.when.ref_type", "branches, tags and pull requests alike"),
    "a value that fits no value of its pattern": Mistake(_RELEASE_WHEN, '    when: {ref_type: tag, ref: "v*"} # !\n', "roles.web-release.when.ref", "fits no value of this field, which matches the pattern refs/"),
    "two kinds of ref": Mistake(_RELEASE_WHEN, '    when: {repo: web, ref_type: "*a*"} # !\n', "roles.web-release.when.ref_type", "branches, tags and pull requests alike"),
    "a reason that is not needed": Mistake(_NIGHTLY_WHEN, "    when: {team: data}\n    allow_any: because it was so once # !\n", "roles.nightly-report.allow_any", "leave it out"),
    "audiences that no platform has": Mistake("    when: {team: data}\n", "    when: {team: data}\n  other: {profile: nightly, when: {team: data}, audiences: [elsewhere]} # !\n", "roles.other", "`scheduler` has none of the audiences `elsewhere`"),
    "a profile that no platform has": Mistake("    profiles: [nightly]\n    audiences: [sts.amazonaws.com]\n    roles: [nightly-report]\nroles:\n  web-deploy:\n    profile: ci\n", "    profiles: [ci]\n    audiences: [sts.amazonaws.com]\nroles:\n  web-deploy:\n    profile: ci\n", "roles.nightly-report", "`scheduler` does not register profile `nightly`"),
    "a when that no platform registers": Mistake("    where: {org: acme}\n", '    where: {org: acme, ref: "refs/heads/*"}\n', "roles.web-release", "`ci-server` registers only ref `refs/heads/*`"),
    "a pin that no platform may": Mistake("    roles: [web-deploy, web-release]\n", "    roles: [web-deploy]\n", "roles.web-release.pin", "add it to `roles` of `ci-server`"),
    "a policy twice": Mistake('["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]', '["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] # !', "roles.web-deploy.managed_policies[1]", "stands in the list twice"),
    "a trust policy too long": Mistake("    audiences: [sts.amazonaws.com]\n    managed_policies", f"    audiences: [sts.amazonaws.com, {_BIG_AUDIENCES}]\n    managed_policies", "roles.web-deploy", "and IAM takes 2048: name fewer or shorter audiences"),
    "a subject longer than any": Mistake(_NIGHTLY_WHEN, f"    when: {{team: {'a' * 150}, job: {'a' * 150}}} # !\n", "roles.nightly-report.when", "255 is the most: shorten the values"),
}  # fmt: skip

MISTAKES = {
    f"{kind}: {name}": mistake
    for kind, table in {
        "writing": WRITING, "form": FORM, "issuer": ISSUER, "profile": PROFILES, "platform": PLATFORMS, "role": ROLES,
    }.items()
    for name, mistake in table.items()
}  # fmt: skip
