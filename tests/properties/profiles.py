"""Strategies: subject templates that have no mistake, and the fields of jobs that they name."""

import string

from hypothesis import strategies as st

from jobpass_issuer.domain.profile import FieldRule, Profile
from jobpass_issuer.domain.shape import PRINTABLE
from jobpass_issuer.domain.string_like import WILDCARDS
from jobpass_issuer.domain.subject import SubjectTemplate

NAMES = string.ascii_letters + string.digits + "_-."
SEPARATORS = "".join(sorted(PRINTABLE - WILDCARDS - set(NAMES) - set("{}")))
# A field takes whatever the subject lets it, which is more than a deployment's own patterns would.
ANYTHING = FieldRule(".+")


def _literal() -> st.SearchStrategy[str]:
    return st.text(NAMES[:4] + NAMES[-5:] + SEPARATORS[:4], max_size=4)


@st.composite
def templates(draw: st.DrawFn) -> SubjectTemplate:
    """A template of one to four fields, two of which always have a separator between them."""
    count = draw(st.integers(1, 4))
    text = draw(_literal()) + "{f0}"
    for index in range(1, count):
        mark = draw(st.sampled_from(":/") | st.sampled_from(SEPARATORS))
        separator = draw(_literal()) + mark + draw(_literal())
        text += f"{separator}{{f{index}}}"
    return SubjectTemplate(text + draw(_literal()))


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """A profile over a template, with two fields that its subject does not name."""
    template = draw(templates())
    fields = dict.fromkeys((*template.fields, "g0", "g1"), ANYTHING)
    return Profile("p", fields, template)


def values(template: SubjectTemplate, name: str) -> st.SearchStrategy[str]:
    """A value for a field, often made of the template's characters, which is where readings could mix."""
    alphabet = sorted(set("ab1-._" + SEPARATORS) - template.delimiters(name))
    few = sorted((set(template.text) - set("{}") | set("ab")) - template.delimiters(name))
    return st.text(few, min_size=1, max_size=3) | st.text(alphabet, min_size=1, max_size=6)


def jobs(template: SubjectTemplate) -> st.SearchStrategy[dict[str, str]]:
    """The subject's fields of a job."""
    return st.fixed_dictionaries({name: values(template, name) for name in template.fields})
