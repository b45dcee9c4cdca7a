"""What a configuration says that rules run against: releases, counters, scrape configuration, schemas."""

from __future__ import annotations

from collections.abc import Sequence

from gpurules.catalog.exporters import ExporterRelease
from gpurules.catalog.exporters import find as find_exporter
from gpurules.catalog.field import Selection
from gpurules.catalog.load import load_catalog
from gpurules.config.model import Config
from gpurules.labels.schema import HonorLabels, MetricSchema
from gpurules.lint.target import Target, target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gpurules.conventions.targets import Target as Server


def target_of(config: Config) -> Target:
    """What ``config`` says the rules run against. Raises InputError for what it names and is not known."""
    exporters = tuple(find_exporter(name) for name in config.dcgm.exporters)
    return target(
        kubevirt_release=config.kubevirt.release,
        exporters=exporters,
        honor_labels=HonorLabels(config.dcgm.honor_labels),
        selection=_selection(config, exporters),
        extra=_declared(config),
        paths=config.rules.paths,
        cluster_label=config.rules.cluster_label,
        object_labels=config.output.labels,
        server=_server(config),
    )


def _selection(config: Config, exporters: Sequence[ExporterRelease]) -> Selection | None:
    if not config.dcgm.counters:
        return None
    from gpurules.catalog.reading import read_counters

    return read_counters(config.dcgm.counters, load_catalog(), tuple(exporters))


def _server(config: Config) -> Server | None:
    if not config.output.target:
        return None
    from gpurules.conventions.targets import read_target

    return read_target(config.output.target)


def _declared(config: Config) -> list[MetricSchema]:
    if not config.kubevirt.schemas:
        return []
    from gpurules.labels.user import read_schema

    return [schema for path in config.kubevirt.schemas for schema in read_schema(path)]
