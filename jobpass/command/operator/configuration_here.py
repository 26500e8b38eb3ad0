"""The jobpass.yaml of the folder that a command runs in, for what it need not be told then."""

from pathlib import Path

from jobpass.command.errors import REFUSED, CommandError
from jobpass.configuration import Configuration, ConfigurationError, load

FILE = Path("jobpass.yaml")


def configuration_here() -> Configuration | None:
    """Return the configuration of this folder, None where there is none.

    Raises:
        CommandError: it has mistakes; to pass it over would be to ask or to trust somebody else without a word.
    """
    if not FILE.is_file():
        return None
    try:
        return load(FILE)
    except ConfigurationError as error:
        count = f"{len(error.problems)} mistake{'' if len(error.problems) == 1 else 's'}"
        problems: list[dict[str, str | int | None]] = [
            {"path": each.path, "line": each.line, "message": each.message} for each in error.problems
        ]
        remedy = "mend the file, or say on the command line what it would have said"
        raise CommandError("configuration", f"{error.source}: {count}", remedy, REFUSED, problems) from None
