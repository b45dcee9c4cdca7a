"""A series of a record."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gpurules.rules.spec import RecordSpec
from gpurules.scenario.model import labels_of
from gpurules.scenario.target import Sample


def sample(spec: RecordSpec, labels: Mapping[str, str], value: float | Fraction) -> Sample:
    """One series of the record: of ``labels`` those that the record carries."""
    kept = {name: text for name, text in labels.items() if name in spec.labels}
    return Sample(labels_of({"__name__": spec.record, **kept, **dict(spec.rule_labels)}), float(value))
