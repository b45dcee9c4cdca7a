"""Numbers and lengths of time: reading and writing."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import NamedTuple

from gpurules.promql.syntax.lexer import BLANK, NUMERAL
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import Duration
from gpurules.text.span import Span

_DURATION = re.compile(
    r"(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?"
)
_DECIMAL = re.compile(
    r"(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?"
)
_HEXADECIMAL = re.compile(r"0[xX](?:_?[0-9a-fA-F]+)+")
_OCTAL = re.compile(r"0(?:_?[0-7]+)+")
_UNITS = (("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))
_FACTORS = (*(size for _, size in _UNITS), 1)
MAX_MILLISECONDS = (1 << 63) // 1_000_000
"""Prometheus counts lengths of time in 64-bit nanoseconds: about 292 years."""
_MAX_DIGITS = 4_000

_RANGE = re.compile(rf"\[{BLANK}([+-]?){BLANK}({NUMERAL}){BLANK}(?:(:){BLANK}(?:([+-]?){BLANK}({NUMERAL}){BLANK})?)?\]")


class Numeral(NamedTuple):
    """What a numeral says: ``value`` as a number (seconds for a duration), ``milliseconds`` where it is a duration."""

    value: float
    milliseconds: int | None


def read_numeral(text: str, start: int) -> Numeral:
    """A number or duration such as ``1e3``, ``0x1F``, ``010`` (octal), ``1_000`` or ``1h30m``.

    Raises SyntaxProblem where ``text``, which stands at ``start``, is neither or too large.
    """
    if len(text) > _MAX_DIGITS:
        raise SyntaxProblem(f"a number of {len(text)} characters", Span(start, start + len(text)))
    if _DECIMAL.fullmatch(text):
        if text[0] == "0" and _OCTAL.fullmatch(text):
            return Numeral(_finite(int(text.replace("_", ""), 8), text, start), None)
        return Numeral(_finite(text, text, start), None)
    if _HEXADECIMAL.fullmatch(text):
        return Numeral(_finite(int(text, 16), text, start), None)
    match = _DURATION.fullmatch(text)
    if match is None:
        raise SyntaxProblem(
            f"{text} is neither a number nor a duration",
            Span(start, start + len(text)),
            "write durations as 1h30m, with the units y w d h m s ms in this order",
        )
    milliseconds = sum(
        int(count) * size for count, size in zip(match.groups(), _FACTORS, strict=True) if count is not None
    )
    if milliseconds > MAX_MILLISECONDS:
        raise SyntaxProblem(f"the duration {text} is out of range", Span(start, start + len(text)))
    return Numeral(milliseconds / 1000, milliseconds)


def _finite(number: int | str, text: str, start: int) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        raise SyntaxProblem(f"the number {text[:40]} is out of range", Span(start, start + len(text)))
    return value


def read_duration(sign: str, text: str, start: int, span: Span) -> Duration:
    """A length of time: a duration, or a number of seconds. ``start`` is where the numeral stands."""
    numeral = read_numeral(text, start)
    milliseconds = numeral.milliseconds
    if milliseconds is None:
        if abs(numeral.value) * 1000 > MAX_MILLISECONDS:
            raise SyntaxProblem(f"the duration {text} is out of range", span)
        milliseconds = round(numeral.value * 1000)
    if sign == "-":
        return Duration(-milliseconds, sign + text, span)
    return Duration(milliseconds, text, span)


class Range(NamedTuple):
    """The inside of ``[range]`` or, with ``subquery`` set, ``[range:step]``."""

    range: Duration
    subquery: bool
    step: Duration | None


def read_range(text: str, start: int) -> Range:
    """The token ``[...]`` that stands at ``start``; raises SyntaxProblem where it holds anything else."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise _wrong_range(text, start)
    length = _positive(match, 1, start)
    step = _positive(match, 4, start) if match[5] else None
    return Range(length, match[3] is not None, step)


def _positive(match: re.Match[str], group: int, start: int) -> Duration:
    sign, text = match[group], match[group + 1]
    first = match.start(group) if sign else match.start(group + 1)
    span = Span(start + first, start + match.end(group + 1))
    duration = read_duration(sign, text, start + match.start(group + 1), span)
    if duration.milliseconds <= 0:
        raise SyntaxProblem("a range or step must be longer than 0", span)
    return duration


CALCULATED_SINCE = "from 3.14 on, and from 3.4 on with --enable-feature=promql-duration-expr"
_DURATION_EXPRESSION = re.compile(r"(?i)[-+*/%^(]|\b(?:step|range|min_of|max_of)\b")


def _wrong_range(text: str, start: int) -> SyntaxProblem:
    span = Span(start, start + len(text))
    if _DURATION_EXPRESSION.search(text):
        message = f"calculated durations are not read here; Prometheus takes them {CALCULATED_SINCE}"
        return SyntaxProblem(message, span, "write the duration, such as [5m]", unsupported=True)
    if "$" in text:
        return SyntaxProblem("a variable stands in the range", span, "PromQL has no variables; write the duration")
    return SyntaxProblem("a range must be [duration] or [duration:step]", span, "such as [5m] or [1h:1m]")


def duration_text(milliseconds: int) -> str:
    """The canonical text of a length of time as Prometheus prints it: ``1h30m``, ``-5m``, ``0s``.

    Years and weeks are used only where they come out even, as Prometheus does.
    """
    if milliseconds == 0:
        return "0s"
    rest = abs(milliseconds)
    parts = ["-"] if milliseconds < 0 else []
    for unit, size in _UNITS:
        if unit in "yw" and rest % size:
            continue
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts.append(f"{rest}ms")
    return "".join(parts)


def number_text(value: float) -> str:
    """The shortest text that reads back as ``value``: ``1048576``, ``0.5``, ``1e+300``, ``Inf``, ``NaN``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    shortest = repr(value)
    if "e" in shortest:
        exponent = int(shortest.partition("e")[2])
        return format(Decimal(shortest), "f") if -10 <= exponent <= 20 else shortest
    return shortest.removesuffix(".0")
