"""What a configuration draws on: the catalog, the selected counters, the releases and the labels of their series."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from gpurules.app.presets import preset_of, preset_selection, restricted
from gpurules.catalog.exporters import ExporterRelease, accepted_by_any, releases
from gpurules.catalog.exporters import find as find_exporter
from gpurules.catalog.field import Catalog, Selection
from gpurules.catalog.load import load_catalog
from gpurules.catalog.resolve import default_selection
from gpurules.config.model import Config
from gpurules.labels import kubevirt


class Sources(NamedTuple):
    """Facts and inputs, read and checked. ``exporters`` are those in use: named ones, else every known release."""

    catalog: Catalog
    selection: Selection
    exporters: tuple[ExporterRelease, ...]
    kubevirt: str

    def accepts(self, name: str) -> bool:
        """Whether any exporter release in use knows a field by ``name``."""
        return accepted_by_any(self.exporters, name)


def read_sources(config: Config) -> Sources:
    """Reads what ``config`` names. Raises InputError for whatever is missing, malformed or unknown."""
    catalog = load_catalog()
    exporters = tuple(find_exporter(name) for name in config.dcgm.exporters) or releases()
    preset = preset_of(config)
    if config.dcgm.counters:
        from gpurules.catalog.reading import read_counters

        selection = restricted(read_counters(config.dcgm.counters, catalog, exporters), preset)
    else:
        known = partial(accepted_by_any, exporters)
        selection = preset_selection(preset, catalog, known, config.rules.entities) or default_selection(catalog)
    release = kubevirt.find(config.kubevirt.release) if config.kubevirt.release else kubevirt.newest()
    return Sources(catalog, selection, exporters, release)
