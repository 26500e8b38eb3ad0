"""What no single part of a configuration can see: every check across its parts, in one place."""

from collections.abc import Iterator

from jobpass.configuration import (
    issuer_checks,
    platform_checks,
    profile_checks,
    role_checks,
    role_stacks,
    subject_checks,
)
from jobpass.configuration.draft import Draft
from jobpass.configuration.errors import Finding


def findings(draft: Draft) -> Iterator[Finding]:
    """Return every mistake of a configuration whose parts fit the models."""
    yield from issuer_checks.findings(draft)
    draft.profiles = profile_checks.describing(draft.configuration)
    yield from profile_checks.findings(draft)
    yield from platform_checks.findings(draft)
    yield from role_checks.findings(draft)
    yield from role_stacks.findings(draft)
    yield from subject_checks.findings(draft)
