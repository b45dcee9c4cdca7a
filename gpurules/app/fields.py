"""Searches the field catalog: for a person in columns or as a card of one field, for a program as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gpurules.catalog.exporters import accepts, releases
from gpurules.catalog.field import Catalog, Entity, Field, FieldKind, Grain, Selection
from gpurules.catalog.load import load_catalog
from gpurules.catalog.search import search
from gpurules.catalog.units import record_suffix, word_of
from gpurules.promql.types import Unit
from gpurules.text.errors import CheckFailed, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.terminal import safe, table

SHOWN = 40
"""Rows of a table where not all are asked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: fields that have all ``words``, of the ``counters`` files only where any is given."""

    words: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    show_all: bool = False


def show_fields(question: Question, as_json: bool = False, width: int = 80) -> str:
    """The fields that ``question`` asks for; the card of one where a word is its whole name.

    Raises InputError for what is wrong with the counters files, CheckFailed with the nearest name where none is found.
    """
    catalog = load_catalog()
    selection = _selection(question.counters, catalog)
    found = _found(question, catalog, selection)
    if as_json:
        return f"{json.dumps({'fields': [_details(entry) for entry in found]}, indent=2)}\n"
    if len(found) == 1 and len(question.words) == 1 and question.words[0] in found[0].names:
        return _card(found[0], width)
    return _table(found, question, width)


def _selection(paths: Sequence[str], catalog: Catalog) -> Selection | None:
    if not paths:
        return None
    from gpurules.catalog.reading import read_counters

    return read_counters(paths, catalog)


def _found(question: Question, catalog: Catalog, selection: Selection | None) -> tuple[Field, ...]:
    selected = {counter.field.id for counter in selection.counters} if selection else None
    if len(question.words) == 1 and (one := catalog.by_name.get(question.words[0])):
        found: tuple[Field, ...] = (one,)
    else:
        found = search(question.words, catalog)
    chosen = tuple(entry for entry in found if selected is None or entry.id in selected)
    if not chosen:
        raise CheckFailed(_nothing(question, catalog, bool(found)))
    return chosen


def _nothing(question: Question, catalog: Catalog, elsewhere: bool) -> Problem:
    words = safe(" ".join(question.words), 80)
    if elsewhere:
        return Problem(f'no field of the counters files has "{words}"', advice="without --counters there are some")
    known = (*catalog.by_name, *(entry.record for entry in catalog.fields if entry.record))
    hints = [hint for word in question.words if (hint := did_you_mean(word, known))]
    return Problem(f'no field has "{words}"', advice=hints[0] if hints else "try a single word, such as power")


def _table(found: Sequence[Field], question: Question, width: int) -> str:
    shown = found if question.show_all or question.counters else found[:SHOWN]
    rest = len(found) - len(shown)
    text = "".join(f"{entry.name}\n{table([('', _summary(entry))], width=width)}" for entry in shown)
    return text + (f"\n{rest} more; --all shows them, another word narrows the search.\n" if rest else "")


def _summary(field: Field) -> str:
    """Such as ``gauge, MHz, combined by avg: sm_clock_hertz``, or the reason why there is no record."""
    facts = [field.kind.value, word_of(field.unit, field.kind), f"combined by {field.combine}" if field.combine else ""]
    return f"{', '.join(fact for fact in facts if fact)}: {field.record or field.refusal}"


def _card(field: Field, width: int) -> str:
    facts = (
        ("id", str(field.id)),
        ("record", field.record),
        ("not recorded", field.refusal),
        ("kind", field.kind.value),
        ("value type", field.value_type),
        ("unit", word_of(field.unit, field.kind) or "none"),
        ("to base unit", _conversion(field)),
        ("GPUs of a VM", f"combined by {field.combine}" if field.combine else "not combined"),
        ("measured on", _measured_on(field)),
        ("labels", ", ".join(field.dimensions)),
        ("zero", "means that the board has no such sensor" if field.ignore_zero else ""),
        ("subsystem", field.subsystem),
        ("first release", _release(field)),
    )
    parts = [
        field.name + "\n" + table([("", field.help)], width=width),
        table([("", name, value) for name, value in facts if value], width=width),
        "Names and the dcgm-exporter releases that accept them\n"
        + table([("", name, _accepted_by(name)) for name in field.names]),
    ]
    return "\n".join(parts)


def _conversion(field: Field) -> str:
    if field.unit is None:
        return ""
    base = record_suffix(field.kind, word_of(field.unit, field.kind)).replace("_", " ")
    rate = "rate, then " if field.kind is FieldKind.COUNTER else ""
    if field.unit.scale == 1:
        return f"{rate}as it is: {base}" if base else ""
    return f"{rate}times {field.unit.scale}: {base}"


def _measured_on(field: Field) -> str:
    if field.entity is Entity.GLOBAL:
        return "the whole guest; every GPU repeats it"
    if field.entity is not Entity.GPU:
        return str(field.entity.value)
    return "GPU; MIG instances repeat it" if field.grain is Grain.GPU else "GPU, or each MIG instance by itself"


def _release(field: Field) -> str:
    return f"DCGM {field.release.removeprefix('<=')}{' or earlier' if field.release.startswith('<=') else ''}"


def _accepted_by(name: str) -> str:
    """The releases that accept ``name``, as ranges."""
    ranges: list[tuple[str, str]] = []
    last = -2
    for release in releases():
        if accepts(release, name):
            first = ranges.pop()[0] if release.order == last + 1 else release.name
            ranges.append((first, release.name))
            last = release.order
    return ", ".join(_range(low, high) for low, high in ranges) or "none"


def _range(low: str, high: str) -> str:
    oldest, newest = releases()[0].name, releases()[-1].name
    if high == newest:
        return "all" if low == oldest else f"{low} and later"
    if low == oldest:
        return f"to {high}"
    return low if low == high else f"{low} to {high}"


def _details(field: Field) -> dict[str, object]:
    return {
        "id": field.id,
        "name": field.name,
        "other_names": list(field.other_names),
        "help": field.help,
        "value_type": field.value_type,
        "kind": field.kind.value,
        "unit": word_of(field.unit, field.kind) or None,
        "base_unit": _base(field.unit),
        "scale": str(field.unit.scale) if field.unit else None,
        "combine": field.combine,
        "entity": field.entity.value,
        "grain": field.grain.value,
        "dimensions": list(field.dimensions),
        "ignore_zero": field.ignore_zero,
        "subsystem": field.subsystem,
        "release": field.release,
        "record": field.record or None,
        "refusal": field.refusal or None,
    }


def _base(unit: Unit | None) -> str | None:
    return str(Unit(unit.dimension)) if unit else None
