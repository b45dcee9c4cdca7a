"""What a preset makes of a configuration: the counters and levels that are recorded."""

from __future__ import annotations

from collections.abc import Callable

from gpurules.catalog.field import Catalog, Counter, Entity, Field, FieldKind, Selection
from gpurules.config.model import Config
from gpurules.presets.preset import Preset
from gpurules.presets.registry import preset_named

Accepts = Callable[[str], bool]
"""Whether any exporter release in use knows a field by this name."""

_DRIVER = "DCGM_FI_SYSTEM_DRIVER_VERSION"


def preset_of(config: Config) -> Preset:
    """The preset of ``config``."""
    return preset_named(config.rules.preset)


def levels_of(config: Config) -> tuple[str, ...]:
    """The levels that are recorded."""
    return config.rules.levels or preset_of(config).levels


def restricted(selection: Selection, preset: Preset) -> Selection:
    """Of the counters of a file those that ``preset`` needs, and the rows that describe GPUs."""
    if preset.fields is None:
        return selection
    kept = tuple(
        counter
        for counter in selection.counters
        if counter.field.name in preset.fields or counter.declared_type == "label"
    )
    return Selection(kept, selection.sources)


def preset_selection(
    preset: Preset, catalog: Catalog, accepts: Accepts, entities: tuple[str, ...] = ()
) -> Selection | None:
    """The counters that ``preset`` needs where no file names any; None: dcgm-exporter's defaults.

    ``entities``: what is recorded beside GPUs.
    """
    if preset.everything:
        known = [field for field in catalog.fields if _recordable(field, entities)]
        fields = [field for field in known if any(map(accepts, field.names))]
    elif preset.fields is not None:
        fields = [catalog.by_name[name] for name in preset.fields]
    else:
        return None
    chosen = (*fields, catalog.by_name[_DRIVER])
    return Selection(tuple(_counter(field, accepts) for field in chosen), (f"preset {preset.name}",))


def lacking(selection: Selection, preset: Preset) -> tuple[str, ...]:
    """Fields that ``preset`` needs and ``selection`` does not have."""
    there = {counter.field.name for counter in selection.counters}
    return tuple(name for name in preset.fields or () if name not in there)


def _recordable(field: Field, entities: tuple[str, ...]) -> bool:
    measured = field.entity in (Entity.GPU, Entity.GLOBAL) or field.entity.value in entities
    return measured and not field.refusal and field.kind is not FieldKind.LABEL


def _counter(field: Field, accepts: Accepts) -> Counter:
    """A row under the oldest name of DCGM's own that an exporter in use accepts, since most guests run an older one."""
    names = [name for name in (*field.other_names, field.name) if name.startswith("DCGM_") and accepts(name)]
    name = names[0] if names else field.name
    declared = {FieldKind.COUNTER: "counter", FieldKind.LABEL: "label"}.get(field.kind, "gauge")
    return Counter(name, field, declared, field.help)
