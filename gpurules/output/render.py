"""From rule groups to the text of a document, read back and compared before anybody sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gpurules.conventions.operator import check_groups, spec_size
from gpurules.conventions.plain import PlainGroup, PlainRule
from gpurules.conventions.prometheus_names import check_group_name, check_metric_name, check_rule_labels
from gpurules.conventions.violation import Violation
from gpurules.filling.fill import fill
from gpurules.output.document import Document
from gpurules.output.formats.registry import format_named
from gpurules.output.read_back import read_documents, require_metadata, require_same
from gpurules.output.split import joined, numbered, parted
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.group import RuleGroup
from gpurules.text.errors import InputError, Problem

ExpressionText = Callable[[Expression], str]
"""From a tree to the readable text of the expression, lines separated by ``\\n``."""


class RuleView(NamedTuple):
    """What a template sees of a rule."""

    record: str
    labels: tuple[tuple[str, str], ...]
    expression: str
    help: str


class GroupView(NamedTuple):
    """What a template sees of a group."""

    name: str
    interval: str
    rules: tuple[RuleView, ...]
    query_offset: str = ""
    partial_response: str = ""


def render_document(
    groups: Sequence[RuleGroup],
    document: Document,
    expression_text: ExpressionText,
    template_directory: Path | None = None,
) -> str:
    """The document that holds ``groups``, ending in one line break.

    Where the rules are more than one object of the format holds, there are several documents with numbered names.
    Raises InputError where there is nothing to write, where a reader of the format would refuse the document, and
    where a filled template does not hold exactly the groups.
    """
    from gpurules.promql.syntax.parser import parse

    form = format_named(document.format)
    views = tuple(_view(group, expression_text) for group in groups)
    plain = tuple(_plain(view) for view in views)
    if not any(group.rules for group in plain):
        raise InputError(Problem("there are no rules to write", advice="select fields that can be recorded"))
    ranges = parted([spec_size([group]) for group in plain], form.spec_limit)
    documents = [replace(document, name=name) for name in numbered(document.name, len(ranges))]
    violations = [*_check_names(plain), *(check_groups(plain) if len(ranges) > 1 else ())]
    for part, one in zip(ranges, documents, strict=True):
        violations += form.check(one, plain[part])
    _require_none(violations)
    filled = (fill_document(views[part], one, template_directory) for part, one in zip(ranges, documents, strict=True))
    text = joined(filled)
    found = read_documents(text, form, len(documents))
    for part, one, (metadata, read) in zip(ranges, documents, found, strict=True):
        if form.metadata or form.name_key:
            require_metadata(one, metadata)
            _require_none(form.check(metadata, read))
        require_same(groups[part], read, parse)
    return text


def fill_document(views: Sequence[GroupView], document: Document, template_directory: Path | None = None) -> str:
    """The template of the document's format with everything filled in, not yet read back."""
    values = {
        "banner": document.banner,
        "name": document.name,
        "namespace": document.namespace,
        "labels": sorted(document.labels.items()),
        "annotations": sorted(document.annotations.items()),
        "groups": tuple(views),
    }
    text = fill(format_named(document.format).template, values, template_directory)
    return text.rstrip("\n") + "\n"


def _view(group: RuleGroup, expression_text: ExpressionText) -> GroupView:
    rules = tuple(
        RuleView(
            rule.spec.record,
            tuple(sorted(rule.spec.rule_labels)),
            expression_text(rule.expression),
            rule.spec.help,
        )
        for rule in group.rules
    )
    return GroupView(group.name, group.interval, rules, group.query_offset, group.partial_response)


def _plain(view: GroupView) -> PlainGroup:
    rules = tuple(PlainRule(rule.record, rule.expression, rule.labels) for rule in view.rules)
    return PlainGroup(view.name, rules, view.interval, view.query_offset, view.partial_response)


def _check_names(groups: Sequence[PlainGroup]) -> list[Violation]:
    found: list[Violation] = []
    for group in groups:
        found += check_group_name(group.name)
        for rule in group.rules:
            found += check_metric_name(rule.record)
            found += check_rule_labels(dict(rule.labels))
    return found


def _require_none(violations: Sequence[Violation]) -> None:
    if violations:
        raise InputError([Problem(violation.message) for violation in violations])
