"""Metrics in a line of a log: CloudWatch's embedded metric format (CloudWatch User Guide, specification of it)."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Datum:
    """One metric with its values, its dimensions and its time in Unix seconds."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    values: tuple[float, ...]
    unit: str
    seconds: float


def metrics(message: str) -> list[Datum]:
    """The metrics of a log line; none of a line in another form, or of a directive that breaks the format."""
    text = message.strip()
    if not text.startswith("{") or '"_aws"' not in text:
        return []
    try:
        document = json.loads(text)
        return _metrics(document, document["_aws"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _metrics(document: dict[str, Any], metadata: dict[str, Any]) -> list[Datum]:
    seconds = metadata["Timestamp"] / 1000
    found = []
    for directive in metadata["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            if not all(isinstance(document.get(name), str) for name in names):
                continue
            dimensions = {name: document[name] for name in names}
            for metric in directive["Metrics"]:
                values = _values(document.get(metric["Name"]))
                if values:
                    unit = metric.get("Unit", "None")
                    found.append(Datum(directive["Namespace"], metric["Name"], dimensions, values, unit, seconds))
    return found


def _values(value: Any) -> tuple[float, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(float(each) for each in values if isinstance(each, int | float) and not isinstance(each, bool))
