"""Sets of labels, among them "all labels but these", and what a type says of single labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gpurules.promql.types import SeriesType

NAME = "__name__"
"""The label that holds the metric name. It is never in a type's ``possible``; ``names`` speaks of it."""


SOME_NAME = frozenset(("\0",))
"""Stands for the name of a metric in a type that metrics with the same labels, keys, unit and kind share."""


@dataclass(frozen=True, slots=True)
class LabelSet:
    """``labels``, or, when ``complement`` is set, every label but ``labels``."""

    labels: frozenset[str]
    complement: bool = False

    def __contains__(self, label: str) -> bool:
        """Whether ``label`` is in the set."""
        return (label in self.labels) != self.complement

    def without(self, labels: Iterable[str]) -> LabelSet:
        """The set less ``labels``."""
        return LabelSet(
            self.labels.union(labels) if self.complement else self.labels.difference(labels), self.complement
        )

    def within(self, labels: Iterable[str]) -> frozenset[str]:
        """Those of ``labels`` that are in the set."""
        return frozenset(labels) - self.labels if self.complement else self.labels.intersection(labels)

    def __str__(self) -> str:
        """Such as ``(namespace, pod)`` or ``all labels but (node)``."""
        listed = "(" + ", ".join(sorted(self.labels)) + ")"
        if not self.complement:
            return listed
        return f"all labels but {listed}" if self.labels else "all labels"


def only(labels: Iterable[str]) -> LabelSet:
    """Exactly ``labels``."""
    return LabelSet(frozenset(labels))


def all_but(labels: Iterable[str]) -> LabelSet:
    """Every label but ``labels``."""
    return LabelSet(frozenset(labels), True)


def may_have(series: SeriesType, label: str) -> bool:
    """Whether a series may carry ``label``."""
    if label == NAME:
        return series.names is None or any(series.names)
    return label in series.possible or (series.open and label not in series.absent)


def one_name(series: SeriesType) -> bool:
    """Whether all series have the same name, or none has one."""
    return series.names is not None and len(series.names) <= 1


def is_fixed(series: SeriesType, label: str) -> bool:
    """Whether ``label`` has one and the same value, or is absent, on every series."""
    if label == NAME:
        return one_name(series)
    return label in series.constants or not may_have(series, label)


def apart(one: SeriesType, other: SeriesType) -> Iterator[str]:
    """The labels on which no series of ``one`` agrees with a series of ``other``."""
    for label in one.constants.keys() & other.constants.keys():
        if one.constants[label] != other.constants[label]:
            yield label
    for present, lacking in ((one, other), (other, one)):
        for label in present.certain - lacking.possible:
            if not may_have(lacking, label):
                yield label
