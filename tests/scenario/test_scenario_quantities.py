"""The hand-written table of quantities and the catalog say the same of every default counter."""

from __future__ import annotations

import pytest

from gpurules.catalog.field import FieldKind, Grain
from gpurules.catalog.load import load_catalog
from gpurules.scenario.quantities import ONE, QUANTITIES, Quantity

CATALOG = load_catalog()


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: quantity.name)
def test_catalog_agrees_with_the_hand_written_table(quantity: Quantity) -> None:
    field = CATALOG.by_name[quantity.name]

    assert field.name == quantity.name
    assert quantity.old_name in field.names
    assert (field.unit.scale if field.unit else ONE) == quantity.factor
    assert field.combine == quantity.combine
    assert (field.kind is FieldKind.COUNTER) == quantity.cumulative
    # The highest or lowest of repeated values is the same as of one.
    if quantity.combine in ("sum", "avg"):
        assert (field.grain is Grain.INSTANCE) == quantity.per_instance
    assert field.ignore_zero == quantity.zero_is_absent
    assert set(field.dimensions) <= set(quantity.labels)
