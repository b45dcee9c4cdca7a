"""
The name of an alert says another unit than the numbers that it compares.

Whoever is woken by `GpuMemoryUsedBytesHigh` reads a value in MiB as bytes. Of percent against a ratio it is only info:
it assumes that the annotations show the number as it is.

Bad:

```yaml
- alert: GpuMemoryUsedBytesHigh
  expr: sum by (namespace, pod) (DCGM_FI_DEV_FB_USED) > 80e9
```

Good:

```yaml
- alert: GpuMemoryUsedBytesHigh
  expr: sum by (namespace, pod) (DCGM_FI_DEV_FB_USED) * 1048576 > 80e9
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpurules.lint.check import NameCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import Named
from gpurules.lint.values import unit_words
from gpurules.promql.types import SeriesType
from gpurules.promql.units import UNITS
from gpurules.text.span import Span

_WORDS = {
    "Bytes": UNITS["bytes"],
    "Mebibytes": UNITS["MiB"],
    "Ratio": UNITS["ratio"],
    "Percent": UNITS["percent"],
    "Celsius": UNITS["celsius"],
    "Watts": UNITS["watts"],
    "Milliwatts": UNITS["milliwatts"],
    "Joules": UNITS["joules"],
    "Hertz": UNITS["hertz"],
    "Seconds": UNITS["seconds"],
    "Volts": UNITS["volts"],
}
_CAMEL = re.compile(r"[A-Z][a-z]+")
_PER = re.compile(r"Per(?!cent)|Rate")


def _run(rule: Named) -> Iterator[Note]:
    series = rule.numbers
    if not rule.alert or not isinstance(series, SeriesType) or series.unit is None or _PER.search(rule.name):
        return
    for found in _CAMEL.finditer(rule.name):
        wanted = _WORDS.get(found[0])
        if wanted is None or wanted == series.unit:
            continue
        share = not wanted.dimension and not series.unit.dimension
        message = f"the name says {found[0]}, and the numbers are {unit_words(series.unit)}"
        severity = Severity.INFO if share else None
        yield Note(message, Span(found.start(), found.end()), "", field="name", severity=severity)


CHECK = NameCheck(Severity.WARNING, _run)
