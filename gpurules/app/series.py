"""The types of the series that are scraped: the catalog's units and kinds on the labels of their exposition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gpurules.app.sources import Sources
from gpurules.catalog.field import Field
from gpurules.config.model import Config
from gpurules.labels.assemble import build_schema, clustered
from gpurules.labels.dcgm import dcgm_series_type
from gpurules.labels.schema import HonorLabels, LabelSchema, MetricSchema
from gpurules.promql.types import SeriesType


class SourceTypes(NamedTuple):
    """Types by metric name: DCGM series from the catalog, everything else from the schema."""

    dcgm: Mapping[str, SeriesType]
    schema: LabelSchema

    def type_of(self, metric: str) -> SeriesType | None:
        """The type of ``metric``, or None where it is unknown."""
        return self.dcgm.get(metric) or self.schema.type_of(metric)


def source_types(config: Config, sources: Sources) -> SourceTypes:
    """The types that ``config`` implies. Raises InputError for a schema file that is wrong."""
    extra = _declared(config.kubevirt.schemas)
    honor = HonorLabels(config.dcgm.honor_labels)
    exporters = tuple(release.name for release in sources.exporters)
    fields = {counter.name: counter.field for counter in sources.selection.counters}
    for field in tuple(fields.values()):
        fields |= dict.fromkeys(field.names, field)
    dcgm = {name: _series_type(name, field, exporters, honor, config.rules.paths) for name, field in fields.items()}
    cluster = config.rules.cluster_label
    if cluster:
        dcgm = {name: clustered(series, cluster) for name, series in dcgm.items()}
    return SourceTypes(dcgm, build_schema(sources.kubevirt, extra, cluster_label=cluster))


def _declared(paths: tuple[str, ...]) -> list[MetricSchema]:
    """What schema files declare."""
    if not paths:
        return []
    from gpurules.labels.user import read_schema

    return [schema for path in paths for schema in read_schema(path)]


def _series_type(
    name: str, field: Field, exporters: tuple[str, ...], honor: HonorLabels, paths: tuple[str, ...]
) -> SeriesType:
    return dcgm_series_type(
        field.entity.value,
        name=name,
        exporters=exporters,
        honor_labels=honor,
        paths=paths,
        unit=field.unit,
        kind=field.series_kind,
        dimensions=field.dimensions,
    )
