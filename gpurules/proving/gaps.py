"""Which records scenarios can say something of, and which not and why."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.promql.types import Kind
from gpurules.proving.case import Gap
from gpurules.rules.spec import RecordSpec
from gpurules.scenario import fleet_levels
from gpurules.scenario.expect import ROLES
from gpurules.scenario.quantities import BY_NAME
from gpurules.scenario.scrape import INTERVAL

_BY_FIELD = ("field", "fleet_field")


def told_and_untold(specs: Iterable[RecordSpec], window: int) -> tuple[tuple[RecordSpec, ...], tuple[Gap, ...]]:
    """The records that can be expected, and the gaps; ``window``: seconds that rates are over."""
    told: list[RecordSpec] = []
    untold: dict[str, list[str]] = {}
    for spec in specs:
        reason = reason_against(spec, window)
        if reason:
            untold.setdefault(reason, []).append(spec.record)
        else:
            told.append(spec)
    return tuple(told), tuple(Gap(tuple(records), reason) for reason, records in untold.items())


def reason_against(spec: RecordSpec, window: int) -> str:
    """Why nothing is expected of a record; empty where something is."""
    if spec.role not in {**ROLES, **fleet_levels.ROLES, **fleet_levels.INTEGRALS}:
        return f"no scenario knows records of the role {spec.role}"
    unknown = [name for name in spec.fields if spec.role in _BY_FIELD and name not in BY_NAME]
    if unknown:
        return f"no scenario measures {unknown[0]}"
    if spec.kind is Kind.RATE and window < 2 * INTERVAL:
        return f"stories are scraped every {INTERVAL} s: nothing is rated over {window} s"
    return ""
