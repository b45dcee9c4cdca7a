"""
The name of a record says another unit than its numbers have, or says that a gauge is a counter.

A record that ends in `_bytes` over a memory field of DCGM is in MiB unless it is multiplied by 1048576; `_ratio` over
percent needs `/ 100`, `_hertz` over MHz `* 1000000`, `_joules` over millijoules `/ 1000`. `_total` is for counters.

Of a record that ends in `:rate5m` the name may say the unit of the counter or that of the rate.

Bad:

```yaml
- record: vm:gpu_memory_used_bytes:sum
  expr: sum by (namespace, pod) (DCGM_FI_DEV_FB_USED)
```

Good:

```yaml
- record: vm:gpu_memory_used_bytes:sum
  expr: sum by (namespace, pod) (DCGM_FI_DEV_FB_USED) * 1048576
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpurules.lint.check import NameCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import Named
from gpurules.lint.values import conversion, unit_words
from gpurules.promql.types import SECOND, Kind, SeriesType, Unit
from gpurules.promql.units import UNITS, word_for
from gpurules.text.span import Span

_WORDS = {
    "bytes": UNITS["bytes"],
    "mebibytes": UNITS["MiB"],
    "megabytes": UNITS["MB"],
    "ratio": UNITS["ratio"],
    "percent": UNITS["percent"],
    "hertz": UNITS["hertz"],
    "celsius": UNITS["celsius"],
    "watts": UNITS["watts"],
    "milliwatts": UNITS["milliwatts"],
    "joules": UNITS["joules"],
    "seconds": UNITS["seconds"],
    "volts": UNITS["volts"],
}
_PER_SECOND = "_per_second"
_GROWTH = re.compile("rate|increase|delta")
"""In the last part of a name: what comes before is the counter that it was taken of."""
_RATE = re.compile("i?rate|deriv")
"""In the last part of a name: the numbers are those of the name for each second."""


def _run(rule: Named) -> Iterator[Note]:
    series = rule.numbers
    if rule.alert or not isinstance(series, SeriesType):
        return
    metric, start = _metric_part(rule.name)
    total = metric.endswith("_total")
    if (
        total
        and series.kind not in (Kind.COUNTER, Kind.UNKNOWN)
        and not _GROWTH.search(rule.name[start + len(metric) :])
    ):
        at = start + len(metric) - len("total")
        message = f"_total is for counters, and this is a {series.kind.value}"
        yield Note(message, Span(at, at + len("total")), "drop _total", field="name")
    said = _said(metric.removesuffix("_total"))
    if said is None or series.unit is None:
        return
    word, at, wanted = said
    grown = wanted.per(SECOND) if _RATE.search(rule.name[start + len(metric) :]) else wanted
    if series.unit not in (wanted, grown):
        have = unit_words(series.unit)
        if series.unit.dimension == grown.dimension:
            wanted = grown
        yield Note(
            f"the name says {word}, and the numbers are {have}",
            Span(start + at, start + at + len(word)),
            conversion(series.unit, wanted) or f"rename it, such as ..._{word_for(series.unit).replace('/', '_per_')}",
            field="name",
        )


def _metric_part(name: str) -> tuple[str, int]:
    """The part of a record's name that names the metric, and where it begins: the second of three, else the last."""
    parts = name.split(":")
    if len(parts) < 3:
        return parts[-1], len(name) - len(parts[-1])
    return parts[1], len(parts[0]) + 1


def _said(metric: str) -> tuple[str, int, Unit] | None:
    """The unit that a name ends with, as written, and where."""
    rate = metric.endswith(_PER_SECOND)
    body = metric.removesuffix(_PER_SECOND)
    word = body.rpartition("_")[2]
    unit = _WORDS.get(word)
    if unit is None or word == body:
        return None
    written = f"{word}{_PER_SECOND}" if rate else word
    return written, len(body) - len(word), unit.per(SECOND) if rate else unit


CHECK = NameCheck(Severity.WARNING, _run)
