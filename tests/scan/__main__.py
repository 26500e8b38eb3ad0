"""Scan the templates of `cdk.out`, and the locked dependencies for known vulnerabilities, with a reason for all.

    python -m tests.scan --tools DIR [--templates DIR] [--where-reachable]

Ends with 1 where a finding is unexplained, an explanation is of nothing, or a dependency is known to be vulnerable, and
with 3 where a registry does not say what is vulnerable: that is no all-clear. With `--where-reachable` the latter ends
with 0, and is said as loudly.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from local.node import NodeError, prepare
from tests.scan import npm_audit
from tests.scan.explained import EXPLAINED

ROOT = Path(__file__).parents[2]
# Deeper there are packages alone.
_LOCK_DEPTHS = ("", "*/", "*/*/")


def main() -> int:
    """Do both, and tell each finding once."""
    parser = argparse.ArgumentParser(prog="python -m tests.scan", description=__doc__)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--templates", type=Path, default=ROOT / "cdk.out")
    parser.add_argument("--where-reachable", action="store_true")
    options = parser.parse_args()
    failed = _templates(options.tools / "checkov", options.templates)
    found = [_python_packages(options.tools / "pip-audit"), _npm_packages()]
    if failed or any(vulnerable for vulnerable, _ in found):
        return 1
    silent = [why for _, why in found if why is not None]
    for why in silent:
        print(f"NOT LOOKED UP: {why}: that is no all-clear")
    return 3 if silent and not options.where_reachable else 0


def _templates(checkov: Path, folder: Path) -> int:
    files = sorted(folder.glob("*.template.json"))
    if not files:
        print(f"no template in {folder}: run `make synth` first")
        return 1
    chosen = [part for file in files for part in ("--file", str(file))]
    command = [str(checkov), *chosen, "--framework", "cloudformation", "--compact", "--quiet", "--output", "json"]
    done = subprocess.run([*command, "--skip-download"], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    failed = [check for part in _parts(report) for check in part["results"]["failed_checks"]]
    unexplained = [check for check in failed if check["check_id"] not in EXPLAINED]
    for check in unexplained:
        print(f"unexplained: {check['check_id']} {check['check_name']}: {check['resource']}")
    found = Counter(check["check_id"] for check in failed)
    for name in sorted(set(EXPLAINED) - set(found)):
        print(f"explained, and not found any more: {name}")
    passed = sum(part["summary"]["passed"] for part in _parts(report))
    print(
        f"checkov: {passed} checks passed, {len(failed)} findings of {len(found)} kinds, {len(unexplained)} unexplained"
    )
    return 1 if unexplained or set(EXPLAINED) - set(found) else 0


def _parts(report: Any) -> list[dict[str, Any]]:
    return list(report) if isinstance(report, list) else [report]


def _python_packages(pip_audit: Path) -> tuple[bool, str | None]:
    """Whether a locked package is known to be vulnerable, and which could not be asked about."""
    vulnerable, unasked, asked = [], set(), set()
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        command = [str(pip_audit), "--requirement", str(lock), "--disable-pip", "--require-hashes", "--format", "json"]
        done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
        if not done.stdout.strip():
            unasked.add(f"all of {lock.name}")
            continue
        for each in json.loads(done.stdout)["dependencies"]:
            if "skip_reason" in each:
                unasked.add(each["name"])
            else:
                asked.add(each["name"])
                vulnerable += [f"{lock.name}: {each['name']} {each['version']}: {one['id']}" for one in each["vulns"]]
    print(*vulnerable, sep="\n", end="\n" if vulnerable else "")
    print(f"pip-audit: {len(asked)} packages looked up, {len(vulnerable)} vulnerabilities")
    told = f"{len(unasked)} Python packages, of whose vulnerabilities the package index at hand knows nothing"
    return bool(vulnerable), told if unasked else None


def _npm_packages() -> tuple[bool, str | None]:
    """The same of the npm packages."""
    found = (path for depth in _LOCK_DEPTHS for path in ROOT.glob(f"{depth}package-lock.json"))
    locks = sorted(str(path.relative_to(ROOT)) for path in found if not {"node_modules", ".local"} & set(path.parts))
    try:
        npm = prepare().npm
    except NodeError as error:
        return False, f"the npm packages of {', '.join(locks)}: {error}"
    looked = {lock: npm_audit.look_up(npm, ROOT / lock) for lock in locks}
    vulnerable = [f"{lock}: {each}" for lock, what in looked.items() for each in what.vulnerable]
    print(*vulnerable, sep="\n", end="\n" if vulnerable else "")
    asked = sum(each.packages for each in looked.values())
    print(f"npm audit: {asked} packages looked up, {len(vulnerable)} vulnerabilities")
    silent = [f"{lock}: {what.unasked}" for lock, what in looked.items() if what.unasked]
    return bool(vulnerable), "; ".join(silent) or None


if __name__ == "__main__":
    sys.exit(main())
