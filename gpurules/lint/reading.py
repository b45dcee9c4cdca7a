"""Where a rule's expression names a metric."""

from __future__ import annotations

import re

from gpurules.lint.finding import Place, place_of, words_of
from gpurules.lint.sources.model import Rule
from gpurules.text.span import Span


def place_of_metric(rule: Rule, metric: str) -> Place:
    """The first place in the expression of ``rule`` that names ``metric``; the rule where there is none."""
    if rule.expression is None:
        return place_of(rule.node)
    found = re.search(rf"(?<![\w:]){re.escape(metric)}(?![\w:])", rule.text)
    if found is None:
        return place_of(rule.expression)
    return words_of(rule.expression, Span(found.start(), found.end()))
