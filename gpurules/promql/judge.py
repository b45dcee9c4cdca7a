"""promql-parser, the independent parser, as a judge of what our own parser and printer do.

The only module that imports promql_parser, and only when it is first asked. That parser is written in Rust and has
limits of its own: its time is quadratic in the depth of an expression, some thousand open parentheses end the process,
it panics (a BaseException) on some times, and it does not know all of Prometheus 3. So nothing reaches it that is
longer than 128 KiB characters or deeper than 200 levels (what our parser refuses is measured by its operators and
opening brackets instead: at most 400), that has many regular expressions deep down, or that repeats a piece of one very
often. Where it is known to be wrong the verdict is *unsupported*, never *rejected* or *accepted*.

Known gaps of promql-parser 0.11 and 0.12 against Prometheus 3.14. It refuses, though Prometheus reads them: numbers
with underscores; raw strings with a backslash; the operators ``</`` and ``>/``; a sign or comment inside a range; a
label with a colon in a label list; the second argument of ``info`` where its matchers accept the empty value;
``holt_winters``, which Prometheus 3.0 renamed; some regular expressions (its dialect is Rust's); ``anchored`` and
``smoothed`` as names. It accepts, though Prometheus does not: ranges of zero; ``fill`` on set operators; matchers
joined by ``or``; regular expressions that RE2 lacks. It reads ``"\\xff"`` as the character and not as the byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from gpurules.promql.shapes import ours, theirs
from gpurules.promql.syntax.functions import RENAMED, SET_OPERATORS
from gpurules.promql.syntax.lexer import MAX_LENGTH, RANGE, STRING, tokenize
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.regexes import check_regex
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    MatrixSelector,
    NumberLiteral,
    Subquery,
    VectorSelector,
    children,
    walk,
)
from gpurules.text.errors import CheckFailed, Problem

if TYPE_CHECKING:
    from types import ModuleType

MAX_MARKS = 400
"""Operators and opening brackets in a text that our own parser refuses; more are not shown to promql-parser."""

_MARK = re.compile(r"[-+*/%^<>=!({\[]|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
MAX_WORK = 100_000
"""Regular expressions times levels above them: promql-parser copies each on every level (about 7 microseconds)."""
MAX_REPEATS = 1000
"""Counted repetitions (``{n}``) in all regular expressions of a text: ``\\w{1000}`` costs promql-parser 0.2 seconds."""
_MATCH = re.compile(r"[=!]~")
_REPEAT = re.compile(r"\{(?:[0-9]+,)?([0-9]+)[,}]")


class Decision(Enum):
    """What the judge says of an expression."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSUPPORTED = "unsupported"


class Verdict(NamedTuple):
    """A decision and, where it is not ACCEPTED, why."""

    decision: Decision
    reason: str = ""


def accepts(text: str) -> Verdict:
    """Whether promql-parser takes ``text``; UNSUPPORTED where it is known not to tell, or where it is not safe to ask.

    Our own parser reads the text first, since it is safe on any input. Where it refuses and this accepts (or the other
    way round) the two disagree, and nothing certain is known.
    """
    if len(text) > MAX_LENGTH:
        return Verdict(Decision.UNSUPPORTED, f"longer than {MAX_LENGTH} characters")
    tree: Expression | None = None
    try:
        tree = parse(text)
    except SyntaxProblem as problem:
        if "\x00" in text or len(_MARK.findall(text)) > MAX_MARKS or not _is_unicode(text):
            return Verdict(Decision.UNSUPPORTED, f"not safe to ask promql-parser: {problem.message}")
    if _is_costly(text, MAX_MARKS if tree is None else _depth(tree)):
        return Verdict(Decision.UNSUPPORTED, "regular expressions that would cost promql-parser too much")
    try:
        node = _read(text)
    except ValueError as error:
        gap = _too_strict(tree, text) if tree is not None else ""
        if gap:
            return Verdict(Decision.UNSUPPORTED, gap)
        return Verdict(Decision.REJECTED, str(error))
    except _Panicked as error:
        return Verdict(Decision.UNSUPPORTED, f"promql-parser failed: {error}")
    if tree is None:
        gap = _too_lax(node)
        if gap:
            return Verdict(Decision.UNSUPPORTED, gap)
    return Verdict(Decision.ACCEPTED)


def must_mean(tree: Expression, text: str) -> None:
    """Raises CheckFailed unless promql-parser reads ``text`` as ``tree``: nothing else is ever written out.

    ``text`` is what ``tree`` was printed as, so our own parser need not read it first. What is not compared, see
    ``same_tree``.
    """
    depth = _depth(tree)
    if len(text) > MAX_LENGTH or depth > MAX_MARKS or _is_costly(text, depth):
        raise _refusal("it is too large to ask", text)
    try:
        same = ours(tree) == theirs(_read(text), _promql_parser())
    except (ValueError, _Panicked) as error:
        raise _refusal(str(error), text) from None
    if not same:
        raise _refusal("it reads another expression", text)


def _refusal(reason: str, text: str) -> CheckFailed:
    return CheckFailed(
        Problem(
            f"the independent parser does not accept an expression: {reason}: {text[:200]}",
            advice="this is a fault of gpurules; please report it with the command line and configuration",
        )
    )


def same_tree(tree: Expression, text: str) -> bool:
    """Whether promql-parser reads ``text`` as ``tree``; False where it does not accept the text.

    What its tree does not hold is not compared: parentheses, a unary plus, the order of matchers, whether the metric
    name stood before the braces or in them, ``by ()`` against no grouping, ``ignoring ()`` against no matching, an
    ``@`` before 1970 (it says 1970), and lengths of time below a millisecond.
    """
    if accepts(text).decision is not Decision.ACCEPTED:
        return False
    try:
        return ours(tree) == theirs(_read(text), _promql_parser())
    except _Panicked:
        return False


# Asking promql-parser


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _is_costly(text: str, depth: int) -> bool:
    """Whether the regular expressions in ``text`` are too many for its depth, or repeat a piece too often."""
    patterns = _MATCH.split(text)[1:]
    repeats = 0
    for pattern in patterns:
        product = 1
        for match in _REPEAT.finditer(pattern):
            product *= min(int(match[1][:9]), MAX_REPEATS)
            if product > MAX_REPEATS:
                return True
        repeats += product - 1
    return len(patterns) * depth > MAX_WORK or repeats > MAX_REPEATS


def _depth(tree: Expression) -> int:
    """Levels of ``tree``."""
    deepest = 0
    stack = [(tree, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(node))
    return deepest


class _Panicked(Exception):
    """A Rust panic, which promql_parser raises as a BaseException."""


_module: ModuleType | None = None


def _promql_parser() -> ModuleType:
    global _module
    if _module is None:
        import promql_parser

        _module = promql_parser
    return _module


def _read(text: str) -> Any:
    try:
        return _promql_parser().parse(text)
    except BaseException as error:
        raise _translated(error) from None


def _translated(error: BaseException) -> BaseException:
    return _Panicked(str(error)) if type(error).__name__ == "PanicException" else error


def _too_strict(tree: Expression, text: str) -> str:
    """A form in ``text`` that Prometheus reads and promql-parser does not; empty where there is none."""
    for token in tokenize(text):
        if token.kind == STRING and token.text[0] == "`" and "\\" in token.text:
            return "a raw string with a backslash"
        if token.kind == RANGE and ("+" in token.text or "#" in token.text):
            return "a sign or a comment inside a range"
    for node in walk(tree):
        gap = _gap(node)
        if gap:
            return gap
    return ""


def _gap(node: Expression) -> str:
    match node:
        case NumberLiteral() if "_" in node.text:
            return "a number with underscores"
        case MatrixSelector() if "_" in node.range.text:
            return "a number with underscores"
        case Subquery() if "_" in node.range.text or (node.step is not None and "_" in node.step.text):
            return "a number with underscores"
        case Binary() if node.op.text in ("</", ">/"):
            return "a histogram operator"
        case Call() if node.function.text in RENAMED:
            return "a function that Prometheus 3 no longer has"
        case Call() if node.function.text == "info" and len(node.arguments) > 1:
            return "the second argument of info"
        case VectorSelector() if any(matcher.op[-1] == "~" for matcher in node.matchers):
            return "a regular expression in RE2's dialect"
        case VectorSelector() if node.name is not None and node.name.text.lower() in ("anchored", "smoothed"):
            return f"{node.name.text} as a metric name"
        case _:
            pass
    if any(":" in label for label in _listed_labels(node)):
        return "a label with a colon in a label list"
    return ""


def _listed_labels(node: Expression) -> Iterator[str]:
    if isinstance(node, Aggregation) and node.grouping is not None:
        yield from (label.text for label in node.grouping.labels)
    if isinstance(node, Binary):
        if node.matching is not None:
            yield from (label.text for label in node.matching.labels)
        if node.group is not None:
            yield from (label.text for label in node.group.include)


def _too_lax(root: Any) -> str:
    """A form in their tree that Prometheus does not read; empty where there is none."""
    parser = _promql_parser()
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, parser.MatrixSelector):
            if not node.range:
                return "a range of zero"
            stack.append(node.vector_selector)
        elif isinstance(node, parser.SubqueryExpr):
            if not node.range:
                return "a range of zero"
            stack.append(node.expr)
        elif isinstance(node, parser.VectorSelector):
            if node.matchers.or_matchers:
                return "matchers joined by or"
            regexes = (m.value for m in node.matchers.matchers if str(m.op) in ("MatchOp.Re", "MatchOp.NotRe"))
            if any(map(check_regex, regexes)):
                return "a regular expression that RE2 lacks"
        elif isinstance(node, parser.BinaryExpr):
            modifier = node.modifier
            fill = None if modifier is None else modifier.fill_values
            if fill is not None and str(node.op) in SET_OPERATORS and (fill.lhs, fill.rhs) != (None, None):
                return "fill on a set operator"
            stack += (node.lhs, node.rhs)
        elif isinstance(node, parser.AggregateExpr):
            stack += (node.expr,) if node.param is None else (node.param, node.expr)
        elif isinstance(node, parser.Call):
            if node.func.name == "info":
                return "the arguments of info"
            stack += node.args
        elif isinstance(node, (parser.ParenExpr, parser.UnaryExpr)):
            stack.append(node.expr)
    return ""
