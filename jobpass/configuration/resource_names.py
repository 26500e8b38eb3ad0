"""Names that must stay different in the template, where `-` is not written."""

from collections.abc import Iterable, Iterator

from jobpass.configuration.errors import Finding


def pascal(name: str) -> str:
    """Return a name as the stack's outputs write it: `web-deploy` is `WebDeploy`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def same_pascal(section: str, names: Iterable[str]) -> Iterator[Finding]:
    """Return the names that the template could not tell from an earlier one."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(pascal(name), name)
        if first != name:
            yield (section, name), f"and `{first}` are one name in the stack, which writes no `-`: rename one"
