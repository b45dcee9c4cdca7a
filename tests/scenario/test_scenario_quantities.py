"""The hand-written table of quantities and the catalog say the same of every field that both know."""

from __future__ import annotations

import pytest

from gpurules.catalog.field import Entity, FieldKind, Grain
from gpurules.catalog.load import load_catalog
from gpurules.scenario.quantities import FURTHER, ONE, QUANTITIES, Quantity

CATALOG = load_catalog()


@pytest.mark.parametrize("quantity", [*QUANTITIES, *FURTHER], ids=lambda quantity: quantity.name)
def test_catalog_agrees_with_the_hand_written_table(quantity: Quantity) -> None:
    field = CATALOG.by_name[quantity.name]

    assert field.name == quantity.name
    assert quantity.old_name in field.names
    assert (field.unit.scale if field.unit else ONE) == quantity.factor
    assert (field.combine or "") == quantity.combine
    assert (field.kind is FieldKind.COUNTER) == quantity.cumulative
    # The highest or lowest of repeated values is the same as of one.
    if quantity.combine in ("sum", "avg"):
        assert (field.grain is Grain.INSTANCE) == quantity.per_instance
    assert field.ignore_zero == quantity.zero_is_absent
    assert set(field.dimensions) <= set(quantity.labels)
    # An average needs no scale to be told, a code has none.
    assert (field.kind in (FieldKind.CODE, FieldKind.FLAG)) == quantity.coded
    assert not quantity.ratio or field.kind is FieldKind.RATIO


def test_every_field_of_a_gpu_is_told() -> None:
    recorded = {
        field.name
        for field in CATALOG.fields
        if field.record and not field.refusal and field.entity in (Entity.GPU, Entity.GLOBAL)
    }
    told = {quantity.name for quantity in (*QUANTITIES, *FURTHER)}

    assert recorded - told == set()
    assert len(told) == len(QUANTITIES) + len(FURTHER)
