"""Where the time of a start goes: what each library takes to be imported, as the interpreter itself tells it."""

import re
import subprocess
import sys
from collections.abc import Sequence

from bench.spread import spread
from bench.token.function import Function, FunctionError

# `import time:  <own µs> | <with what it imports, µs> | <module>` (Python's documentation, "-X importtime").
_LINE = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)
_IMPORT = "import sys; sys.path.insert(0, sys.argv[1]); __import__(sys.argv[2])"
STANDARD = "Python's own"
PARTS = ("jobpass_issuer", "aws_lambda_powertools", "jwt", "cryptography", "botocore", "boto3", "urllib3")
OTHERS = "others"


def shares(function: Function, times: int) -> dict[str, float]:
    """Return the milliseconds that each part takes, the middle of so many starts; raises FunctionError.

    The figures are of the clock, and telling them takes time too: their shares count, not their sum.
    """
    taken = [_once(function) for _ in range(times)]
    return {part: spread([each[part] for each in taken]).median for part in (STANDARD, *PARTS, OTHERS)}


def _once(function: Function) -> dict[str, float]:
    command: Sequence[str] = (
        *(str(function.python), "-X", "importtime", "-I", "-S", "-B", "-c", _IMPORT),
        *(str(function.package), function.module),
    )
    ran = subprocess.run(
        command, env=dict(function.variables), cwd=function.package, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise FunctionError(f"{function.module} cannot be imported:\n{ran.stderr[-2000:]}")
    found: dict[str, float] = dict.fromkeys((STANDARD, *PARTS, OTHERS), 0.0)
    for microseconds, module in _LINE.findall(ran.stderr):
        found[_part(module)] += int(microseconds) / 1000
    return found


def _part(module: str) -> str:
    first = module.partition(".")[0]
    if first in PARTS:
        return first
    if first in {"bare", "token_function"}:
        return PARTS[0]
    return STANDARD if first.lstrip("_") in _STANDARD_NAMES or first in _STANDARD_NAMES else OTHERS


_STANDARD_NAMES = {*sys.stdlib_module_names, "encodings", "zipimport", "site"}
