"""Values made to change how a subject is read: refused in every field of every form, beside one that is not."""

import pytest

from jobpass_issuer.domain.subject import Field
from tests.configuration.preset_jobs import JOBS, Job, profile

# A letter or a sign that looks like one of ASCII, and what is not seen at all.
CONFUSABLES = (
    "\u0430\uff41\u0661\u2010"  # a, a, 1, -
    "\uff1a\u2236\ua789\u02d0\u2215\u2044\uff0f\uff20\ufe6b\uff0a\u2217\uff1f"  # : : : : / / / @ @ * * ?
    "\u200b\u202e\ufeff\u00a0\u2028"
)
CONTROLS = "\x00\t\n\r\x0b\x1b\x7f\x85 "
CASES = [(job, field) for job in JOBS for field in profile(job.preset, job.form).subject.fields if field in job.fields]


def delimiters(job: Job, field: str) -> set[str]:
    """What separates a field from its neighbours in the subject: each as a whole, and each sign of it."""
    subject = profile(job.preset, job.form).subject
    whole = [part for part in subject.parts if not isinstance(part, Field) and ":" in part]
    return {*whole, *subject.delimiters(field), ":", "::"}


def spoiled(value: str, mark: str) -> list[str]:
    """A value with a mark before, within and after it, and the mark alone."""
    middle = len(value) // 2
    return [mark + value, value[:middle] + mark + value[middle:], value + mark, mark]


def test_every_field_of_every_forms_subject_is_attacked() -> None:
    wanted = {(job.preset, job.form, name) for job in JOBS for name in profile(job.preset, job.form).subject.fields}

    assert {(job.preset, job.form, field) for job, field in CASES} == wanted


@pytest.mark.parametrize(("job", "field"), CASES, ids=[f"{job.preset}-{job.form}-{field}" for job, field in CASES])
def test_what_could_change_the_reading_is_refused_in_its_field(job: Job, field: str) -> None:
    described = profile(job.preset, job.form)
    marks = [
        *delimiters(job, field),
        "*",
        "?",
        "%",
        "%2A",
        "%2e",
        "%%",
        "${a}",
        "\\",
        '"',
        "`",
        *CONFUSABLES,
        *CONTROLS,
    ]
    attacks = [attack for mark in marks for attack in spoiled(job.fields[field], mark)]

    assert described.problems(job.fields) == []
    for attack in [*attacks, "", "*", "x" * 257, "\ud800"]:
        found = described.problems({**job.fields, field: attack})
        assert [problem.path for problem in found] == [f"fields.{field}"], attack


@pytest.mark.parametrize(
    ("job", "field", "value"),
    [
        (JOBS[1], "email", "alice@example.com:"),
        (JOBS[1], "email", ":alice@example.com"),
        (JOBS[1], "path", "f/ci/deploy:"),
        (JOBS[1], "path", ":f/ci/deploy"),
        (JOBS[2], "flow_path", ":f/ci/release"),
        (JOBS[1], "workspace", ":prod"),
        (JOBS[1], "workspace", "instance"),
        (JOBS[2], "flow_path", "no_flow"),
        (JOBS[3], "workspace", "instance"),
        (JOBS[6], "environment", "Production:V1"),
        (JOBS[6], "environment", "Production%3"),
        (JOBS[6], "environment", "Production%3aV1"),
        (JOBS[6], "environment", "pull_request"),
        (JOBS[8], "repository_owner_id", "123456@1"),
        (JOBS[8], "repository_owner", "octo-org@123456/x"),
        (JOBS[8], "repository_name", "octo-repo@456789"),
    ],
)
def test_one_delimiter_beside_another_and_words_with_a_meaning_are_refused(job: Job, field: str, value: str) -> None:
    described = profile(job.preset, job.form)

    assert described.problems(job.fields) == []
    assert [problem.path for problem in described.problems({**job.fields, field: value})] == [f"fields.{field}"]
