"""Where a rule's expression names a metric."""

from __future__ import annotations

import re

from gpurules.lint.finding import Place, place_of, words_of
from gpurules.lint.records import metric_of, tree_of
from gpurules.lint.sources.model import Rule
from gpurules.promql.syntax.tree import MatrixSelector, VectorSelector, walk
from gpurules.text.span import Span


def only_over_time(rule: Rule, metric: str) -> bool:
    """Whether ``rule`` reads ``metric`` over ranges of time only, where the last value matters little."""
    tree = tree_of(rule.text)
    if tree is None:
        return False
    ranges = {id(node.selector) for node in walk(tree) if isinstance(node, MatrixSelector)}
    reads = [node for node in walk(tree) if isinstance(node, VectorSelector) and metric_of(node) == metric]
    return bool(reads) and all(id(node) in ranges for node in reads)


def place_of_metric(rule: Rule, metric: str) -> Place:
    """The first place in the expression of ``rule`` that names ``metric``; the rule where there is none."""
    if rule.expression is None:
        return place_of(rule.node)
    found = re.search(rf"(?<![\w:]){re.escape(metric)}(?![\w:])", rule.text)
    if found is None:
        return place_of(rule.expression)
    return words_of(rule.expression, Span(found.start(), found.end()))
