"""What is said of an expression that our parser refuses; the second parser decides where ours may be wrong."""

from __future__ import annotations

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
    if problem.unsupported or _second_opinion(text) is not Decision.REJECTED:
        return Refusal.UNSUPPORTED
    return Refusal.WRONG


@lru_cache(maxsize=256)
def _second_opinion(text: str) -> Decision:
    return accepts(text).decision
