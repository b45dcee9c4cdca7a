"""
A profiling field (`DCGM_FI_PROF_...`) is asked of vGPU guests, which have none.

In a vGPU guest DCGM has a handful of fields: memory, clocks, XID errors, licence. A rule that restricts itself to vGPU
guests and reads a profiling field is empty.

Bad:

```yaml
expr: DCGM_FI_PROF_GR_ENGINE_ACTIVE and on (namespace, pod) DCGM_FI_DEV_VGPU_LICENSE_STATUS == 1
```

Good:

```yaml
expr: DCGM_FI_DEV_FB_USED and on (namespace, pod) DCGM_FI_DEV_VGPU_LICENSE_STATUS == 1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Because, Note, Severity
from gpurules.lint.typed import TypedRule

_LICENCE = "VGPU_LICENSE_STATUS"


def _run(rule: TypedRule) -> Iterator[Note]:
    licence = next((one for one, metric in rule.selectors if metric.endswith(_LICENCE) and one.name is not None), None)
    if licence is None or licence.name is None:
        return
    for selector, metric in rule.selectors:
        if metric.startswith("DCGM_FI_PROF_") and selector.name is not None:
            message = f"vGPU guests have no profiling fields, so {metric} is not there"
            yield Note(
                message, selector.name.span, "", (Because(licence.name.span, "only vGPU guests have a licence"),)
            )


CHECK = ExpressionCheck(Severity.WARNING, _run)
