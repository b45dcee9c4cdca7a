"""What Prometheus checks of an expression when it parses it: argument counts, types, matchers, vector matching."""

from __future__ import annotations

from gpurules.promql.syntax.functions import (
    AGGREGATIONS,
    COMPARISONS,
    FUNCTIONS,
    SET_OPERATORS,
    Function,
    ValueType,
)
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.regexes import matches_empty
from gpurules.promql.syntax.selectors import NAME_LABEL, Braces
from gpurules.promql.syntax.tree import Binary, Call, Expression, Matcher, Name, VectorSelector
from gpurules.text.span import Span

_SCALAR = ValueType.SCALAR
_INSTANT = ValueType.INSTANT
_NUMERIC = (_SCALAR, _INSTANT)


def unknown_function(name: str, span: Span) -> SyntaxProblem:
    """No function of this name exists in Prometheus 2.42 to 3.x."""
    if name.lower() in FUNCTIONS:
        return SyntaxProblem(f"no function is called {name}", span, f"write {name.lower()}")
    return SyntaxProblem(f"no function is called {name[:80]}", span)


def check_selector(word: str | None, braces: Braces, span: Span, may_be_empty: bool) -> None:
    """The name is set once, and at least one matcher refuses the empty value (else every series is selected)."""
    if word is not None:
        second = braces.name or next((m.label for m in braces.matchers if m.label.text == NAME_LABEL), None)
        if second is not None:
            raise SyntaxProblem("the metric name is set twice", second.span, f"it is {word[:80]} already")
        return
    if braces.name is None and not may_be_empty and all(_accepts_empty(matcher) for matcher in braces.matchers):
        raise SyntaxProblem(
            "the selector would select every series: all its matchers accept an empty value",
            span,
            'name the metric, or add a matcher such as label!="" or label=~".+"',
        )


def _accepts_empty(matcher: Matcher) -> bool:
    match matcher.op:
        case "=":
            return not matcher.value
        case "!=":
            return bool(matcher.value)
        case "=~":
            return matches_empty(matcher.value)
        case _:
            return not matches_empty(matcher.value)


def check_unary(operand: Expression, kind: ValueType) -> None:
    """A sign stands before a scalar or an instant vector."""
    if kind not in _NUMERIC:
        raise SyntaxProblem(f"a sign cannot stand before {a(kind)}", operand.span)


def check_binary(node: Binary, left: ValueType, right: ValueType) -> ValueType:
    """The type of a binary operation; raises SyntaxProblem where its operands or modifiers do not fit."""
    op = node.op.text
    for side, kind in ((node.left, left), (node.right, right)):
        if kind not in _NUMERIC:
            advice = "wrap it in rate(), last_over_time() or the like" if kind is ValueType.RANGE else ""
            raise SyntaxProblem(f"{op} cannot take {a(kind)}", side.span, advice)
    matching = node.matching
    if node.return_bool and op not in COMPARISONS:
        raise SyntaxProblem("bool can only stand behind a comparison", node.op.span)
    if matching is not None and node.group is not None and not matching.ignoring:
        both = {label.text for label in matching.labels}
        for label in node.group.include:
            if label.text in both:
                raise SyntaxProblem(
                    f"the label {label.text[:80]} stands both in on and in the group list", label.span, "drop it here"
                )
    if left is not _INSTANT or right is not _INSTANT:
        if op in SET_OPERATORS:
            side = node.left if left is not _INSTANT else node.right
            raise SyntaxProblem(
                f"{op} needs instant vectors on both sides", side.span, "vector() makes one of a scalar"
            )
        if matching is not None and matching.labels:
            raise SyntaxProblem("vector matching needs instant vectors on both sides", matching.span)
        if node.fill is not None:
            raise SyntaxProblem("fill needs instant vectors on both sides", node.fill.span)
        if left is _SCALAR and right is _SCALAR:
            if op in COMPARISONS and not node.return_bool:
                raise SyntaxProblem("a comparison between scalars must say bool", node.op.span, f"write {op} bool")
            return _SCALAR
    elif op in SET_OPERATORS:
        if node.group is not None:
            raise SyntaxProblem(f"{op} cannot have group_left or group_right", node.group.span)
        if node.fill is not None:
            raise SyntaxProblem(f"{op} cannot have fill", node.fill.span)
    return _INSTANT


def check_call(call: Call, function: Function, types: tuple[ValueType, ...]) -> None:
    """The arguments fit the function in number and type."""
    if not function.accepts(len(types)):
        raise SyntaxProblem(
            f"{function.name} takes {_wanted(function)}, not {len(types)}", call.span, _signature(function)
        )
    for index, (argument, kind) in enumerate(zip(call.arguments, types, strict=True)):
        wanted = function.argument(index)
        if kind is not wanted:
            advice = ""
            if wanted is ValueType.RANGE and kind is _INSTANT:
                plain = isinstance(argument, VectorSelector)
                advice = "add a range such as [5m]" if plain else "add a subquery range such as [5m:]"
            raise SyntaxProblem(f"{function.name} wants {a(wanted)} here, not {a(kind)}", argument.span, advice)
    if function.name == "info" and len(types) > 1:
        second = call.arguments[1]
        if not isinstance(second, VectorSelector) or second.name is not None:
            raise SyntaxProblem("info wants label matchers in braces here", second.span, 'such as {k8s_pod=~".+"}')


def _wanted(function: Function) -> str:
    count = len(function.arguments)
    if function.variadic == 0:
        return f"{count} argument{'' if count == 1 else 's'}"
    if function.variadic < 0:
        return f"at least {count - 1} argument{'' if count == 2 else 's'}"
    return f"{count - 1} to {count - 1 + function.variadic} arguments"


def _signature(function: Function) -> str:
    dots = ", ..." if function.variadic not in (0, 1) else ""
    return f"{function.name}({', '.join(kind.value for kind in function.arguments)}{dots})"


def check_aggregation(op: Name, arguments: tuple[Expression, ...], types: tuple[ValueType, ...], span: Span) -> None:
    """The aggregation has its parameter, if it wants one, and an instant vector."""
    parameter = AGGREGATIONS[op.text]
    wanted = (_INSTANT,) if parameter is None else (parameter, _INSTANT)
    if len(types) != len(wanted):
        advice = "" if parameter is None else f"write {op.text}({parameter.value}, instant vector)"
        plural = "" if len(wanted) == 1 else "s"
        raise SyntaxProblem(f"{op.text} takes {len(wanted)} argument{plural}, not {len(types)}", span, advice)
    for argument, kind, want in zip(arguments, types, wanted, strict=True):
        if kind is not want:
            advice = "wrap it in rate(), last_over_time() or the like" if kind is ValueType.RANGE else ""
            raise SyntaxProblem(f"{op.text} wants {a(want)} here, not {a(kind)}", argument.span, advice)


def a(kind: ValueType) -> str:
    return f"an {kind.value}" if kind is _INSTANT else f"a {kind.value}"
