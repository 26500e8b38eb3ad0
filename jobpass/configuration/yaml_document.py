"""YAML as it was written: values with their lines, and what YAML reads otherwise than people mean it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from jobpass.configuration.errors import Path
from jobpass.configuration.yaml_syntax import syntax_mistake

_TAG = "tag:yaml.org,2002:"
_PLAIN_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
# What the core schema of YAML 1.2 takes for a number; PyYAML reads YAML 1.1, in which some of these are text.
_NUMBER_ELSEWHERE = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+")
_MOST_NODES = 200_000
_loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class YamlDocument:
    """The values of one document, the line of each path, and what is wrong with the writing itself.

    `unlike_text` holds, by path, how a scalar is written that YAML does not read as text.
    """

    values: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    unlike_text: dict[Path, str] = field(default_factory=dict)
    mistakes: list[tuple[Path, int | None, str]] = field(default_factory=list)

    def line(self, path: Path) -> int | None:
        """Return the line of a path, or of what it stands in where the path itself is not in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def read(text: str) -> YamlDocument:
    """Return the document that a text holds; one that is no YAML has mistakes and no values."""
    document = YamlDocument()
    try:
        node = yaml.compose(text, Loader=_loader)
    except yaml.YAMLError as error:
        document.mistakes.append(((), *syntax_mistake(error, text)))
        return document
    if node is None:
        document.mistakes.append(((), None, "is empty: begin with a copy of the example `jobpass.yaml`"))
        return document
    document.values = _Reading(document).value(node, ())
    return document


class _Reading:
    """One walk over the nodes of a document."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self._constructor = yaml.constructor.SafeConstructor()
        self._open: set[int] = set()
        self._count = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        """Return a node's value, noting lines and mistakes."""
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        self._count += 1
        if id(node) in self._open or self._count > _MOST_NODES:
            self._mistake(path, "refers to itself or is far too large: write it out without `*` references")
            return None
        self._open.add(id(node))
        try:
            return self._content(node, path)
        finally:
            self._open.discard(id(node))

    def _content(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if not node.tag.startswith(_TAG):
            self._mistake(path, f"has the tag `{node.tag}`, which nothing here knows: leave it out")
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return dict(self._entries(node, path))

    def _entries(self, node: yaml.Node, path: Path) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            line = key_node.start_mark.line + 1
            if key in first:
                text = f"stands here a second time (the first is on line {first[key]}): keep one"
                self._mistake((*path, key), text, line)
                continue
            first[key] = self._document.lines[(*path, key)] = line
            yield key, self.value(value_node, (*path, key))

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            self._mistake(path, "has a key that is a list or a mapping: a key is text", line)
            return None
        key: str = node.value
        if node.tag == _TAG + "merge":
            self._mistake(path, "uses `<<`, which is not read: write the settings out", line)
            return None
        if node.tag != _TAG + "str":
            text = f'is a key that YAML does not read as text: write it in quotes: "{key}"'
            self._mistake((*path, key), text, line)
        return key

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        written: str = node.value
        kind = node.tag.removeprefix(_TAG)
        if kind == "str":
            if not node.style and _NUMBER_ELSEWHERE.fullmatch(written):
                self._mistake(path, f'is a number to other readers of YAML: write it in quotes: "{written}"')
            return written
        self._document.unlike_text[path] = written
        if kind in ("bool", "null", "float"):
            return self._constructor.construct_object(node)
        if kind == "int":
            if _PLAIN_INTEGER.fullmatch(written):
                return int(written)
            number = self._constructor.construct_object(node)
            text = f'is the number {number} to YAML: write text in quotes ("{written}"), a number in plain digits'
            self._mistake(path, text)
        elif kind == "timestamp":
            self._mistake(path, f'is a date to YAML: write it in quotes: "{written}"')
        else:
            self._mistake(path, f"has the tag `{node.tag}`, which nothing here knows: leave it out")
        return written

    def _mistake(self, path: Path, message: str, line: int | None = None) -> None:
        self._document.mistakes.append((path, line or self._document.line(path), message))
