"""The inference: walks a tree once, children first, and asks the module that knows each construct.

Label values are taken to hold no line breaks (``.`` does not match them before Prometheus 3).
"""

from __future__ import annotations

import math

from gpurules.promql.infer.aggregations import aggregation_type
from gpurules.promql.infer.findings import Environment, Inference, NodeType, Notes, UnitMismatch
from gpurules.promql.infer.functions import call_type
from gpurules.promql.infer.integrals import is_integral
from gpurules.promql.infer.keys import always_only, key_validity
from gpurules.promql.infer.labelset import NAME, all_but
from gpurules.promql.infer.matching import filled, match_vectors, matched_labels, set_operation, with_common
from gpurules.promql.infer.memory import NO_CHANGES, Held, changes_of, key_of, recalled, remembered
from gpurules.promql.infer.origins import Outlines
from gpurules.promql.infer.reasons import explained
from gpurules.promql.infer.selectors import range_type, selector_type
from gpurules.promql.infer.steps import drop_name, unproved, with_measure
from gpurules.promql.infer.units import Measure, differ, either, integrated, product, quotient, scaled, total
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    children,
)
from gpurules.promql.types import ONE, ExpressionType, Kind, RangeType, ScalarType, SeriesType, StringType

ARITHMETIC = frozenset(("+", "-", "*", "/", "%", "^", "atan2"))
COMPARISONS = frozenset(("==", "!=", ">", "<", ">=", "<="))
SET_OPERATORS = frozenset(("and", "or", "unless"))
TRIMS = frozenset(("</", ">/"))
"""Cut a native histogram off."""
MAY_KEEP_NAME = TRIMS | {"atan2"}
"""Operators after which the name is there in some releases (atan2: in 2.42) and not in others."""


def infer(expression: Expression, environment: Environment) -> Inference:
    """The type of ``expression``, what may fail at run time, and what is not known.

    Where a failure is noted, the rest of the walk assumes that the part did not fail, so that one cause is told once.
    """
    notes = Notes()
    outlines = Outlines()
    nodes: list[NodeType] = []
    types: list[Held] = []
    stack: list[tuple[Expression, bool, bool]] = [(expression, False, False)]
    while stack:
        node, ready, windowed = stack.pop()
        below = children(node)
        if below and not ready:
            stack.append((node, True, windowed))
            inside = windowed or isinstance(node, Subquery)
            stack.extend((child, False, inside) for child in reversed(below))
            continue
        notes.windowed = windowed
        operands = types[len(types) - len(below) :]
        del types[len(types) - len(below) :]
        held = _held_type(node, operands, environment, notes, outlines)
        types.append(held)
        nodes.append(NodeType(node, held.whole))
    failures = explained(notes, nodes, environment) if notes.failures else []
    return Inference(
        nodes[-1].type, tuple(failures), tuple(notes.unproved), tuple(dict.fromkeys(notes.findings)), tuple(nodes)
    )


def _held_type(
    node: Expression, operands: list[Held], environment: Environment, notes: Notes, outlines: Outlines
) -> Held:
    """The type of a node: what is remembered, else inferred now."""
    if isinstance(node, NumberLiteral):
        return Held(ScalarType(node.value), NO_CHANGES, False)
    if isinstance(node, StringLiteral):
        return Held(StringType(node.value), NO_CHANGES, False)
    if isinstance(node, Paren):
        return operands[0]
    if isinstance(node, VectorSelector):
        series, names, held = selector_type(node, environment)
        return Held(series, series.changes, held, names)
    key = key_of(node, operands, notes.windowed)
    known = recalled(key, node, operands, notes) if key is not None else None
    if known is not None:
        return known
    new = Notes(windowed=notes.windowed)
    found = _node_type(node, [operand.whole for operand in operands], new)
    notes.add(new)
    if isinstance(node, Binary) and node.op.text == "or" and isinstance(found, SeriesType):
        common = outlines.common(node)
        covering = None if common is None else infer(common, environment).type
        if isinstance(covering, SeriesType):
            found = with_common(found, covering)
    if key is None:
        return Held(found, changes_of(found), False)
    return remembered(key, node, operands, found, new)


def _node_type(node: Expression, operands: list[ExpressionType], notes: Notes) -> ExpressionType:
    match node, operands:
        case MatrixSelector(), [SeriesType() as series]:
            return range_type(node, series)
        case Subquery(), [SeriesType() as series]:
            return RangeType(always_only(series), node.range.milliseconds / 1000)
        case Subquery(), _:
            return unproved("subquery", node.span, "it takes an instant vector", notes)
        case Unary(), [operand]:
            return _unary_type(node, operand, notes)
        case Call(), _:
            return call_type(node, operands, notes)
        case Aggregation(), [parameter, vector]:
            return aggregation_type(node, vector, parameter, notes)
        case Aggregation(), [vector]:
            return aggregation_type(node, vector, None, notes)
        case Binary(), [left, right]:
            return _binary_type(node, left, right, notes)
        case _:
            return unproved(type(node).__name__, node.span, "this construct is not modelled", notes)


def _unary_type(node: Unary, operand: ExpressionType, notes: Notes) -> ExpressionType:
    if node.op.text == "+" and isinstance(operand, SeriesType | ScalarType):
        return operand
    if node.op.text == "-" and isinstance(operand, ScalarType):
        return ScalarType(None if operand.value is None else -operand.value, operand.unit)
    if node.op.text == "-" and isinstance(operand, SeriesType):
        series = drop_name(operand, "-", node.op.span, node.expression, notes, notes.windowed)
        return with_measure(series, scaled(Measure(series.unit, series.kind), -1.0))
    return unproved(node.op.text, node.op.span, "its operand is neither a vector nor a scalar", notes)


def _binary_type(node: Binary, left: ExpressionType, right: ExpressionType, notes: Notes) -> ExpressionType:
    op = node.op.text
    if op not in ARITHMETIC | COMPARISONS | SET_OPERATORS | TRIMS or (node.return_bool and op not in COMPARISONS):
        return unproved(op, node.op.span, "this operator is not modelled", notes)
    if not isinstance(left, SeriesType | ScalarType) or not isinstance(right, SeriesType | ScalarType):
        return unproved(op, node.op.span, "an operand is neither a vector nor a scalar", notes)
    vectors = isinstance(left, SeriesType) and isinstance(right, SeriesType)
    if not vectors and (op in SET_OPERATORS or node.matching is not None or node.group is not None):
        return unproved(op, node.op.span, "vector matching takes two vectors", notes)
    if node.fill is not None and (not vectors or op in SET_OPERATORS or node.group is not None):
        return unproved("fill", node.fill.span, "filling is modelled for one-to-one matching only", notes)
    if op in SET_OPERATORS and node.group is not None:
        return unproved(op, node.op.span, "set operators have no many side", notes)
    measure = _measured(node, _measure(node.left, left), _measure(node.right, right), notes)
    if isinstance(left, ScalarType) and isinstance(right, ScalarType):
        return ScalarType(_folded(op, left.value, right.value), measure.unit)
    drops_name = op in ARITHMETIC or op in TRIMS or node.return_bool
    if isinstance(left, SeriesType) and isinstance(right, SeriesType):
        if op in SET_OPERATORS:
            return with_measure(set_operation(node, left, right, notes), measure)
        matched = match_vectors(node, left, right, drops_name, notes)
        if node.fill is not None:
            matched = filled(node, left, right, drops_name)
        on = matched_labels(node)
        if op in MAY_KEEP_NAME and (node.group is not None or on.complement or NAME in on):
            matched = _perhaps_named(right if node.group is not None and node.group.right else left, matched)
        return with_measure(matched, measure)
    series, operand = (left, node.left) if isinstance(left, SeriesType) else (right, node.right)
    assert isinstance(series, SeriesType)
    if drops_name:
        unnamed = drop_name(series, op, node.op.span, operand, notes)
        series = _perhaps_named(series, unnamed) if op in MAY_KEEP_NAME else unnamed
    return with_measure(series, measure)


def _perhaps_named(before: SeriesType, unnamed: SeriesType) -> SeriesType:
    """``unnamed``, which was ``before`` and may still have its name; neither may be relied on."""
    if before.names is not None and not any(before.names):
        return unnamed
    names = None if before.names is None else before.names | {""}
    distinct = key_validity(before, all_but((NAME,)))
    if distinct is None:
        # Where the name stays nothing fails, and what was inferred on the assumption that nothing does is not true.
        unnamed = unnamed._replace(keys=(), dependencies=())
    return unnamed._replace(names=names, distinct=distinct)


def _measure(expression: Expression, type_: SeriesType | ScalarType) -> Measure:
    """What the numbers of an operand are; ``vector(0)`` is a constant as 0 is."""
    if isinstance(type_, ScalarType):
        kind = Kind.UNKNOWN if type_.unit is None else Kind.GAUGE
        return Measure(type_.unit, kind, type_.value)
    while isinstance(expression, Paren):
        expression = expression.expression
    if isinstance(expression, Call) and expression.function.text == "vector":
        inner = expression.arguments[0] if expression.arguments else None
        if isinstance(inner, NumberLiteral):
            return Measure(None, Kind.UNKNOWN, inner.value)
    return Measure(type_.unit, type_.kind)


def _measured(node: Binary, left: Measure, right: Measure, notes: Notes) -> Measure:
    """What the numbers of the result are; notes units that do not go together."""
    op = node.op.text
    if op not in ("*", "/", "^", "atan2", "and", "unless", "</", ">/"):
        different = differ(left, right)
        if different is not None:
            notes.findings.append(UnitMismatch(op, *different, node.op.span))
    match op:
        case "*" if is_integral(node):
            return integrated(right if left.constant is not None else left)
        case "*":
            return product(left, right)
        case "/":
            return quotient(left, right)
        case "+" | "-" | "%":
            return total(left, right)
        case "or":
            return either(left, right)
        case "and" | "unless":
            return left
        case "</" | ">/":
            return Measure(None, Kind.UNKNOWN)
        case "^" | "atan2":
            return Measure(None, Kind.GAUGE)
        case _ if node.return_bool:
            return Measure(ONE, Kind.FLAG)
        case _:
            # A comparison keeps the number of the vector, which stands on the right of a scalar.
            return right if left.constant is not None and right.constant is None else left


def _folded(op: str, left: float | None, right: float | None) -> float | None:
    """The value of an operation on two constants; None where it is not known or not finite."""
    if left is None or right is None:
        return None
    try:
        match op:
            case "+":
                value = left + right
            case "-":
                value = left - right
            case "*":
                value = left * right
            case "/":
                value = left / right
            case "^":
                value = math.pow(left, right)
            case _:
                return None
    except (OverflowError, ZeroDivisionError, ValueError):
        return None
    return value if math.isfinite(value) else None
