"""Selectors over the names that a field has, and matchers given by the user."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gpurules.promql.syntax.build import matcher, selector
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import Matcher, VectorSelector
from gpurules.text.errors import InputError, Problem
from gpurules.text.span import Location

_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def series_of(names: Sequence[str], matchers: Sequence[Matcher]) -> VectorSelector:
    """The series of any of ``names`` (plain metric names, at least one) that satisfy ``matchers``."""
    if len(names) == 1:
        return selector(names[0], *matchers)
    for name in names:
        if not _METRIC_NAME.fullmatch(name):
            raise ValueError(f"not a metric name: {name!r}")
    return selector(None, matcher("__name__", "=~", "|".join(names)), *matchers)


def parse_matchers(text: str, subject: str) -> tuple[Matcher, ...]:
    """The label matchers in ``text``, such as ``job="x", cluster=~"a|b"``, with or without braces.

    ``subject`` is the setting that they come from, for errors. Raises InputError where the text is anything else, or
    where it names a metric.
    """
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    if not inner.strip():
        return ()
    where = Location(subject)
    example = 'write label matchers such as job="kubevirt-prometheus-metrics"'
    try:
        tree = parse("x{" + inner + "}")
    except SyntaxProblem as problem:
        message = f"{text!r} is not a list of label matchers: {problem.message}"
        raise InputError(Problem(message, where, example)) from None
    if not isinstance(tree, VectorSelector) or tree.offset is not None or tree.at is not None:
        raise InputError(Problem(f"{text!r} is not a list of label matchers", where, example))
    if any(entry.label.text == "__name__" for entry in tree.matchers):
        raise InputError(Problem(f"{text!r} names a metric", where, "match other labels; gpurules chooses the metrics"))
    return tuple(matcher(entry.label.text, entry.op, entry.value) for entry in tree.matchers)
