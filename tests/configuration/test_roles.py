"""What a role may say: what of the file reaches the domain, and what is trusted broadly on purpose or not at all."""

import json
from typing import Any

import pytest

from jobpass.configuration import ConfigurationError, parse
from jobpass_issuer.domain.trusting_role import TrustingRole
from tests.configuration.example import SOUND, spoiled

_WHEN = "    when: {team: data}\n"
_RELEASE = '    when: {ref_type: tag, ref: "refs/tags/v*"}\n'


def _role(settings: str, old: str = _WHEN, name: str = "nightly-report") -> TrustingRole:
    return parse(spoiled(old, settings)).deployment().roles[name]


def test_alternatives_stay_in_their_order() -> None:
    role = _role("    when: [{team: data}, {team: ops, job: report}]\n")

    assert role.when == ({"team": "data"}, {"team": "ops", "job": "report"})


def test_a_mapping_is_one_alternative() -> None:
    assert _role(_WHEN).when == ({"team": "data"},)


def test_alternatives_that_overlap_in_part_are_taken() -> None:
    assert len(_role('    when: [{team: "a*"}, {team: "*b"}, {team: c, job: "x*"}, {team: c, job: "*y"}]\n').when) == 4


@pytest.mark.parametrize(
    "when",
    [
        '{ref_type: branch, ref: "refs/*"}',
        '[{ref_type: branch}, {ref_type: tag}]',
        '[{repo: web, ref_type: branch}, {ref_type: tag}, {ref_type: pull-request}]',
        '{repo: "w?*", ref_type: "t*"}',
    ],
)  # fmt: skip
def test_jobs_that_are_named_by_one_field_are_named(when: str) -> None:
    assert _role(f"    when: {when}\n", _RELEASE, "web-release").when


@pytest.mark.parametrize("when", ['{ref: "refs/*"}', '{ref: "*/*", repo: "?*"}', "{}"])
def test_with_a_reason_a_role_trusts_every_job(when: str) -> None:
    reason = "    allow_any: everybody may read the cache\n"

    assert _role(f"    when: {when}\n{reason}", _RELEASE, "web-release").when


def test_a_reason_that_no_alternative_needs_is_refused() -> None:
    text = spoiled(_WHEN, "    when: [{team: data}, {team: ops}]\n    allow_any: because it was so\n")

    with pytest.raises(ConfigurationError, match=r"allow_any: is not needed"):
        parse(text)


def test_a_session_tag_names_jobs_as_a_field_of_the_subject_does() -> None:
    role = _role('    when: {team: "*"}\n    session_tags: {job: "report-*"}\n')

    assert role.session_tags == {"job": "report-*"}


def test_a_field_outside_the_subject_is_led_to_its_tag() -> None:
    text = spoiled("    session_tags: [team, job]\n", "    session_tags: [team, job, run_id]\n")

    with pytest.raises(ConfigurationError, match="ask for the session tag `run_id` in `session_tags`"):
        parse(text.replace(_WHEN, '    when: {team: data, run_id: "1"}\n'))


@pytest.mark.parametrize(("ref", "refused"), [('"*"', True), ('"?*"', True), ("main", False), ('"release-*"', False)])
def test_a_ref_of_a_profile_of_ones_own_is_named_too(ref: str, refused: bool) -> None:
    text = spoiled("team:{team}:job:{job}", "team:{team}:ref:{ref}").replace("      job: {}\n", "      ref: {}\n")
    text = text.replace("session_tags: [team, job]", "session_tags: [team, ref]")
    text = text.replace(_WHEN, f"    when: {{team: data, ref: {ref}}}\n")

    if refused:
        with pytest.raises(
            ConfigurationError, match=r"branches, tags and pull requests alike .*: say what `ref` must be"
        ):
            parse(text)
    else:
        assert parse(text).deployment().roles["nightly-report"].when


def test_a_role_has_its_path_and_its_account() -> None:
    text = SOUND.replace(
        "roles:\n  web-deploy:\n", 'accounts: {staging: {id: "222233334444"}}\nroles:\n  web-deploy:\n'
    )
    text = text.replace(_WHEN, f"{_WHEN}    path: /jobs/nightly/\n    account: staging\n")
    configuration = parse(text)
    role = configuration.deployment().roles["nightly-report"]

    assert role.arn("aws", "111122223333") == "arn:aws:iam::222233334444:role/jobs/nightly/jobpass-nightly-report"
    assert (role.path, role.role_name) == ("/jobs/nightly/", "jobpass-nightly-report")
    assert [each.name for each in configuration.deployment().roles_in("222233334444")] == ["nightly-report"]
    assert configuration.accounts["staging"].provider == configuration.trust.provider == "create"


def test_roles_of_other_accounts_need_an_address_that_is_known() -> None:
    document: dict[str, Any] = {
        "profiles": {"ci": {"fields": {"job": {}}, "subject": "job:{job}"}},
        "platforms": {
            "p": {
                "principals": ["arn:aws:iam::111122223333:root"],
                "profiles": ["ci"],
                "audiences": ["sts.amazonaws.com"],
            }
        },
        "accounts": {"staging": {"id": "222233334444"}},
        "roles": {"r": {"profile": "ci", "when": {"job": "x"}, "account": "staging"}},
    }

    with pytest.raises(ConfigurationError) as refusal:
        parse(json.dumps(document))

    (problem,) = refusal.value.problems
    assert problem.path == "accounts"
    assert "set it to a domain of your own" in problem.message
    assert "the output `IssuerUrl`" in problem.message


def test_inline_policies_reach_iam_with_a_version() -> None:
    statement = "{Effect: Allow, Action: [s3:GetObject, 's3:List*'], Resource: '*', Condition: {Bool: {a:b: true}}}"
    denied = "{Effect: Deny, NotAction: 'iam:*', NotResource: 'arn:aws:s3:::b'}"
    text = spoiled(
        _WHEN,
        f"{_WHEN}    inline_policies:\n      read: {{Statement: [{statement}]}}\n"
        f"      old: {{Version: '2008-10-17', Statement: [{denied}]}}\n"
        "    permissions_boundary: arn:aws:iam::111122223333:policy/team/most\n",
    )
    settings = parse(text).roles["nightly-report"]

    documents = settings.inline_documents()

    assert {name: each["Version"] for name, each in documents.items()} == {"read": "2012-10-17", "old": "2008-10-17"}
    assert documents["read"]["Statement"][0]["Condition"] == {"Bool": {"a:b": True}}
    assert settings.permissions_boundary == "arn:aws:iam::111122223333:policy/team/most"


def test_roles_that_differ_in_what_they_may_do_are_two() -> None:
    twin = (
        "  twin: {profile: nightly, when: {team: data}, managed_policies: ['arn:aws:iam::aws:policy/ReadOnlyAccess']}\n"
    )

    assert len(parse(spoiled("  nightly-report:\n", f"{twin}  nightly-report:\n")).roles) == 4


@pytest.mark.parametrize(("count", "refused"), [(100, False), (101, True)])
def test_the_audiences_of_each_account_count_by_themselves(count: int, refused: bool) -> None:
    names = [f"a{number}" for number in range(99)]
    text = SOUND.replace("[sts.amazonaws.com, vault.example.com]", f"[sts.amazonaws.com, {', '.join(names)}, more]")
    text = text.replace("roles:\n  web-deploy:\n", 'accounts: {staging: {id: "222233334444"}}\nroles:\n  web-deploy:\n')
    text += "".join(
        f"  r{number}: {{profile: ci, when: {{ref_type: tag, repo: web}}, audiences: [{name}], account: staging}}\n"
        for number, name in enumerate([*names, "sts.amazonaws.com", "more"][:count])
    )

    if refused:
        with pytest.raises(ConfigurationError, match=r"accounts\.staging: has roles that name 101 audiences in all"):
            parse(text)
    else:
        deployment = parse(text).deployment()
        assert len(deployment.client_ids("222233334444")) == 100
        assert deployment.client_ids(None) == ("sts.amazonaws.com",)
        assert len(deployment.aws_audiences) == 100


def test_a_tag_is_not_what_stands_for_a_field_that_a_job_leaves_out() -> None:
    text = SOUND.replace("      job: {}\n", "      job: {otherwise: none}\n")
    tagged = "    when: {team: data}\n    session_tags: {job: %s}\n"

    with pytest.raises(ConfigurationError, match=r"session_tags\.job: `none` stands in the subject"):
        parse(text.replace(_WHEN, tagged % "none"))
    assert parse(text.replace(_WHEN, tagged % "report")).deployment().roles["nightly-report"].session_tags
    assert parse(text.replace(_WHEN, "    when: {team: data, job: none}\n"))


_GITHUB = """\
name: jobpass
profiles:
  github: {preset: github%s}
platforms:
  server:
    principals: ["arn:aws:iam::111122223333:role/server"]
    profiles: [github]
    where: %s
    audiences: [sts.amazonaws.com]
    roles: [deploy]
roles:
  deploy: {profile: github, when: %s%s}
"""
_OTHER = "{repository: other/web, ref: refs/heads/main}"
_TAG = ", session_tags: {repository_owner: acme}"


@pytest.mark.parametrize(
    ("constants", "where", "when", "tags"),
    [
        ("", "{repository_owner: acme}", _OTHER, ""),
        ("", "{repository_owner: acme}", '{repository: "other/*", ref: refs/heads/main}', ""),
        ("", '{repository_owner: "acme*"}', _OTHER, ""),
        (", constants: {repository_owner: acme}", '{ref: "*"}', _OTHER, ""),
        ("", '{ref: "*"}', _OTHER, _TAG),
    ],
    ids=["where", "patterns", "where-pattern", "constant", "tag"],
)
def test_a_role_whose_fields_contradict_one_another_on_each_platform_is_refused(
    constants: str, where: str, when: str, tags: str
) -> None:
    with pytest.raises(ConfigurationError, match="no platform can register") as caught:
        parse(_GITHUB % (constants, where, when, tags))

    (problem,) = caught.value.problems
    assert problem.path == "roles.deploy"
    assert "`server` registers only repository `acme" in problem.message
    assert "which is `{repository_owner}/*`" in problem.message


@pytest.mark.parametrize(
    ("constants", "where", "when", "tags"),
    [
        ("", "{repository_owner: acme}", '{repository: "acme/*", ref: refs/heads/main}', ""),
        ("", '{repository_owner: "*er"}', _OTHER, ""),
        ("", '{ref: "*"}', _OTHER, ""),
        (", constants: {repository_owner: other}", '{ref: "*"}', _OTHER, ""),
        ("", '{ref: "*"}', '{repository: "a*", ref: refs/heads/main}', _TAG),
    ],
    ids=["where", "where-pattern", "unknown", "constant", "tag"],
)
def test_a_role_whose_fields_agree_on_a_platform_is_taken(constants: str, where: str, when: str, tags: str) -> None:
    assert parse(_GITHUB % (constants, where, when, tags)).deployment().roles["deploy"].when
