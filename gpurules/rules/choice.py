"""Which of the selected fields are recorded, from which series names, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gpurules.catalog.field import Catalog, Entity, Field, FieldKind, Selection
from gpurules.config.model import RecordSetting
from gpurules.rules.request import LabelRow, MeasuredField
from gpurules.rules.spec import Refusal
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean

Accepts = Callable[[str], bool]
"""Whether any exporter release in use knows a field by this name."""

ON_REQUEST = (Entity.LINK, Entity.SWITCH, Entity.CPU, Entity.CPU_CORE)
"""What is recorded beside GPUs where it is asked for."""

_GROUP_WORD = re.compile(r"^DCGM_FI_(DEV_|SYSTEM_|PROF_|)")


class Choice(NamedTuple):
    """Fields to record, label rows for the info record, and what was refused."""

    fields: tuple[MeasuredField, ...]
    label_rows: tuple[LabelRow, ...]
    refusals: tuple[Refusal, ...]


def choose(
    selection: Selection,
    catalog: Catalog,
    accepts: Accepts,
    settings: Mapping[str, RecordSetting],
    entities: tuple[str, ...] = (),
) -> Choice:
    """Sorts the counters of ``selection``, in their order; a field that two counters name is recorded once.

    ``settings`` are by field name, any of its names. ``entities``: what is recorded beside GPUs, such as ``link``.
    Raises InputError for a setting whose field is unknown or not selected.
    """
    by_field = _settings_by_field(settings, selection, catalog)
    written: dict[str, list[str]] = {}
    for counter in selection.counters:
        written.setdefault(counter.field.name, []).append(counter.name)
    fields: dict[str, MeasuredField] = {}
    rows: dict[str, LabelRow] = {}
    refusals: dict[str, Refusal] = {}
    for counter in selection.counters:
        field = counter.field
        names = tuple(dict.fromkeys((*written[field.name], *(name for name in _modern_names(field) if accepts(name)))))
        setting = by_field.get(field.name, RecordSetting())
        reason = _reason(field, setting, counter.declared_type, entities)
        if reason:
            refusals.setdefault(counter.name, Refusal(counter.name, reason))
        elif field.kind is FieldKind.LABEL:
            rows.setdefault(field.name, LabelRow(field, names, _GROUP_WORD.sub("", field.name).lower()))
        else:
            stem = setting.rename.removeprefix("vmi_gpu_") or field.record
            fields.setdefault(field.name, MeasuredField(field, names, setting.combine or field.combine, stem))
    return Choice(tuple(fields.values()), tuple(rows.values()), tuple(refusals.values()))


def _modern_names(field: Field) -> tuple[str, ...]:
    """All names but those of dcgm-exporter 1.x, which are read only where a counters file still has them."""
    return tuple(name for name in field.names if name.startswith("DCGM_"))


def _reason(field: Field, setting: RecordSetting, declared_type: str, entities: tuple[str, ...]) -> str:
    """Why ``field`` is not recorded, or nothing."""
    if setting.skip:
        return "left out by the configuration"
    if field.kind is FieldKind.LABEL:
        return "" if declared_type == "label" else field.refusal or "a text, not a number: declare it as label"
    if declared_type == "label":
        return "declared as label: its value becomes a label of other series, not a series"
    if field.refusal:
        return field.refusal
    if field.entity in (Entity.GPU, Entity.GLOBAL) or field.entity.value in entities:
        return ""
    if field.entity in ON_REQUEST:
        return f"measured on a {field.entity.value}, not on a GPU: ask for it with --entity {field.entity.value}"
    return f"measured on a {field.entity.value}, not on a GPU: such series name no GPU of the virtual machine"


def _settings_by_field(
    settings: Mapping[str, RecordSetting], selection: Selection, catalog: Catalog
) -> Mapping[str, RecordSetting]:
    selected = {counter.field.name for counter in selection.counters}
    problems: list[Problem] = []
    by_field: dict[str, RecordSetting] = {}
    for name, setting in settings.items():
        field = catalog.by_name.get(name)
        if field is None:
            hint = did_you_mean(name, catalog.by_name)
            problems.append(Problem(f"rules.fields: {name} is not a DCGM field", advice=hint))
        elif field.name not in selected:
            problems.append(Problem(f"rules.fields: {name} is not selected", advice="add it to the counters file"))
        else:
            by_field[field.name] = setting
    if problems:
        raise InputError(problems)
    return by_field
