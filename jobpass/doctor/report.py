"""What the doctor says: for a terminal, and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from jobpass.command.terminal import Terminal
from jobpass.doctor.facts import Answer, Document, Facts
from jobpass.doctor.finding import Finding, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_MARGIN = 9


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, by what was looked at."""

    facts: Facts
    findings: Mapping[str, list[Finding]]

    def count(self, severity: Severity) -> int:
        """Return how many findings are of a severity."""
        return sum(each.severity is severity for group in self.findings.values() for each in group)

    @property
    def verdict(self) -> str:
        """`unreachable`, `errors`, `warnings`, or `good`, which may come with notes."""
        if self.facts.out_of_reach:
            return "unreachable"
        if self.count(Severity.ERROR):
            return "errors"
        return "warnings" if self.count(Severity.WARNING) else "good"

    def to_document(self) -> dict[str, Any]:
        """Return the report as `--json` prints it."""
        fetched = {"discovery": self.facts.discovery, "jwk_set": self.facts.jwk_set}
        return {
            "issuer_url": self.facts.issuer_url,
            "looked_at": self.facts.looked_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "verdict": self.verdict,
            "counts": {severity.value: self.count(severity) for severity in Severity},
            "findings": [asdict(each) for group in self.findings.values() for each in group],
            "documents": {name: _answer(answer) for name, answer in fetched.items() if answer is not None},
            "hosts": [
                {
                    "host": each.host,
                    "port": each.port,
                    "addresses": None if each.addresses is None else list(each.addresses),
                    "tls": [version for version, offered in each.versions.items() if offered],
                    "certificate_ends": each.certificate_ends and f"{each.certificate_ends:%Y-%m-%dT%H:%M:%SZ}",
                }
                for each in self.facts.endpoints
            ],
        }

    def lines(self, terminal: Terminal) -> Iterator[str]:
        """Return the report as a terminal shows it: what is sound on a line each, each finding with its remedy."""
        yield terminal.coloured(self.facts.issuer_url, "bold")
        for name, found in self.findings.items():
            if not found and self._seen(name):
                yield f"{terminal.coloured('ok', 'green')}       {name}"
            for each in found:
                yield from _lines(each, terminal)
        yield ""
        yield terminal.wrapped(self._summary())

    def _seen(self, name: str) -> bool:
        """Whether there was anything to check."""
        needed: Mapping[str, Answer | None] = {
            "discovery document": self.facts.discovery,
            "JWK Set": self.facts.jwk_set,
        }
        if name == "network and TLS":
            return bool(self.facts.endpoints)
        answer = needed.get(name)
        return name not in needed or (isinstance(answer, Document) and answer.status == 200)

    def _summary(self) -> str:
        counted = [
            f"{count} {severity}{'' if count == 1 else 's'}" for severity in Severity if (count := self.count(severity))
        ]
        said = {
            "unreachable": "the issuer could not be reached from here",
            "errors": "AWS, or a client that keeps to the standards, refuses this issuer's tokens",
            "warnings": "AWS takes it; some clients do not, or will not for long",
            "good": "nothing keeps AWS or strict clients from this issuer",
        }[self.verdict]
        return f"{', '.join(counted)}: {said}." if counted else f"Sound: {said}."


def _answer(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Document):
        size = len(answer.body)
        return {"url": answer.url, "status": answer.status, "seconds": round(answer.seconds, 3), "bytes": size}
    return {"url": answer.url, "status": None, "cause": answer.cause, "detail": answer.detail}


def _lines(finding: Finding, terminal: Terminal) -> Iterator[str]:
    indent = " " * _MARGIN
    text = terminal.wrapped(f"{finding.where}: {finding.message}", indent)
    label = terminal.coloured(finding.severity.value, _COLOURS[finding.severity])
    yield label + " " * (_MARGIN - len(finding.severity.value)) + text.removeprefix(indent)
    yield terminal.wrapped(f"-> {finding.remedy}", indent + "   ", indent)
