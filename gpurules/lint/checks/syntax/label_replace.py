"""
`label_replace` or `label_join` gets a regular expression that is not RE2, or a label name that is none.

Prometheus parses the rule and refuses every evaluation of it.

Bad:

```yaml
expr: label_replace(kube_pod_info, "vm", "$1", "pod", "virt-launcher-(?<name>.++)-.*")
```

Good:

```yaml
expr: label_replace(kube_pod_info, "vm", "$1", "pod", "my-(.+)-.*")
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpurules.lint.check import ExpressionCheck
from gpurules.lint.finding import Note, Severity
from gpurules.lint.typed import TypedRule
from gpurules.promql.syntax.regexes import check_regex
from gpurules.promql.syntax.tree import Call, StringLiteral

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def _run(rule: TypedRule) -> Iterator[Note]:
    for node in rule.nodes:
        if not isinstance(node, Call) or node.function.text not in ("label_replace", "label_join"):
            continue
        for position, argument in enumerate(node.arguments):
            if not isinstance(argument, StringLiteral):
                continue
            if node.function.text == "label_replace" and position == 4:
                fault = check_regex(argument.value)
                if fault:
                    yield Note(f"every evaluation fails: the regular expression is not RE2: {fault}", argument.span)
            elif position == 1 and not _LABEL.fullmatch(argument.value):
                # Prometheus 3 takes any UTF-8 text as the name of a label.
                severity = Severity.INFO if argument.value else None
                message = "this is no label name before Prometheus 3" if argument.value else "the label has no name"
                yield Note(message, argument.span, severity=severity)


CHECK = ExpressionCheck(Severity.ERROR, _run)
