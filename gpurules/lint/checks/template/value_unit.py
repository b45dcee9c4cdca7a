"""
An alert shows its value in another unit than the expression yields.

`humanizePercentage` takes a ratio: 80 percent become `8000%`. `humanize1024` takes bytes, `humanizeDuration` seconds.
A unit that is written after the value, such as `{{ $value }}%`, must be that of the value.

Bad:

```yaml
- alert: GpuBusy
  expr: DCGM_FI_DEV_GPU_UTIL > 80
  annotations:
    summary: "GPU {{ $labels.gpu }} is used to {{ $value | humanizePercentage }}"
```

Good:

```yaml
- alert: GpuBusy
  expr: DCGM_FI_DEV_GPU_UTIL > 80
  annotations:
    summary: "GPU {{ $labels.gpu }} is used to {{ $value }}%"
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpurules.lint.check import TemplateCheck
from gpurules.lint.finding import Draft, Severity, words_of
from gpurules.lint.templates.alert import Templated
from gpurules.lint.templates.reading import Shown
from gpurules.lint.values import conversion, unit_words
from gpurules.promql.types import ONE, SECOND, Kind, SeriesType, Unit
from gpurules.promql.units import UNITS

_BYTES = UNITS["bytes"]
_PERCENT = UNITS["percent"]
_TAKES = {
    "humanizePercentage": (ONE,),
    "humanize1024": (_BYTES, _BYTES.per(SECOND)),
    "humanizeDuration": (SECOND,),
    "humanizeTimestamp": (SECOND,),
}
_WRITTEN = {
    "%": ("percent",),
    "B": ("bytes",),
    "bytes": ("bytes",),
    "KiB": ("KiB",),
    "kB": ("kB", "KiB"),
    "MiB": ("MiB",),
    "MB": ("MB", "MiB"),
    "GiB": ("GiB",),
    "GB": ("GB", "GiB"),
    "W": ("watts",),
    "watts": ("watts",),
    "mW": ("milliwatts",),
    "J": ("joules",),
    "mJ": ("millijoules",),
    "MHz": ("MHz",),
    "Hz": ("hertz",),
    "°C": ("celsius",),
    "s": ("seconds",),
    "seconds": ("seconds",),
    "ms": ("milliseconds",),
}
"""What people write after a number, and the units that they mean; the prefixes of 1000 for those of 1024 as well."""
_AFTER = re.compile(
    rf"\s?(?P<word>{'|'.join(sorted(map(re.escape, _WRITTEN), key=len, reverse=True))})(?P<per>/s)?(?!\w)"
)


def _run(alert: Templated) -> Iterator[Draft]:
    numbers = alert.type
    if not isinstance(numbers, SeriesType) or numbers.unit is None:
        return
    for node, template in alert.templates:
        for shown in template.values:
            said = _wrong(shown, numbers.unit, numbers.kind)
            if said is not None:
                message, advice = said
                yield Draft(message, words_of(node, shown.span), advice)


def _wrong(shown: Shown, unit: Unit, kind: Kind) -> tuple[str, str] | None:
    """What is wrong, and what to do; None where nothing is for certain. Plain numbers may be a share or a count."""
    if shown.function in _TAKES:
        takes = _TAKES[shown.function]
        if unit == ONE or unit in takes:
            return None
        message = f"{shown.function} takes {unit_words(takes[0]) if takes[0] != ONE else 'a ratio'}, "
        if unit == _PERCENT and takes[0] == ONE:
            return message + "and the value is in percent", "write {{ $value }}%, or divide the expression by 100"
        return message + f"and the value is in {unit_words(unit)}", conversion(
            unit, takes[0]
        ) or "write {{ $value }} with its unit"
    written = _AFTER.match(shown.after)
    if written is None:
        return None
    meant = [UNITS[word].per(SECOND) if written["per"] else UNITS[word] for word in _WRITTEN[written["word"]]]
    text = written["word"] + (written["per"] or "")
    if unit == ONE:
        if kind is not Kind.RATIO or meant[0] != _PERCENT:
            return None
        return "the value is a ratio from 0 to 1, and % is written after it", "write {{ $value | humanizePercentage }}"
    if unit in meant:
        return None
    return f"the value is in {unit_words(unit)}, and {text} is written after it", conversion(
        unit, meant[0]
    ) or "write the unit of the value"


CHECK = TemplateCheck(Severity.WARNING, _run)
