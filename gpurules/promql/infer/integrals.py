"""The integral over time, as PromQL can write it: a subquery's readings added up, times the seconds between them."""

from __future__ import annotations

from gpurules.promql.syntax.tree import Binary, Call, Expression, NumberLiteral, Paren, Subquery


def is_integral(node: Binary) -> bool:
    """Whether ``node`` is ``sum_over_time(expression[range:step]) * seconds``, or the other way round, with the seconds
    of ``step``: the numbers then have the unit of the expression times seconds."""
    left, right = _bare(node.left), _bare(node.right)
    return node.op.text == "*" and (_is_sum(left, right) or _is_sum(right, left))


def _is_sum(added: Expression, factor: Expression) -> bool:
    if not (isinstance(factor, NumberLiteral) and isinstance(added, Call) and added.function.text == "sum_over_time"):
        return False
    readings = _bare(added.arguments[0]) if added.arguments else added
    return (
        isinstance(readings, Subquery)
        and readings.step is not None
        and readings.step.milliseconds == factor.value * 1000
    )


def _bare(expression: Expression) -> Expression:
    while isinstance(expression, Paren):
        expression = expression.expression
    return expression
