"""The files that hold a case, for promtool or vmalert-tool."""

from __future__ import annotations

from collections.abc import Sequence

from gpurules.proving.case import Case
from gpurules.scenario.promtool import rule_test_file

RULE_FILE = "rules.yaml"
ENDING = "_test.yaml"


def case_text(case: Case, judge: str, groups: Sequence[str], evaluation: int, comment: Sequence[str]) -> str:
    """The text of a case. vmalert evaluates groups as it likes and has a word of its own for questions."""
    text = rule_test_file([RULE_FILE], [case.test], groups if judge == "promtool" else (), evaluation)
    if judge == "vmalert":
        text = text.replace("\n  promql_expr_test:\n", "\n  metricsql_expr_test:\n")
    return "".join(f"# {line}\n" for line in comment) + text
