"""What an extra brings, put into a clean environment from what is installed here: no network, nothing undeclared."""

from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement

from bench.installation import Installation


def equip(installed: Installation, requirements: list[str], extra: str) -> None:
    """Give an environment what some requirements ask for, and what those ask for; each must be as new as declared."""
    packages = installed.packages
    for found in _closure([(Requirement(text), extra) for text in requirements]).values():
        for name in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / name).exists():
                (packages / name).symlink_to(str(found.locate_file(name)))


def _closure(waiting: list[tuple[Requirement, str]]) -> dict[str, Distribution]:
    found: dict[str, Distribution] = {}
    while waiting:
        wanted, extra = waiting.pop()
        if (wanted.marker is not None and not wanted.marker.evaluate({"extra": extra})) or wanted.name in found:
            continue
        there = distribution(wanted.name)
        assert wanted.specifier.contains(there.version), f"{wanted} is declared, and {there.version} is here"
        found[wanted.name] = there
        waiting += [(Requirement(text), "") for text in there.requires or ()]
    return found
