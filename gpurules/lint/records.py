"""The types of the records that the linted rules write, in order of dependency, across files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from gpurules.lint.sources.model import Rule
from gpurules.lint.target import Target
from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.records import record_type
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import Expression, Matcher, VectorSelector, walk
from gpurules.promql.types import OPEN, Kind, SeriesType

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


class Records:
    """Knows every metric: what is scraped, from ``target``; what is recorded, from the rules, typed when first asked.

    A record that depends on itself is taken for a metric of which nothing is known; the cycle is reported elsewhere.
    """

    def __init__(self, target: Target, rules: Iterable[Rule]) -> None:
        self.target = target
        self.rules = tuple(rules)
        self._types: dict[str, SeriesType | None] = {}
        self._read: dict[Rule, frozenset[str]] = {}

    @cached_property
    def by_name(self) -> dict[str, list[Rule]]:
        """The rules that write each record."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.record is not None:
                found.setdefault(rule.record.text, []).append(rule)
        return found

    def type_of(self, metric: str) -> SeriesType | None:
        """The type of the series of ``metric``, or None where it is unknown."""
        if metric not in self.by_name:
            return self.target.type_of(metric)
        if metric not in self._types:
            self._type_with_needs(metric)
        return self._types[metric]

    def is_record(self, metric: str) -> bool:
        """Whether one of the linted rules writes ``metric``."""
        return metric in self.by_name

    def read_by(self, rule: Rule) -> frozenset[str]:
        """The records that ``rule`` reads."""
        known = self._read.get(rule)
        if known is None:
            known = self._read[rule] = self._find_read(rule)
        return known

    def _find_read(self, rule: Rule) -> frozenset[str]:
        words = {word for word in _WORD.findall(rule.text) if word in self.by_name}
        if all(":" in word for word in words):
            return frozenset(words)
        # Without a colon the word may be a label or a function as well.
        tree = tree_of(rule.text)
        return frozenset(words & set(metrics_of(tree))) if tree is not None else frozenset()

    @cached_property
    def circles(self) -> tuple[tuple[str, ...], ...]:
        """Records that read each other in a circle, each in the order of reading; of one that reads itself its name."""
        needs = {
            name: sorted({need for rule in rules for need in self.read_by(rule)})
            for name, rules in self.by_name.items()
        }
        found: list[tuple[str, ...]] = []
        done: set[str] = set()
        for start in needs:
            path: list[str] = []
            on_path: dict[str, int] = {}
            stack = [(start, iter(needs[start]))] if start not in done else []
            if stack:
                path.append(start)
                on_path[start] = 0
            while stack:
                name, rest = stack[-1]
                need = next(rest, None)
                if need is None:
                    stack.pop()
                    done.add(name)
                    path.pop()
                    del on_path[name]
                elif need in on_path:
                    found.append(tuple(path[on_path[need] :]))
                elif need not in done:
                    on_path[need] = len(path)
                    path.append(need)
                    stack.append((need, iter(needs[need])))
        return tuple(found)

    @cached_property
    def cyclic(self) -> frozenset[str]:
        """Every record that is part of a circle."""
        return frozenset(name for circle in self.circles for name in circle)

    def _type_with_needs(self, metric: str) -> None:
        """Types ``metric`` and all it depends on, the deepest first, without recursion."""
        stack, entered = [metric], {metric}
        while stack:
            top = stack[-1]
            needs = {need for rule in self.by_name[top] for need in self.read_by(rule)}
            missing = [need for need in sorted(needs) if need not in self._types and need not in entered]
            if missing:
                stack.extend(missing)
                entered.update(missing)
                continue
            stack.pop()
            if top not in self._types:
                self._types[top] = None
                self._types[top] = self._united(top)

    def _united(self, metric: str) -> SeriesType | None:
        """What all rules that write ``metric`` agree on."""
        united: SeriesType | None = None
        for rule in self.by_name[metric]:
            tree = tree_of(rule.text)
            if tree is None:
                return None
            recorded, _ = record_type(metric, infer(tree, self).type, rule.own_labels)
            united = recorded if united is None else _both(united, recorded)
        return united


def _both(one: SeriesType, other: SeriesType) -> SeriesType:
    return OPEN._replace(
        open=one.open or other.open,
        names=one.names,
        certain=one.certain & other.certain,
        possible=one.possible | other.possible,
        domains={label: domain for label, domain in one.domains.items() if other.domains.get(label) == domain},
        unit=one.unit if one.unit == other.unit else None,
        kind=one.kind if one.kind == other.kind else Kind.UNKNOWN,
    )


def tree_of(text: str) -> Expression | None:
    """The tree of an expression, None where it cannot be read."""
    try:
        return parse(text)
    except SyntaxProblem:
        return None


def metrics_of(tree: Expression) -> tuple[str, ...]:
    """The names of the metrics that an expression selects by name."""
    return tuple(name for node in walk(tree) if isinstance(node, VectorSelector) and (name := metric_of(node)))


def metric_of(selector: VectorSelector) -> str:
    """The one name that a selector asks for; empty where it asks for several or any."""
    if selector.name is not None:
        return selector.name.text
    named = next((one for one in selector.matchers if one.label.text == "__name__"), None)
    return named.value if isinstance(named, Matcher) and named.op == "=" else ""
