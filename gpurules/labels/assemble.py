"""One schema out of all sources of labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gpurules.labels import kube_state, kubevirt
from gpurules.labels.domains import CLUSTER
from gpurules.labels.schema import LabelSchema, MetricSchema
from gpurules.promql.types import Dependency, Key, SeriesType


def build_schema(kubevirt_release: str, extra: Iterable[MetricSchema] = (), *, cluster_label: str = "") -> LabelSchema:
    """The labels of KubeVirt ``kubevirt_release`` (empty: the newest), of kube-state-metrics, and of ``extra``.

    ``extra`` (DCGM series, the user's schema files) comes in order, a later schema of the same metric replacing an
    earlier one. With ``cluster_label`` the store holds several clusters: every series has that label, and what was true
    in one cluster is true among the series that agree on it. Raises InputError for an unknown release.
    """
    built_in = (*kubevirt.schemas(kubevirt_release or kubevirt.newest()), *kube_state.schemas())
    schema = LabelSchema({one.metric: one for one in built_in}).extended(extra)
    if not cluster_label:
        return schema
    return LabelSchema({name: _in_cluster(one, cluster_label) for name, one in schema.metrics.items()})


def _in_cluster(one: MetricSchema, label: str) -> MetricSchema:
    series = clustered(one.type, label)
    if one.untrusted:
        # A workload that may overwrite labels may send an empty one.
        return replace(one, type=series._replace(certain=series.certain - {label}), untrusted=one.untrusted | {label})
    return replace(one, type=series)


def clustered(series: SeriesType, label: str) -> SeriesType:
    """``series`` in a store of several clusters that ``label`` tells apart."""
    together = frozenset({label})
    return series._replace(
        certain=series.certain | together,
        possible=series.possible | together,
        absent=series.absent - together,
        keys=tuple(Key(key.labels | together, key.validity) for key in series.keys),
        dependencies=tuple(_clustered_dependency(one, together) for one in series.dependencies),
        domains={**series.domains, label: CLUSTER},
    )


def _clustered_dependency(one: Dependency, together: frozenset[str]) -> Dependency:
    return one._replace(determinant=one.determinant | together, dependent=one.dependent - together)
