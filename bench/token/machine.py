"""On what the figures were taken."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def machine(function_python: str, packages: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return what figures hang on: interpreter, processors, what else is running, each package's libraries."""
    return {
        "function_python": function_python,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "packages": {name: dict(versions) for name, versions in packages.items()},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
