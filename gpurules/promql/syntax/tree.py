"""The syntax tree of PromQL: frozen nodes, each with the span of its words.

Spans do not take part in equality, so a tree read back from text equals the tree it was printed from.
``rules/`` builds trees with ``gpurules.promql.syntax.build``; ``gpurules.promql.syntax.parser`` reads them from text;
``gpurules.promql.syntax.printer`` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from gpurules.text.span import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Name:
    """A label name, function name, operator or aggregation name as it stands in the text (without quotes)."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label matcher; ``op`` is ``=``, ``!=``, ``=~`` or ``!~``."""

    label: Name
    op: str
    value: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in milliseconds; ``text`` as written (``5m``), may be negative in an offset."""

    milliseconds: int
    text: str = field(default="", compare=False)
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class At:
    """An ``@`` modifier: a time in milliseconds since the epoch, or ``start`` or ``end``."""

    when: int | str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A number; ``text`` as written, so that printing changes nothing."""

    value: float
    text: str = field(default="", compare=False)
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __eq__(self, other: object) -> bool:
        """Equal where the values are, NaN equal to itself."""
        if not isinstance(other, NumberLiteral):
            return NotImplemented
        return self.value == other.value or (self.value != self.value and other.value != other.value)

    def __hash__(self) -> int:
        """Consistent with equality."""
        return hash("NaN" if self.value != self.value else self.value)


@dataclass(frozen=True, slots=True)
class StringLiteral:
    """A string, decoded."""

    value: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def inside(self) -> Span:
        """What stands between the quotes; the quotes as well where that is nothing."""
        return Span(self.span.start + 1, self.span.end - 1) if self.span.end - self.span.start > 2 else self.span


@dataclass(frozen=True, slots=True)
class VectorSelector:
    """``name{matchers} offset o @ t``; ``name`` is None where only matchers are given."""

    name: Name | None
    matchers: tuple[Matcher, ...] = ()
    offset: Duration | None = None
    at: At | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MatrixSelector:
    """``selector[range]``; offset and @ stand on the selector."""

    selector: VectorSelector
    range: Duration
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Subquery:
    """``expression[range:step]``; ``step`` None where the default is used."""

    expression: Expression
    range: Duration
    step: Duration | None = None
    offset: Duration | None = None
    at: At | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)``."""

    function: Name
    arguments: tuple[Expression, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Grouping:
    """``by (labels)`` or, when ``without`` is set, ``without (labels)``."""

    labels: tuple[Name, ...]
    without: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Aggregation:
    """``op by (...) (parameter, expression)``."""

    op: Name
    expression: Expression
    grouping: Grouping | None = None
    parameter: Expression | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Matching:
    """``on (labels)`` or, when ``ignoring`` is set, ``ignoring (labels)``."""

    labels: tuple[Name, ...]
    ignoring: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class GroupSide:
    """``group_left (include)``: the left side is the many side; or, when ``right`` is set, ``group_right``."""

    include: tuple[Name, ...] = ()
    right: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fill:
    """``fill``, ``fill_left`` and ``fill_right`` of a binary operation: the value for a missing left or right side."""

    left: NumberLiteral | None = None
    right: NumberLiteral | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """``left op bool matching group right``; ``op`` is an arithmetic, comparison or set operator."""

    op: Name
    left: Expression
    right: Expression
    matching: Matching | None = None
    group: GroupSide | None = None
    return_bool: bool = False
    fill: Fill | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-expression`` or ``+expression``."""

    op: Name
    expression: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Paren:
    """``(expression)``, kept because a person wrote it; the printer adds its own where precedence asks for them."""

    expression: Expression
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Expression: TypeAlias = (
    NumberLiteral
    | StringLiteral
    | VectorSelector
    | MatrixSelector
    | Subquery
    | Call
    | Aggregation
    | Binary
    | Unary
    | Paren
)


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly below ``node``, in source order."""
    match node:
        case Call():
            return node.arguments
        case Aggregation():
            return (node.expression,) if node.parameter is None else (node.parameter, node.expression)
        case Binary():
            return (node.left, node.right)
        case MatrixSelector():
            return (node.selector,)
        case Subquery() | Unary() | Paren():
            return (node.expression,)
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """``node`` and everything below it, parents first, without recursion."""
    stack: list[Expression] = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))
