"""An alert with its templates and the type of its expression: what the checks of templates look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpurules.lint.records import Records, tree_of
from gpurules.lint.sources.model import Rule
from gpurules.lint.templates.reading import Template, read_template
from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.findings import Inference
from gpurules.promql.types import ScalarType, SeriesType
from gpurules.text.node import ScalarNode


@dataclass(frozen=True, slots=True)
class Templated:
    """``type``: of the expression, with the words of an equal one in it (see ``gpurules.lint.shapes``); ``inferred``
    tells those of this alert. ``vmalert``: who evaluates it is not Prometheus."""

    rule: Rule
    type: SeriesType | ScalarType
    records: Records
    vmalert: bool
    templates: tuple[tuple[ScalarNode, Template], ...]

    def inferred(self) -> Inference | None:
        """The type of this very expression; made anew, as only a finding needs it."""
        tree = tree_of(self.rule.text)
        return None if tree is None else infer(tree, self.records)


def templated(rule: Rule, found: SeriesType | ScalarType, records: Records, vmalert: bool = False) -> Templated | None:
    """The templates of an alert that can be read; None where it has none."""
    read = tuple((node, template) for node, template in templates_of(rule) if template.labels or template.values)
    return Templated(rule, found, records, vmalert, read) if read else None


def templates_of(rule: Rule) -> Iterator[tuple[ScalarNode, Template]]:
    """Every label and annotation that is a template, read."""
    for _, node in (*rule.labels, *rule.annotations):
        if "{{" in node.text:
            yield node, read_template(node.text)
