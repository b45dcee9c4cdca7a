"""Which labels the series of a metric carry, in the words of ``promql.types``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from gpurules.promql.types import SeriesType


class HonorLabels(Enum):
    """What the scrape configuration does with labels that both the target and the exposition have.

    ``FALSE``: the target's label wins, the exposed one becomes ``exported_<name>``. ``TRUE``: the exposed one wins.
    ``AUTO``: not known, either may be the case.
    """

    TRUE = "true"
    FALSE = "false"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class MetricSchema:
    """One metric: its series type as stored in Prometheus, who emits it and where the fact comes from.

    ``since``: the first release of the emitter that has the metric, where known. ``notes``: what a reader of the labels
    must know and the type cannot say, one sentence each. ``untrusted``: labels whose value the scraped workload can
    choose, such as anything that an exporter in a guest writes. ``introduced``: for labels that the exposition has, the
    first release of the emitter that has them. ``only_with``: what it takes for a label to be there.
    """

    metric: str
    type: SeriesType
    emitter: str
    help: str = ""
    source: str = ""
    since: str = ""
    notes: tuple[str, ...] = ()
    untrusted: frozenset[str] = frozenset()
    introduced: Mapping[str, str] = field(default_factory=dict)
    only_with: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelSchema:
    """The metrics that are known for one KubeVirt release, exporter releases and scrape configuration."""

    metrics: Mapping[str, MetricSchema]

    def type_of(self, metric: str) -> SeriesType | None:
        """The series type of ``metric``, or None where it is unknown."""
        known = self.metrics.get(metric)
        return known.type if known else None

    def extended(self, more: Iterable[MetricSchema]) -> LabelSchema:
        """This schema with ``more`` added; a metric that is already known is replaced."""
        return LabelSchema({**self.metrics, **{schema.metric: schema for schema in more}})
