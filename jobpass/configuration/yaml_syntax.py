"""What to do about text that is no YAML."""

import yaml

# By what the parser says; its C and Python editions say it in slightly different words.
_REMEDIES = (
    (("quoted scalar",), "a quote is opened here and never closed"),
    (("mapping values are not allowed",),
     "a `:` stands where none can: mend the indentation, or write the text in quotes"),
    (("expected a single document",), "there is a second document after `---`: write one"),
    (("undefined alias",), "`*` refers to something that is not there: write text that begins with `*` in quotes"),
    (("cannot start any token",), "the text begins with a sign that YAML reserves: write it in quotes"),
    (("expected ':'",), "a `key: value` lacks its `:`, or the indentation is not that of the lines above"),
    (("expected key", "block end", "block mapping", "flow mapping", "flow sequence", "','", "block collection"),
     "the indentation or a bracket does not fit the lines above"),
)  # fmt: skip


def syntax_mistake(error: yaml.YAMLError, text: str) -> tuple[int | None, str]:
    """Return the line from 1 and, in people's words, why a text is no YAML."""
    if isinstance(error, yaml.reader.ReaderError):
        return None, f"holds the character U+{_code(error.character):04X}, which YAML does not take: remove it"
    if not isinstance(error, yaml.MarkedYAMLError):
        return None, f"is no YAML: {error}"
    mark = error.problem_mark or error.context_mark
    said = f"{error.context or ''} {error.problem or ''}"
    if (
        mark
        and text.splitlines()[mark.line : mark.line + 1]
        and text.splitlines()[mark.line][mark.column :][:1] == "\t"
    ):
        return mark.line + 1, "is no YAML: it takes no tab for indentation: use blanks"
    remedy = next((remedy for marks, remedy in _REMEDIES if any(mark in said for mark in marks)), said.strip())
    return (mark.line + 1 if mark else None), f"is no YAML: {remedy}"


def _code(character: object) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "\0")
