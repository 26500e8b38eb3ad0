"""A value as one line of YAML: as people write it where every reader takes that for text, in quotes elsewhere."""

import re
import sys
from collections.abc import Iterable, Mapping

import yaml

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/-]+")


def scalar(text: str) -> str:
    """Return a text in YAML; it comes back the same from readers of YAML 1.1 and 1.2, whatever is in it."""
    if _PLAIN.fullmatch(text) and isinstance(yaml.safe_load(text), str):
        return text
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=sys.maxsize).rstrip("\n")


def sequence(texts: Iterable[str]) -> str:
    """Return a list of texts in brackets."""
    return f"[{', '.join(map(scalar, texts))}]"


def mapping(texts: Mapping[str, str]) -> str:
    """Return a mapping of texts in braces."""
    return f"{{{', '.join(f'{scalar(name)}: {scalar(value)}' for name, value in texts.items())}}}"
