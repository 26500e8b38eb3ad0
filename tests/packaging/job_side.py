"""Which modules run on jobs: their packages, and all that their commands and the frame import, however late."""

import grimp

from jobpass.command.registry import COMMANDS

_BEGIN = {"jobpass", "jobpass.__main__", "jobpass.command.main"}
_PACKAGES = ("jobpass.job", "jobpass.command.job")
# What `jobpass.aws_session` is of: it needs boto3, and runs on the Pythons of jobs.
WITH_BOTO3 = "jobpass.boto_session"


def modules() -> list[str]:
    """Return their names."""
    graph = grimp.build_graph("jobpass", "jobpass_issuer", exclude_type_checking_imports=True)
    begin = _BEGIN | {entry.module for entry in COMMANDS.values() if not entry.operator}
    begin |= {each for package in _PACKAGES for each in graph.find_descendants(package)}
    found = {one for each in begin for one in graph.find_upstream_modules(each)} | begin
    packages = {each.rpartition(".")[0] for each in found if "." in each}
    return sorted(found | packages)
