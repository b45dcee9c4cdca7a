"""What the parser keeps while it reads: operands, operators that wait for their right side, open parentheses."""

from __future__ import annotations

from typing import NamedTuple

from gpurules.promql.syntax.functions import Function, ValueType
from gpurules.promql.syntax.lexer import Token
from gpurules.promql.syntax.selectors import Modifiers
from gpurules.promql.syntax.tree import Expression, Grouping, Name


class Operand(NamedTuple):
    """A whole operand: its tree, the type of its value, and how deep it is."""

    node: Expression
    type: ValueType
    depth: int


class Operator(NamedTuple):
    """A pending operator; ``modifiers`` is None for a sign."""

    name: Name
    precedence: int
    modifiers: Modifiers | None


class Bracket(NamedTuple):
    """An open parenthesis: of a call, of an aggregation, or (both None) of its own."""

    opening: Token
    word: Token | None
    function: Function | None
    grouping: Grouping | None
    operators: int
    operands: int
