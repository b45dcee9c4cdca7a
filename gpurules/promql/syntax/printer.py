"""Writes a tree as text that reads back as the same tree, on one line or laid out over several.

The style is that of Prometheus' own printer; parentheses stand where a Paren node stands and where precedence asks for
them. Numbers and durations that carry the text they were read from keep it. Prometheus sorts matchers and writes @
before offset; here matchers keep their order.
Neither function recurses, so a tree may be as deep as memory allows.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gpurules.promql.syntax.durations import duration_text, number_text
from gpurules.promql.syntax.functions import (
    NOT_GROUPING_LABELS,
    NOT_METRIC_NAMES,
    POWER_PRECEDENCE,
    PRECEDENCE,
    UNARY_PRECEDENCE,
)
from gpurules.promql.syntax.selectors import NAME_LABEL
from gpurules.promql.syntax.strings import quote
from gpurules.promql.syntax.tree import (
    Aggregation,
    At,
    Binary,
    Call,
    Duration,
    Expression,
    Matcher,
    MatrixSelector,
    Name,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ATOM = POWER_PRECEDENCE + 1
_INDENT = "  "


def to_text(tree: Expression) -> str:
    """``tree`` on one line."""
    output: list[str] = []
    stack: list[str | Expression] = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            output.append(item)
        else:
            stack.extend(reversed(_parts(item)))
    return "".join(output)


def to_lines(tree: Expression, width: int = 100) -> str:
    """``tree`` laid out so that lines keep within ``width`` characters where they can.

    A call, an aggregation, parentheses or a binary operation is broken only where it does not fit: arguments go on
    lines of their own, two spaces deeper; an operator with its matching goes on a line between its two sides, but
    stays with a number behind it. The operators of a chain of one precedence (``a or b or c``) stand on one level.
    Selectors, numbers and strings are never broken.
    """
    short = _short_texts(tree, width)
    output: list[str] = []
    stack: list[str | _Block] = [_Block(tree, 0, "", False)]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            output.append(item)
            continue
        margin = _INDENT * item.level
        text = None if item.broken else short[id(item.node)]
        pieces = None
        if text is None or len(margin) + len(item.prefix) + len(text) > width:
            pieces = _broken(item, margin)
        if pieces is None:
            output.append(margin + item.prefix + (to_text(item.node) if text is None else text))
        else:
            stack.extend(reversed(pieces))
    return "".join(output)


def _short_texts(tree: Expression, width: int) -> dict[int, str | None]:
    """The text on one line of each node of ``tree``, by its identity; None where it is longer than ``width``."""
    nodes = [tree]
    parts: list[list[str | Expression]] = []
    for node in nodes:
        parts.append(_parts(node))
        nodes.extend(part for part in parts[-1] if not isinstance(part, str))
    texts: dict[int, str | None] = {}
    # Nodes stand behind those that they are parts of.
    for node, made in zip(reversed(nodes), reversed(parts), strict=True):
        texts[id(node)] = _joined_within(width, [part if isinstance(part, str) else texts[id(part)] for part in made])
    return texts


def _joined_within(width: int, texts: list[str | None]) -> str | None:
    known = [text for text in texts if text is not None]
    if len(known) < len(texts) or sum(map(len, known)) > width:
        return None
    return "".join(known)


class _Block:
    """A node that starts a line: ``prefix`` (signs) stands before it; ``broken`` where it must not stay on one line."""

    __slots__ = ("broken", "level", "node", "prefix")

    def __init__(self, node: Expression, level: int, prefix: str, broken: bool) -> None:
        self.node = node
        self.level = level
        self.prefix = prefix
        self.broken = broken


def _broken(block: _Block, margin: str) -> list[str | _Block] | None:
    """The lines of a node that does not fit, None where it cannot be broken."""
    node, level, prefix = block.node, block.level, block.prefix
    match node:
        case Call() if node.arguments:
            return _list(margin + prefix + node.function.text, node.arguments, level)
        case Aggregation():
            arguments = (node.expression,) if node.parameter is None else (node.parameter, node.expression)
            return _list(margin + prefix + _aggregation_head(node), arguments, level)
        case Paren():
            return _list(margin + prefix, (node.expression,), level)
        case Binary() if not prefix:
            return _binary_lines(node, level, margin)
        case Subquery():
            suffix = _subquery_suffix(node)
            if _precedence(node.expression) < _ATOM:
                return [*_list(margin + prefix, (node.expression,), level), suffix]
            return [_Block(node.expression, level, prefix, True), suffix]
        case Unary():
            if _wants_parentheses_behind_sign(node.expression):
                return _list(margin + prefix + node.op.text, (node.expression,), level)
            return [_Block(node.expression, level, prefix + node.op.text, True)]
        case _:
            return None


def _list(head: str, arguments: tuple[Expression, ...], level: int) -> list[str | _Block]:
    lines: list[str | _Block] = [head + "(\n"]
    for index, argument in enumerate(arguments):
        if index:
            lines.append(",\n")
        lines.append(_Block(argument, level + 1, "", False))
    lines.append("\n" + _INDENT * level + ")")
    return lines


def _binary_lines(node: Binary, level: int, margin: str) -> list[str | _Block]:
    if isinstance(node.right, NumberLiteral) and (_wrap_left(node) or not isinstance(node.left, Binary)):
        left: list[str | _Block] = [_Block(node.left, level, "", False)]
        if _wrap_left(node):
            left = _list(margin, (node.left,), level)
        return [*left, f" {_operator(node)} {_number(node.right)}"]
    precedence = _binary_precedence(node)
    lines: list[str | _Block] = []
    for side, wrapped in ((node.left, _wrap_left(node)), (node.right, _wrap_right(node))):
        if lines:
            lines.append("\n" + margin + _operator(node) + "\n")
        if wrapped:
            lines.extend(_list(margin + _INDENT, (side,), level + 1))
        elif side is node.left and isinstance(side, Binary) and _binary_precedence(side) == precedence:
            lines.append(_Block(side, level, "", True))
        else:
            lines.append(_Block(side, level + 1, "", False))
    return lines


def _parts(node: Expression) -> list[str | Expression]:
    """The texts and nodes that make up ``node``, from left to right."""
    match node:
        case VectorSelector():
            return [_selector(node) + _time(node.at, node.offset)]
        case MatrixSelector():
            selector = node.selector
            return [f"{_selector(selector)}[{_duration(node.range)}]{_time(selector.at, selector.offset)}"]
        case NumberLiteral():
            return [_number(node)]
        case StringLiteral():
            return [quote(node.value)]
        case Call():
            return [node.function.text, "(", *_joined(node.arguments), ")"]
        case Aggregation():
            arguments = (node.expression,) if node.parameter is None else (node.parameter, node.expression)
            return [_aggregation_head(node), "(", *_joined(arguments), ")"]
        case Binary():
            left, right = _wrapped(node.left, _wrap_left(node)), _wrapped(node.right, _wrap_right(node))
            return [*left, " ", _operator(node), " ", *right]
        case Unary():
            return [node.op.text, *_wrapped(node.expression, _wants_parentheses_behind_sign(node.expression))]
        case Paren():
            return ["(", node.expression, ")"]
        case Subquery():
            inner = node.expression
            return [*_wrapped(inner, _precedence(inner) < _ATOM), _subquery_suffix(node)]


def _joined(nodes: tuple[Expression, ...]) -> list[str | Expression]:
    parts: list[str | Expression] = []
    for index, node in enumerate(nodes):
        if index:
            parts.append(", ")
        parts.append(node)
    return parts


def _wrapped(node: Expression, wrap: bool) -> list[str | Expression]:
    return ["(", node, ")"] if wrap else [node]


# Precedence


def _binary_precedence(node: Binary) -> int:
    return PRECEDENCE[node.op.text]


def _precedence(node: Expression) -> int:
    match node:
        case Binary():
            return PRECEDENCE[node.op.text]
        case Unary():
            return UNARY_PRECEDENCE
        case NumberLiteral():
            return UNARY_PRECEDENCE if _number(node)[0] in "+-" else _ATOM
        case _:
            return _ATOM


def _wrap_left(node: Binary) -> bool:
    own, left = _binary_precedence(node), _precedence(node.left)
    return left < own or (left == own == POWER_PRECEDENCE)


def _wrap_right(node: Binary) -> bool:
    own, right = _binary_precedence(node), _precedence(node.right)
    if isinstance(node.right, (Unary, NumberLiteral)):
        # A sign where an operand must stand is never read as a binary operator.
        return False
    return right < own or (right == own != POWER_PRECEDENCE)


def _wants_parentheses_behind_sign(operand: Expression) -> bool:
    # A sign directly before a number is read as part of the number.
    return isinstance(operand, NumberLiteral) or (
        isinstance(operand, Binary) and _precedence(operand) < POWER_PRECEDENCE
    )


# Words


def _metric(name: str) -> str | None:
    """``name`` as it may stand before the braces, None where it needs quotes."""
    return name if _METRIC.fullmatch(name) and name.lower() not in NOT_METRIC_NAMES else None


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) else quote(name)


def _labels(names: tuple[Name, ...]) -> str:
    return ", ".join([_listed_label(name.text) for name in names])


@lru_cache(maxsize=1024)
def _listed_label(name: str) -> str:
    return quote(name) if name.lower() in NOT_GROUPING_LABELS else _label(name)


def _matcher(matcher: Matcher) -> str:
    return f"{_label(matcher.label.text)}{matcher.op}{quote(matcher.value)}"


def _selector(node: VectorSelector) -> str:
    if node.name is None:
        return "{" + ",".join(map(_matcher, node.matchers)) + "}"
    plain = _metric(node.name.text)
    if plain is None or any(matcher.label.text == NAME_LABEL for matcher in node.matchers):
        return "{" + ",".join((quote(node.name.text), *map(_matcher, node.matchers))) + "}"
    if not node.matchers:
        return plain
    return plain + "{" + ",".join(map(_matcher, node.matchers)) + "}"


def _time(at: At | None, offset: Duration | None) -> str:
    text = ""
    if at is not None:
        text = f" @ {at.when}()" if isinstance(at.when, str) else f" @ {_seconds(at.when)}"
    if offset is not None:
        text += f" offset {_duration(offset)}"
    return text


def _seconds(milliseconds: int) -> str:
    whole, rest = divmod(abs(milliseconds), 1000)
    return f"{'-' if milliseconds < 0 else ''}{whole}.{rest:03d}"


def _duration(duration: Duration) -> str:
    return duration.text or duration_text(duration.milliseconds)


def _subquery_suffix(node: Subquery) -> str:
    step = "" if node.step is None else _duration(node.step)
    return f"[{_duration(node.range)}:{step}]{_time(node.at, node.offset)}"


def _number(node: NumberLiteral) -> str:
    return node.text or number_text(node.value)


def _aggregation_head(node: Aggregation) -> str:
    grouping = node.grouping
    if grouping is None:
        return node.op.text
    return f"{node.op.text} {'without' if grouping.without else 'by'} ({_labels(grouping.labels)}) "


def _operator(node: Binary) -> str:
    """The operator with all its modifiers."""
    words = [node.op.text]
    if node.return_bool:
        words.append("bool")
    if node.matching is not None:
        words.append(f"{'ignoring' if node.matching.ignoring else 'on'} ({_labels(node.matching.labels)})")
    if node.group is not None:
        # The list is written even when it is empty: a parenthesis behind it would be read as the list.
        words.append(f"group_{'right' if node.group.right else 'left'} ({_labels(node.group.include)})")
    fill = node.fill
    if fill is not None:
        if fill.left is not None and fill.left == fill.right:
            words.append(f"fill ({_number(fill.left)})")
        else:
            words.extend(
                f"fill_{side} ({_number(value)})"
                for side, value in (("left", fill.left), ("right", fill.right))
                if value is not None
            )
    return " ".join(words)
