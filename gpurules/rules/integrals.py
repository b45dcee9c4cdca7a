"""What a bill is made of: GPU time and energy of the last hour, for the levels above the VM.

Both add up a recorded number at a fixed step over the last hour and multiply by the step. A moment at which there was
no GPU adds nothing, so the sum survives restarts and migrations of VMs; it does not depend on how often rules are
evaluated. Energy is summed from power, since the counter's rate loses up to a rate window wherever a VM starts or ends.
"""

from __future__ import annotations

from gpurules.promql.syntax.build import binary, call, number, selector
from gpurules.promql.syntax.tree import Duration, Expression, Subquery
from gpurules.promql.types import SECOND, Kind, Unit
from gpurules.rules.fleet import ENERGY, POWER, FleetLevel, count_record, field_record
from gpurules.rules.group import RecordingRule
from gpurules.rules.names import record_name
from gpurules.rules.request import Request
from gpurules.rules.spec import RecordSpec

STEP = 30_000
"""Milliseconds between two readings."""
WINDOW = 3_600_000 - 1
"""Milliseconds: an hour less one, which holds 120 steps whether a range includes its left end (Prometheus 2) or not."""

OPERATION = "sum_over_time1h"
_JOULE = Unit((("joule", 1),))


def integral_rules(level: FleetLevel, request: Request) -> tuple[RecordingRule, ...]:
    """GPU time of ``level``, and its energy where power or energy is selected."""
    rules = [_rule(level, request, "device_seconds", count_record(level), SECOND, ())]
    measured = {entry.field.name: entry for entry in request.fields}
    source = measured.get(POWER) or measured.get(ENERGY)
    if source is not None:
        power = field_record(source, level, request)
        rules.append(_rule(level, request, "energy_joules", power, _JOULE, (source.field.name,)))
    return tuple(rules)


def _rule(
    level: FleetLevel, request: Request, stem: str, source: str, unit: Unit, fields: tuple[str, ...]
) -> RecordingRule:
    what = (
        f"Energy that the GPUs {level.where} drew"
        if fields
        else f"Time for which VMs had the GPUs {level.where}, summed,"
    )
    spec = RecordSpec(
        record=record_name(level.name, stem, OPERATION),
        level=level.name,
        role="fleet_energy" if fields else "fleet_time",
        fields=fields,
        labels=level.labels(request),
        unit=unit,
        kind=Kind.RATE if fields == (ENERGY,) else Kind.GAUGE,
        help=f"{what} in the last hour{level.each}.",
        operation="sum_over_time",
        step=STEP,
    )
    return RecordingRule(spec, summed(source))


def summed(record: str) -> Expression:
    """The record added up over the last hour, times the seconds of a step."""
    hour = Subquery(selector(record), Duration(WINDOW), Duration(STEP))
    return binary("*", call("sum_over_time", hour), number(STEP // 1000))
