"""Every mistake is reported with its path, its line and what to do."""

from pathlib import Path

import pytest
import yaml

from jobpass.configuration import ConfigurationError, Problem, load, parse, yaml_document
from tests.configuration import mistakes, role_mistakes
from tests.configuration.example import SOUND, spoiled
from tests.configuration.mistakes import Mistake

MISTAKES = {**mistakes.MISTAKES, **role_mistakes.MISTAKES}


def problems(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a text that something must be wrong with."""
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return caught.value.problems


def test_the_configuration_that_the_mistakes_are_made_in_is_sound() -> None:
    assert parse(SOUND).name == "jobpass"


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_one_mistake_is_one_problem_with_path_line_and_remedy(mistake: Mistake) -> None:
    text = spoiled(mistake.old, mistake.new)
    marked = [number for number, line in enumerate(text.splitlines(), 1) if "# !" in line]

    found = problems(text)

    assert [problem.path for problem in found] == [mistake.path], [str(problem) for problem in found]
    assert mistake.words in found[0].message
    assert not marked or marked == [found[0].line]
    assert "pydantic" not in found[0].message
    assert "Input should" not in found[0].message


BAD_EVERYWHERE = """\
nam: jobpass
issuer:
  url: http://oidc.example.com
  token_lifetime_seconds: 5
signing: {algorithm: HS256}
retention: destroy
profiles:
  ci:
    preset: semaphore
    constants: {org: on}
  nightly:
    fields: {team: {pattern: "["}, job: {}}
    subject: "team:{team}"
    claims: {sub: "{job}"}
  weekly:
    fields: {day: {}}
    subject: "day:{day}"
platforms:
  scheduler:
    principals: ["*"]
    profiles: [weekly, monthly]
    where: {dai: monday}
    audiences: [sts.amazonaws.com, "a b"]
    roles: [report]
    roles: [report]
roles:
  report:
    profile: weekly
    when: {day: "${x}"}
    pin: always
  other:
    profile: weekly
"""


def test_mistakes_of_writing_form_and_meaning_are_reported_in_one_run_in_the_order_of_the_file() -> None:
    found = problems(BAD_EVERYWHERE)

    assert [(problem.line, problem.path) for problem in found] == [
        (1, "nam"),
        (2, "issuer.certificate_arn"),
        (3, "issuer.url"),
        (4, "issuer.token_lifetime_seconds"),
        (5, "signing.algorithm"),
        (6, "retention"),
        (10, "profiles.ci.constants.org"),
        (12, "profiles.nightly.fields.team.pattern"),
        (14, "profiles.nightly.claims.sub"),
        (20, "platforms.scheduler.principals[0]"),
        (21, "platforms.scheduler.profiles[1]"),
        (22, "platforms.scheduler.where.dai"),
        (23, "platforms.scheduler.audiences[1]"),
        (25, "platforms.scheduler.roles"),
        (29, "roles.report.when.day"),
        (30, "roles.report.pin"),
        (31, "roles.other.when"),
    ]


def test_the_error_prints_as_a_list_with_lines() -> None:
    text = spoiled("name: jobpass\n", "nam: jobpass\n").replace("ref: refs/heads/main", "ref: main")

    with pytest.raises(ConfigurationError) as caught:
        parse(text, "mine.yaml")

    assert str(caught.value) == (
        "mine.yaml: 2 mistakes\n"
        "  line 1  nam: is no setting here: did you mean `name`?\n"
        "  line 47  roles.web-deploy.when.ref: `main` must match the pattern refs/[A-Za-z0-9._/@+#=,()!&'-]+ whole"
    )


SYNTAX = {
    "a tab": ("name: a\nissuer:\n\turl: b\n", 3, "it takes no tab for indentation"),
    "an open quote": ('name: "a\nissuer: b\n', None, "a quote is opened"),
    "a colon too many": ("name: a: b\n", 1, "write the text in quotes"),
    "an indentation of its own": ("issuer:\n  url: a\n token: b\n", 3, "the indentation or a bracket does not fit"),
    "an open bracket": ("name: [a\nissuer: b\n", None, "the indentation or a bracket"),
    "a reserved sign": ("name: @a\n", 1, "a sign that YAML reserves: write it in quotes"),
    "a reference to nothing": ("name: *a\n", 1, "write text that begins with `*` in quotes"),
    "two documents": ("name: a\n---\nname: b\n", None, "there is a second document"),
    "a bell": ("name: \x07\n", None, "U+0007"),
    "nothing": ("", None, "is empty: begin with a copy"),
    "comments only": ("# nothing\n", None, "is empty: begin with a copy"),
    "a list": ("- name\n", 1, "must be a mapping (`key: value`), not a list"),
    "text": ("jobpass\n", 1, "must be a mapping (`key: value`), not the text `jobpass`"),
}


@pytest.mark.parametrize(("text", "line", "words"), SYNTAX.values(), ids=SYNTAX.keys())
def test_text_that_is_no_configuration_at_all_is_one_problem(text: str, line: int | None, words: str) -> None:
    (problem,) = problems(text)

    assert words in problem.message
    assert line is None or problem.line == line


def test_references_to_earlier_values_are_read() -> None:
    text = spoiled(
        "    audiences: [sts.amazonaws.com, vault.example.com]\n", "    audiences: &who [sts.amazonaws.com]\n"
    )

    shared = parse(text.replace("    audiences: [sts.amazonaws.com]\n    roles", "    audiences: *who\n    roles"))

    assert shared.platforms["scheduler"].audiences == ["sts.amazonaws.com"]


def test_references_that_multiply_are_refused_before_they_fill_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert "far too large" in " ".join(problem.message for problem in problems("\n".join(lines)))


def test_a_file_that_is_not_there_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"No such file.*begin with a copy of the example"):
        load(tmp_path / "jobpass.yaml")


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "jobpass.yaml"
    file.write_bytes(b"name: a\nissuer: \xff\n")

    with pytest.raises(ConfigurationError, match="line 2  is not UTF-8"):
        load(file)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "jobpass.yaml"
    file.write_text(SOUND, "utf-8-sig")

    assert load(file) == parse(SOUND)


def test_a_role_whose_pattern_takes_another_profiles_jobs_is_refused_though_no_two_jobs_share_a_subject() -> None:
    text = spoiled(
        "  nightly:\n    fields:\n",
        '  whole-team:\n    fields: {team: {}, kind: {}}\n    subject: "team:{team}:{kind}"\n  nightly:\n    fields:\n',
    )
    text = text.replace("profiles: [nightly]", "profiles: [nightly, whole-team]")
    text += '  team:\n    profile: whole-team\n    when: {team: "d*"}\n'

    (problem,) = problems(text)

    assert (problem.line, problem.path) == (len(text.splitlines()), "roles.team.when")
    assert "the pattern `team:d*:*`, which takes `team:d:job:a` too, a subject of profile `nightly`" in problem.message
    assert "begin each profile's subject with a word of its own" in problem.message


def test_a_role_that_names_its_jobs_whole_may_stand_beside_such_a_profile() -> None:
    text = spoiled(
        "  nightly:\n    fields:\n",
        '  whole-team:\n    fields: {team: {}, kind: {}}\n    subject: "team:{team}:{kind}"\n  nightly:\n    fields:\n',
    )
    text = text.replace("profiles: [nightly]", "profiles: [nightly, whole-team]")

    assert parse(text + "  team:\n    profile: whole-team\n    when: {team: data, kind: all}\n").roles["team"]


@pytest.mark.parametrize(("count", "refused"), [(100, False), (101, True)])
def test_the_roles_together_name_no_more_audiences_than_a_provider_takes(count: int, refused: bool) -> None:
    names = [f"aud-{number}" for number in range(count - 1)]
    text = spoiled("[sts.amazonaws.com, vault.example.com]", f"[sts.amazonaws.com, {', '.join(names)}]")
    text += "".join(
        f"  r{number}: {{profile: ci, when: {{ref_type: tag, repo: web}}, audiences: [{name}]}}\n"
        for number, name in enumerate(names)
    )

    if refused:
        (problem,) = problems(text)
        assert problem.path == "roles"
        assert "name 101 audiences in all, and an IAM provider takes 100" in problem.message
    else:
        assert len(parse(text).deployment().aws_audiences) == 100


def test_a_profile_that_has_a_kind_of_ref_must_have_it_in_its_subject_to_trust_by_it() -> None:
    text = spoiled("    preset: semaphore\n", '    preset: semaphore\n    subject: "ci:{repo}:{branch}"\n')
    text = text.replace("      ref_type: branch\n      ref: refs/heads/main\n", "      branch: main\n")
    text = text.replace('{ref_type: tag, ref: "refs/tags/v*"}', "{repo: web}")

    found = problems(text)

    assert [problem.path for problem in found] == ["roles.web-deploy.when", "roles.web-release.when"]
    assert all("put {ref_type} into the profile's subject" in problem.message for problem in found)


@pytest.mark.parametrize(
    ("ref", "refused"),
    [("refs/heads/main", False), ("refs/tags/v*", False), ("refs/heads/*", False), ("refs/*", True), ("*main", True)],
)
def test_a_ref_written_whole_tells_its_kind_by_how_it_begins(ref: str, refused: bool) -> None:
    text = spoiled("    preset: semaphore\n", '    preset: semaphore\n    subject: "ci:{repo}:{ref}"\n')
    text = text.replace("      ref_type: branch\n      ref: refs/heads/main\n", f'      ref: "{ref}"\n')
    text = text.replace('{ref_type: tag, ref: "refs/tags/v*"}', '{ref: "refs/tags/v*"}')

    if refused:
        (problem,) = problems(text)
        assert problem.path == "roles.web-deploy.when.ref"
        assert "begin `ref` with `refs/heads/` or `refs/tags/`" in problem.message
    else:
        assert parse(text).roles["web-deploy"].alternatives[0]["ref"] == ref


def test_the_python_edition_of_the_yaml_reader_reports_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = problems(BAD_EVERYWHERE)
    monkeypatch.setattr(yaml_document, "_loader", yaml.SafeLoader)

    assert problems(BAD_EVERYWHERE) == expected
    for text, line, words in SYNTAX.values():
        (problem,) = problems(text)
        assert words in problem.message
        assert line is None or problem.line == line
