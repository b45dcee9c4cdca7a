"""Every function that the parser knows is modelled, and takes what the parser lets it take."""

from __future__ import annotations

import pytest

from gpurules.promql.infer.aggregations import COMBINING, SELECTING
from gpurules.promql.infer.behaviours import BEHAVIOURS, SPECIAL, wrong_argument
from gpurules.promql.syntax.functions import AGGREGATIONS, FUNCTIONS, ValueType
from gpurules.promql.types import OPEN, ExpressionType, RangeType, ScalarType, StringType

EXAMPLES: dict[ValueType, ExpressionType] = {
    ValueType.SCALAR: ScalarType(1.0),
    ValueType.INSTANT: OPEN,
    ValueType.RANGE: RangeType(OPEN, 60.0),
    ValueType.STRING: StringType("x"),
}


def test_no_function_is_left_out() -> None:
    assert {*BEHAVIOURS, *SPECIAL} == set(FUNCTIONS)
    assert not BEHAVIOURS.keys() & SPECIAL.keys()


def test_no_aggregation_is_left_out() -> None:
    assert {*COMBINING, *SELECTING} == set(AGGREGATIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_function_takes(name: str) -> None:
    function = FUNCTIONS[name]
    takes = BEHAVIOURS[name].takes if name in BEHAVIOURS else SPECIAL[name]
    for count in range(13):
        arguments = [EXAMPLES[function.argument(index)] for index in range(count)] if function.arguments else []
        if function.arguments or not count:
            assert bool(wrong_argument(takes, arguments)) is not function.accepts(count), count
    assert name in SPECIAL or BEHAVIOURS[name].keeps_name is function.keeps_name
