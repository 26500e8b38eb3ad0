"""Scan the templates of `cdk.out`, and the locked dependencies for known vulnerabilities, with a reason for all.

    python -m tests.scan --tools DIR [--templates DIR]

Ends with 1 where a finding is unexplained, an explanation is of nothing, or a dependency is known to be vulnerable, and
with 3 where the database of vulnerabilities could not be asked: that is no all-clear.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.scan.explained import EXPLAINED

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Do both, and tell each finding once."""
    parser = argparse.ArgumentParser(prog="python -m tests.scan", description=__doc__)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--templates", type=Path, default=ROOT / "cdk.out")
    options = parser.parse_args()
    templates = _templates(options.tools / "checkov", options.templates)
    return templates or _dependencies(options.tools / "pip-audit")


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


def _dependencies(pip_audit: Path) -> int:
    vulnerable, unasked, asked = [], set(), set()
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        command = [str(pip_audit), "--requirement", str(lock), "--disable-pip", "--require-hashes", "--format", "json"]
        done = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
        if not done.stdout.strip():
            print(f"{lock.name}: pip-audit did not answer")
            unasked.add(lock.name)
            continue
        for each in json.loads(done.stdout)["dependencies"]:
            if "skip_reason" in each:
                unasked.add(each["name"])
            else:
                asked.add(each["name"])
                vulnerable += [f"{lock.name}: {each['name']} {each['version']}: {one['id']}" for one in each["vulns"]]
    print(*vulnerable, sep="\n", end="\n" if vulnerable else "")
    print(f"pip-audit: {len(asked)} packages looked up, {len(vulnerable)} vulnerabilities")
    if vulnerable:
        return 1
    if unasked:
        print(f"not looked up: {len(unasked)} packages; the package index at hand knows of no vulnerabilities")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
