"""
A comparison with a number that the field never reaches, or always exceeds.

`DCGM_FI_PROF_...` ratios go from 0 to 1, utilisations from 0 to 100: `> 80` of the former never fires, and neither does
`> 90` of memory in use divided by all of it. The memory of a GPU is in MiB: `> 80e9` is far beyond any.

Only info: percent is compared with a number between 0 and 1, which assumes that a ratio was meant.

Bad:

```yaml
- alert: GpuBusy
  expr: DCGM_FI_PROF_GR_ENGINE_ACTIVE > 80
```

Good:

```yaml
- alert: GpuBusy
  expr: DCGM_FI_PROF_GR_ENGINE_ACTIVE > 0.8
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule, bare
from gpurules.lint.values import greatest_value, unit_words
from gpurules.promql.syntax.tree import Binary, Expression, NumberLiteral, Unary

PERCENT = 100
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if not isinstance(node, Binary) or node.op.text not in _MIRRORED:
            continue
        for op, series, other in (
            (node.op.text, node.left, node.right),
            (_MIRRORED[node.op.text], node.right, node.left),
        ):
            limit = _number(other)
            greatest = greatest_value(rule, series) if limit is not None else None
            if limit is None or greatest is None:
                continue
            verdict = _verdict(op, limit, greatest)
            if verdict:
                message = f"this is {verdict} true: the value lies between 0 and {_amount(rule, series, greatest)}"
                yield Note(message, bare(other).span, _instead(limit, greatest))
            elif greatest == PERCENT and 0 < limit < 1:
                message = f"{limit:g} is less than 1 percent, if a ratio is meant: the value lies between 0 and 100"
                yield Note(message, bare(other).span, f"write {100 * limit:g}", severity=Severity.INFO)


def _amount(rule: TypedRule, node: Expression, greatest: float) -> str:
    """The greatest value, with its unit where it has one."""
    series = rule.series_of(node)
    unit = series.unit if series is not None else None
    return f"{greatest:,.0f} {unit_words(unit)}" if unit is not None and unit.dimension else f"{greatest:g}"


def _instead(limit: float, greatest: float) -> str:
    """What to write where percent are compared with a ratio."""
    return f"write {limit / 100:g} for {limit:g} percent" if greatest == 1 < limit <= PERCENT else ""


def _number(node: Expression) -> float | None:
    node = bare(node)
    if isinstance(node, Unary) and node.op.text == "-":
        inner = _number(node.expression)
        return None if inner is None else -inner
    return node.value if isinstance(node, NumberLiteral) else None


def _verdict(op: str, limit: float, greatest: float) -> str:
    """Whether ``0 <= value <= greatest`` decides ``value op limit``."""
    match op:
        case ">" if limit >= greatest:
            return "never"
        case ">=" if limit > greatest:
            return "never"
        case "<" if limit <= 0:
            return "never"
        case "<=" if limit < 0:
            return "never"
        case "==" if not 0 <= limit <= greatest:
            return "never"
        case ">" if limit < 0:
            return "always"
        case ">=" if limit < 0:
            return "always"
        case "<" if limit > greatest:
            return "always"
        case "<=" if limit > greatest:
            return "always"
        case "!=" if not 0 <= limit <= greatest:
            return "always"
    return ""


CHECK = ExpressionCheck(Severity.WARNING, _run)
