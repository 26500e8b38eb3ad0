"""One mistake each in what a role trusts, where it is, and what it may do; `mistakes.py` says how to read them."""

# ruff: noqa: E501 -- a table reads best with one case on a line
from tests.configuration.mistakes import Mistake

_RELEASE_WHEN = '    when: {ref_type: tag, ref: "refs/tags/v*"}\n'
_NIGHTLY_WHEN = "    when: {team: data}\n"
_ROLES = "roles:\n  web-deploy:\n"
_REPORT = "  nightly-report:\n"
_LONG = ", ".join(f"'arn:aws:s3:::{'b' * 60}/{number}'" for number in range(130))


def _when(when: str) -> str:
    return f"    when: {when} # !\n"


def _tags(tags: str) -> str:
    return f"{_NIGHTLY_WHEN}    session_tags: {tags} # !\n"


def _inline(policy: str) -> str:
    return f"{_NIGHTLY_WHEN}    inline_policies: {{read: {policy}}} # !\n"


def _statement(statement: str) -> str:
    return _inline(f"{{Statement: [{statement}]}}")


def _accounts(accounts: str, *roles: str) -> str:
    """Other accounts, and roles in them before those of the issuer's own."""
    lines = "".join(f"  {role}\n" for role in roles)
    return f"accounts:\n{accounts}roles:\n{lines}  web-deploy:\n"


_STAGING = '  staging: {id: "222233334444"}\n'
_THERE = "there: {profile: nightly, when: {team: ops}, account: staging}"
_MANY = ", ".join(["sts.amazonaws.com", *(f"aud-{number}" for number in range(100))])

_ALTERNATIVES = {
    "none": Mistake(_NIGHTLY_WHEN, _when("[]"), "roles.nightly-report.when", "name at least one"),
    "no mapping": Mistake(_NIGHTLY_WHEN, _when("[{team: data}, job]"), "roles.nightly-report.when[1]", "must be a mapping"),
    "an unknown field": Mistake(_NIGHTLY_WHEN, _when("[{team: data}, {teem: ops}]"), "roles.nightly-report.when[1].teem", "did you mean `team`?"),
    "a number": Mistake(_NIGHTLY_WHEN, _when("[{team: data}, {job: 12}]"), "roles.nightly-report.when[1].job", 'write it in quotes: "12"'),
    "a value that no job has": Mistake(_NIGHTLY_WHEN, _when("[{team: data}, {team: Ops}]"), "roles.nightly-report.when[1].team", "must match the pattern [a-z-]+ whole"),
    "too long a subject": Mistake(_NIGHTLY_WHEN, _when(f"[{{team: data}}, {{team: {'a' * 150}, job: {'a' * 150}}}]"), "roles.nightly-report.when[1]", "255 is the most"),
    "twice the same": Mistake(_NIGHTLY_WHEN, _when("[{team: data}, {team: ops}, {team: data}]"), "roles.nightly-report.when[2]", "says the same as `when[0]`: leave it out"),
    "twice the same in other signs": Mistake(_NIGHTLY_WHEN, _when('[{team: "data*?"}, {team: "data?*"}]'), "roles.nightly-report.when[1]", "says the same as `when[0]`"),
    "within a later one": Mistake(_NIGHTLY_WHEN, _when('[{team: data, job: report}, {team: "dat*"}]'), "roles.nightly-report.when[0]", "takes only jobs that are taken by `when[1]`"),
    "within an earlier one": Mistake(_NIGHTLY_WHEN, _when('[{team: "d*"}, {team: "d?t*"}]'), "roles.nightly-report.when[1]", "takes only jobs that are taken by `when[0]`"),
    "any kind of ref": Mistake(_RELEASE_WHEN, _when("[{ref_type: tag, repo: web}, {repo: api}]"), "roles.web-release.when[1]", "branches, tags and pull requests alike"),
    "every kind of ref named": Mistake(_RELEASE_WHEN, _when("[{ref_type: branch}, {ref_type: tag}, {ref_type: pull-request}]"), "roles.web-release.when", "lets every job of profile `ci` assume the role, one alternative or another"),
    "every job": Mistake(_NIGHTLY_WHEN, _when("[{team: data}, {}]"), "roles.nightly-report.when[0]", "taken by `when[1]`"),
    "one that no platform registers": Mistake('    profiles: [nightly]\n', "    profiles: [nightly]\n    where: {team: ops}\n", "roles.nightly-report", "no platform can register: `ci-server` does not register profile `nightly`; `scheduler` registers only team `ops`. Change `when`, or a platform's `where`"),
}  # fmt: skip

_BREADTH = {
    "what every ref begins with": Mistake(_RELEASE_WHEN, _when('{ref_type: "*", ref: "refs/*"}'), "roles.web-release.when", "lets every job of profile `ci` assume the role"),
    "what every ref holds": Mistake(_RELEASE_WHEN, _when('{ref: "*/*"}'), "roles.web-release.when", "lets every job of profile `ci`"),
    "what every kind holds": Mistake(_RELEASE_WHEN, _when('{ref_type: "*a*", ref: "?e*"}'), "roles.web-release.when.ref_type", "branches, tags and pull requests alike"),
    "as many characters as every value has": Mistake(_RELEASE_WHEN, _when('{project_id: "????????-*"}'), "roles.web-release.when", "say which `ref_type` it wants"),
    "tags that every job has": Mistake(_NIGHTLY_WHEN, '    session_tags: {job: "*"}\n', "roles.nightly-report.when", "lets every job of profile `nightly`"),
}  # fmt: skip

_TAGS = {
    "an unknown tag": Mistake(_NIGHTLY_WHEN, _tags("{teem: data}"), "roles.nightly-report.session_tags.teem", "is no session tag of profile `nightly`: did you mean `team`?"),
    "a field that is no tag": Mistake(_NIGHTLY_WHEN, _tags('{run_id: "1"}'), "roles.nightly-report.session_tags.run_id", "is no session tag of profile `nightly`: there is `job`, `team`"),
    "a value that is no text": Mistake(_NIGHTLY_WHEN, _tags("{job: 12}"), "roles.nightly-report.session_tags.job", 'write it in quotes: "12"'),
    "a value that no job has": Mistake(_NIGHTLY_WHEN, _tags("{team: Data}"), "roles.nightly-report.session_tags.team", "must match the pattern [a-z-]+ whole"),
    "a policy variable": Mistake(_NIGHTLY_WHEN, _tags('{job: "${aws:username}*"}'), "roles.nightly-report.session_tags.job", "with which policies write variables"),
    "against the when": Mistake(_NIGHTLY_WHEN, _tags('{team: "ops*"}'), "roles.nightly-report.session_tags.team", "contradicts what `when` says of `team`"),
    "longer than a tag": Mistake(_NIGHTLY_WHEN, _tags(f"{{job: '{'a' * 256}*{'a' * 8}'}}"), "roles.nightly-report.session_tags.job", "256"),
    "no list": Mistake(_NIGHTLY_WHEN, _tags("[team]"), "roles.nightly-report.session_tags", "must be a mapping"),
    "that no platform registers": Mistake('    profiles: [nightly]\n    audiences: [sts.amazonaws.com]\n    roles: [nightly-report]\nroles:\n', '    profiles: [nightly]\n    where: {job: nothing}\n    audiences: [sts.amazonaws.com]\n    roles: [nightly-report]\nroles:\n  tagged: {profile: nightly, when: {team: data}, session_tags: {job: report}} # !\n', "roles.tagged", "`scheduler` registers only job `nothing`. Change `when` or `session_tags`, or a platform's `where`"),
}  # fmt: skip

_ACCOUNTS = {
    "an unknown account": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    account: staging # !\n", "roles.nightly-report.account", "`staging` is no account: there is none"),
    "a near miss": Mistake(_ROLES, _accounts(_STAGING, _THERE, "near: {profile: nightly, when: {team: x}, account: stagin} # !"), "roles.near.account", "did you mean `staging`?"),
    "a number for an ID": Mistake(_ROLES, _accounts("  staging: {id: 222233334444} # !\n", _THERE), "accounts.staging.id", "write it in quotes"),
    "an ID that is none": Mistake(_ROLES, _accounts('  staging: {id: "2222-3333-4444"} # !\n', _THERE), "accounts.staging.id", "must be the number of an AWS account: its 12 digits in quotes"),
    "no ID": Mistake(_ROLES, _accounts("  staging: {} # !\n", _THERE), "accounts.staging.id", "is missing: the account's number"),
    "an unknown way to a provider": Mistake(_ROLES, _accounts('  staging: {id: "222233334444", provider: keep} # !\n', _THERE), "accounts.staging.provider", "must be one of `create`, `adopt`"),
    "an unknown way to one's own provider": Mistake(_ROLES, "trust: {provider: adpt} # !\n" + _ROLES, "trust.provider", "did you mean `adopt`?"),
    "one account twice": Mistake(_ROLES, _accounts(_STAGING + '  testing: {id: "222233334444"} # !\n', _THERE, "too: {profile: nightly, when: {team: x}, account: testing}"), "accounts.testing.id", "is the number of `staging` too"),
    "names that are one in the stack": Mistake(_ROLES, _accounts('  a-b: {id: "222233334444"}\n  a--b: {id: "222233334445"} # !\n', "x: {profile: nightly, when: {team: x}, account: a-b}", "y: {profile: nightly, when: {team: x}, account: a--b}"), "accounts.a--b", "are one name in the stack"),
    "an account without roles": Mistake(_ROLES, _accounts(_STAGING.replace("\n", " # !\n")), "accounts.staging", "no role has `account: staging`"),
    "too many audiences": Mistake(_ROLES, _accounts(_STAGING, f"there: {{profile: nightly, when: {{team: ops}}, account: staging, audiences: [{_MANY}]}}"), "accounts.staging", "has roles that name 101 audiences in all, and an IAM provider takes 100"),
    "another account's policy": Mistake(_ROLES, _accounts(_STAGING, "there: {profile: nightly, when: {team: ops}, account: staging, managed_policies: ['arn:aws:iam::111122223333:policy/x']} # !"), "roles.there.managed_policies[0]", "is a policy of another account than the role's (222233334444)"),
    "another account's boundary": Mistake(_ROLES, _accounts(_STAGING, "there: {profile: nightly, when: {team: ops}, account: staging, permissions_boundary: 'arn:aws:iam::111122223333:policy/x'} # !"), "roles.there.permissions_boundary", "name one of that account, or an AWS managed one"),
}  # fmt: skip

_PERMISSIONS = {
    "a boundary that is no ARN": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    permissions_boundary: developers # !\n", "roles.nightly-report.permissions_boundary", "is no ARN of a managed policy"),
    "a boundary that is a role": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    permissions_boundary: arn:aws:iam::111122223333:role/x # !\n", "roles.nightly-report.permissions_boundary", "is no ARN of a managed policy"),
    "a path without its slash": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    path: /jobs # !\n", "roles.nightly-report.path", "begins and ends in `/`, such as `/jobs/`"),
    "a path with a blank": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    path: '/my jobs/' # !\n", "roles.nightly-report.path", "begins and ends in `/`"),
    "a path too long": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    path: /{'a' * 511}/ # !\n", "roles.nightly-report.path", "has 513 characters; 512 is the most"),
    "AWS's own path": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    path: /aws-service-role/x/ # !\n", "roles.nightly-report.path", "AWS keeps for roles of its own"),
    "a policy's name": Mistake(_NIGHTLY_WHEN, f"{_NIGHTLY_WHEN}    inline_policies: {{read all: {{}}}} # !\n", "roles.nightly-report.inline_policies.read all", "must be a policy's name"),
    "a policy that is a text": Mistake(_NIGHTLY_WHEN, _inline("s3:GetObject"), "roles.nightly-report.inline_policies.read", "must be a mapping"),
    "no statement": Mistake(_NIGHTLY_WHEN, _inline("{}"), "roles.nightly-report.inline_policies.read", "must have a list under `Statement`"),
    "a statement that is no list": Mistake(_NIGHTLY_WHEN, _inline("{Statement: {Effect: Allow}}"), "roles.nightly-report.inline_policies.read.Statement", "must have a list under `Statement`"),
    "an element in small letters": Mistake(_NIGHTLY_WHEN, _inline("{statement: [], Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}"), "roles.nightly-report.inline_policies.read.statement", "did you mean `Statement`?"),
    "a version of its own": Mistake(_NIGHTLY_WHEN, _inline("{Version: '2012-10-18', Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}"), "roles.nightly-report.inline_policies.read.Version", 'write `"2012-10-17"`, in quotes'),
    "a statement that is a text": Mistake(_NIGHTLY_WHEN, _statement("allow"), "roles.nightly-report.inline_policies.read.Statement[0]", "must be a mapping with `Effect`"),
    "no effect": Mistake(_NIGHTLY_WHEN, _statement("{Action: '*', Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0]", "must say `Effect: Allow`"),
    "an effect in small letters": Mistake(_NIGHTLY_WHEN, _statement("{Effect: allow, Action: '*', Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0].Effect", "must say `Effect: Allow`"),
    "no action": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0]", "either `Action` or `NotAction`, such as `s3:GetObject`"),
    "an action and its negation": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', NotAction: 's3:*', Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0]", "not both"),
    "an action without a service": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: [s3:GetObject, PutObject], Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0].Action[1]", "`PutObject` is nothing that IAM takes there"),
    "no actions at all": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: [], Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0].Action", "is empty"),
    "no resource": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0]", "either `Resource` or `NotResource`"),
    "a resource that is no ARN": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: my-bucket}"), "roles.nightly-report.inline_policies.read.Statement[0].Resource", "write `*` or an ARN"),
    "a principal": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0].Principal", "whose principal is the role: leave it out"),
    "an unknown element": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Actions: '*', Action: '*', Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0].Actions", "did you mean `Action`?"),
    "a Sid twice": Mistake(_NIGHTLY_WHEN, _statement("{Sid: A, Effect: Allow, Action: '*', Resource: '*'}, {Sid: A, Effect: Deny, Action: '*', Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[1].Sid", "is the Sid of an earlier statement"),
    "a Sid with a blank": Mistake(_NIGHTLY_WHEN, _statement("{Sid: Read it, Effect: Allow, Action: '*', Resource: '*'}"), "roles.nightly-report.inline_policies.read.Statement[0].Sid", "letters and digits alone"),
    "a condition that is a list": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: '*', Condition: [x]}"), "roles.nightly-report.inline_policies.read.Statement[0].Condition", "must be a mapping of operators"),
    "an unknown operator": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEqual: {'s3:a': b}}}"), "roles.nightly-report.inline_policies.read.Statement[0].Condition.StringEqual", "is no operator of conditions"),
    "an operator without a key": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: x}}"), "roles.nightly-report.inline_policies.read.Statement[0].Condition.StringEquals", "must be a mapping of condition keys"),
    "a condition of nothing": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: '*', Condition: {Bool: {'s3:a': [true, null]}}}"), "roles.nightly-report.inline_policies.read.Statement[0].Condition.Bool.s3:a[1]", "must be text, a number or a truth"),
    "a function of CloudFormation": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {Ref: 'AWS::AccountId'}}}"), "roles.nightly-report.inline_policies.read.Statement[0].Condition.StringEquals.Ref", "CloudFormation's functions have no place"),
    "another function of CloudFormation": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {'Fn::Sub': x}}}"), "roles.nightly-report.inline_policies.read.Statement[0].Condition.StringEquals.Fn::Sub", "CloudFormation's functions have no place"),
    "a value that CDK fills in": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::${Token[TOKEN.1]}/*'}"), "roles.nightly-report.inline_policies.read.Statement[0].Resource", "which CDK takes for a value of its own"),
    "a character of no policy": Mistake(_NIGHTLY_WHEN, _statement("{Effect: Allow, Action: '*', Resource: \"arn:aws:s3:::\\u20ac/*\"}"), "roles.nightly-report.inline_policies.read.Statement[0].Resource", "a character that IAM takes in no policy"),
    "too much of it": Mistake(_NIGHTLY_WHEN, _statement(f"{{Effect: Allow, Action: '*', Resource: [{_LONG}]}}"), "roles.nightly-report.inline_policies", "and IAM takes 10,240: make some managed policies"),
}  # fmt: skip

_DUPLICATES = {
    "one role under two names": Mistake(_REPORT, "  again: {profile: nightly, when: {team: data}}\n  nightly-report: # !\n", "roles.nightly-report", "differs from `again` in its name alone"),
    "one role in another order": Mistake(_REPORT, "  again: {profile: nightly, when: [{team: data}], pin: optional}\n  nightly-report: # !\n", "roles.nightly-report", "differs from `again` in its name alone"),
}  # fmt: skip

MISTAKES = {
    f"{kind}: {name}": mistake
    for kind, table in {
        "alternative": _ALTERNATIVES, "breadth": _BREADTH, "tag": _TAGS, "account": _ACCOUNTS,
        "permission": _PERMISSIONS, "duplicate": _DUPLICATES,
    }.items()
    for name, mistake in table.items()
}  # fmt: skip
