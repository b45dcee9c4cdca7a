"""What the rules run against: releases, counters, scrape configuration, and the types of metrics that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gpurules.catalog.exporters import ExporterRelease, releases
from gpurules.catalog.field import Catalog, Field, Selection
from gpurules.catalog.load import load_catalog
from gpurules.labels import kubevirt
from gpurules.labels.assemble import build_schema, clustered
from gpurules.labels.dcgm import dcgm_series_type
from gpurules.labels.schema import HonorLabels, LabelSchema, MetricSchema
from gpurules.promql.types import SeriesType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gpurules.conventions.targets import Target as Server

DCGM_PREFIXES = ("DCGM_FI_", "DCGM_EXP_")


@dataclass(frozen=True)
class Target:
    """What is named and what is known.

    ``kubevirt``: the release, the newest where none was named (``kubevirt_named``).
    ``exporters``: releases of dcgm-exporter in use, every known one where none was named
    (``exporters_named``). ``selection``: what the counters files export, None where none was named. ``path``: the
    collection path on which a guest's series arrive. ``object_labels``: those by which rule objects are selected.
    ``server``: what evaluates the rules, where that is named."""

    kubevirt: str
    schema: LabelSchema
    catalog: Catalog
    exporters: tuple[ExporterRelease, ...]
    exporters_named: bool = False
    honor_labels: HonorLabels = HonorLabels.AUTO
    selection: Selection | None = None
    paths: tuple[str, ...] = ("pod-network",)
    cluster_label: str = ""
    kubevirt_named: bool = False
    object_labels: Mapping[str, str] = field(default_factory=dict)
    server: Server | None = None
    _types: dict[str, SeriesType] = field(default_factory=dict, compare=False, repr=False)

    def type_of(self, metric: str) -> SeriesType | None:
        """The type of the series of ``metric`` as they are scraped, or None where it is unknown."""
        known = self._types.get(metric)
        if known is None:
            entry = self.field(metric)
            known = self.schema.type_of(metric) if entry is None else self._dcgm_type(metric, entry)
            if known is not None:
                self._types[metric] = known
        return known

    def field(self, metric: str) -> Field | None:
        """The DCGM field whose series are called ``metric``."""
        return self.catalog.by_name.get(metric)

    def metric(self, metric: str) -> MetricSchema | None:
        """What the schema says of a metric that is not DCGM's."""
        return self.schema.metrics.get(metric)

    def _dcgm_type(self, metric: str, entry: Field) -> SeriesType:
        series = dcgm_series_type(
            entry.entity.value,
            name=metric,
            exporters=tuple(release.name for release in self.exporters),
            honor_labels=self.honor_labels,
            paths=self.paths,
            unit=entry.unit,
            kind=entry.series_kind,
            dimensions=entry.dimensions,
        )
        return clustered(series, self.cluster_label) if self.cluster_label else series


def target(
    kubevirt_release: str = "",
    exporters: Iterable[ExporterRelease] = (),
    honor_labels: HonorLabels = HonorLabels.AUTO,
    selection: Selection | None = None,
    extra: Iterable[MetricSchema] = (),
    paths: tuple[str, ...] = ("pod-network",),
    cluster_label: str = "",
    object_labels: Mapping[str, str] | None = None,
    server: Server | None = None,
) -> Target:
    """The target; empty values stand for the newest KubeVirt and every exporter. InputError as ``kubevirt.find``."""
    release = kubevirt.find(kubevirt_release) if kubevirt_release else kubevirt.newest()
    named = tuple(exporters)
    return Target(
        kubevirt=release,
        schema=build_schema(release, extra, cluster_label=cluster_label),
        catalog=load_catalog(),
        exporters=named or releases(),
        exporters_named=bool(named),
        honor_labels=honor_labels,
        selection=selection,
        paths=paths,
        cluster_label=cluster_label,
        kubevirt_named=bool(kubevirt_release),
        object_labels=object_labels or {},
        server=server,
    )


def is_dcgm_name(metric: str) -> bool:
    """Whether ``metric`` has the form of a series of dcgm-exporter."""
    return metric.startswith(DCGM_PREFIXES)


Types = Mapping[str, SeriesType]
