"""
`group_left` or `group_right` overwrites or deletes a label of the many side.

The one side always wins: where it has the label its value replaces that of the many side, and where it lacks the label,
the label is deleted.

Bad:

```yaml
expr: |
  kubevirt_vmi_vcpu_seconds_total
  * on (namespace, name) group_left (node) group by (namespace, name) (kubevirt_vmi_info)
```

Good:

```yaml
expr: |
  kubevirt_vmi_vcpu_seconds_total
  * on (namespace, name) group_left () group by (namespace, name) (kubevirt_vmi_info)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.joins import joins, lacks, why_changed
from gpurules.lint.typed import TypedRule


def _run(rule: TypedRule) -> Iterator[Note]:
    for join in joins(rule):
        group = join.node.group
        for label in group.include if group is not None else ():
            many, one = join.many, join.one
            if lacks(one, label.text):
                what = "deletes it" if label.text in many.possible else "copies nothing"
                message = (
                    f"the one side has no {label.text}: group_{'right' if group and group.right else 'left'} {what}"
                )
                yield Note(
                    message, label.span, "remove it here, or keep it on the one side", why_changed(one, label.text)
                )
            elif label.text in many.certain and label.text in one.possible:
                there, here = many.domains.get(label.text), one.domains.get(label.text)
                if there and here and there != here:
                    message = (
                        f"{label.text} of the many side, the {there}, is overwritten with the {here} of the one side"
                    )
                    yield Note(
                        message, label.span, "copy it under another name: label_replace it on the one side first"
                    )


CHECK = ExpressionCheck(Severity.WARNING, _run)
