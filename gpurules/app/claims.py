"""What stands for each metric that a preset accounts for, and the counters that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gpurules.app.presets import Accepts, preset_selection
from gpurules.app.sources import read_sources
from gpurules.catalog.field import Catalog
from gpurules.catalog.writing import counters_rows
from gpurules.config.model import Config
from gpurules.presets.preset import Claim, Preset
from gpurules.rules.spec import RecordSpec

DEVICE_LEVEL = "vmi_gpu"


@dataclass(frozen=True, slots=True)
class Account:
    """A metric, the expression that gives its value (a record's name where that is all), empty where nothing does, and
    what there is to say of it."""

    metric: str
    expression: str
    note: str


def accounts(preset: Preset, specs: Sequence[RecordSpec]) -> tuple[Account, ...]:
    """One account for each claim of ``preset``, answered from the records of single GPUs."""
    return tuple(_account(claim, specs) for claim in preset.claims)


def needed_counters(preset: Preset, catalog: Catalog, accepts: Accepts) -> str:
    """The counters file that ``preset`` needs in the guests; empty where it needs none in particular."""
    selection = None if preset.fields is None else preset_selection(preset, catalog, accepts)
    return counters_rows((row.name, row.declared_type, row.help) for row in selection.counters) if selection else ""


def counters_file(config: Config) -> str:
    """The counters file that guests need for the preset of ``config``, whatever counters files it names.

    Names are those that the exporter releases of ``config`` accept.
    """
    selection = read_sources(replace(config, dcgm=replace(config.dcgm, counters=()))).selection
    return counters_rows((row.name, row.declared_type, row.help) for row in selection.counters)


def _account(claim: Claim, specs: Iterable[RecordSpec]) -> Account:
    if not claim.field:
        return Account(claim.metric, "", claim.note)
    record = next(_answers(claim, specs), "")
    if not record:
        return Account(claim.metric, "", f"not recorded: {claim.field} is not selected or is left out")
    return Account(claim.metric, claim.expression.format(record=record), claim.note)


def _answers(claim: Claim, specs: Iterable[RecordSpec]) -> Iterator[str]:
    for spec in specs:
        if spec.level == DEVICE_LEVEL and (
            spec.role == claim.field or (spec.role == "field" and claim.field in spec.fields)
        ):
            yield spec.record
