"""What is said of an expression that our parser refuses; the second parser decides where ours may be wrong."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from gpurules.promql.judge import Decision, accepts
from gpurules.promql.syntax.problem import SyntaxProblem


class Refusal(Enum):
    """Why an expression has no tree."""

    WRONG = "both parsers refuse it"
    REGEX = "a regular expression in it is not RE2"
    UNSUPPORTED = "it may be right"


def refusal(text: str, problem: SyntaxProblem) -> Refusal:
    """The reason, given what our parser says."""
    if "regular expression" in problem.message and not problem.unsupported:
        return Refusal.REGEX
    if _OTHER_LANGUAGES.search(_QUOTED.sub("", text[:_LOOKED_AT])):
        return Refusal.UNSUPPORTED
    if problem.unsupported or _second_opinion(text) is not Decision.REJECTED:
        return Refusal.UNSUPPORTED
    return Refusal.WRONG


_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`[^`]*`')
_OTHER_LANGUAGES = re.compile(
    r"\|[=~>]|\|\s*(?:json|logfmt|unpack|pattern|regexp|line_format|label_format|unwrap|decolorize)\b"
    r"|\b(?:default|ifnot|keep_metric_names)\b|\bWITH\s*\(|\|\s*stats\b"
)
"""Words of LogQL, MetricsQL and LogsQL, whose rule files look as those of Prometheus do."""
_LOOKED_AT = 10_000


@lru_cache(maxsize=256)
def _second_opinion(text: str) -> Decision:
    return accepts(text).decision
