"""The groups of records that a report counts by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gpurules.rules.spec import RecordSpec

EVERY = "rules"
"""Of a check that is about all rules at once."""
GROUPS = ("inputs", "vmi_gpu", "vmi", "namespace", "node", "cluster", "health", EVERY)
"""In the order of a report: the inputs of the join, the levels, the health of the join."""


def group_of(spec: RecordSpec) -> str:
    """The group of a record; what is recorded by model too counts to its level."""
    level = spec.level.removesuffix("_model")
    return "inputs" if level == "identity" else level


def groups_by_record(specs: Iterable[RecordSpec]) -> Mapping[str, str]:
    """The group of each record by its name."""
    return {spec.record: group_of(spec) for spec in specs}
