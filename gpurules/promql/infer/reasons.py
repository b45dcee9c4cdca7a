"""Why labels are no key: the word that lost it. Asked only where a failure was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gpurules.promql.infer.findings import Environment, Failure, NodeType, Notes, Subject
from gpurules.promql.infer.keys import key_validity, unproved_labels
from gpurules.promql.infer.labelset import NAME, LabelSet, may_have
from gpurules.promql.infer.relabel import target_word
from gpurules.promql.infer.selectors import selected_names
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    MatrixSelector,
    Paren,
    Subquery,
    VectorSelector,
    children,
    walk,
)
from gpurules.promql.types import ExpressionType, RangeType, SeriesType
from gpurules.text.span import NOWHERE, Span

MOST_LISTED = 6
Types = Mapping[int, ExpressionType]


def explained(notes: Notes, nodes: Iterable[NodeType], environment: Environment) -> list[Failure]:
    """The failures of ``notes``, each with its reason and the metrics of which nothing is known."""
    types = {id(node.expression): node.type for node in nodes}
    told = []
    for failure, subject in zip(notes.failures, notes.subjects, strict=True):
        span, reason = _reason(subject, failure, types)
        told.append(
            failure._replace(
                reason_span=failure.reason_span if span == NOWHERE else span,
                reason=reason,
                unknown=unknown_metrics(subject.operand, environment),
            )
        )
    return told


def unknown_metrics(operand: Expression, environment: Environment) -> frozenset[str]:
    """The metrics that ``operand`` reads and of which nothing is declared; ``*`` for a selector that names none."""
    found: set[str] = set()
    for node in walk(operand):
        if isinstance(node, VectorSelector):
            names = selected_names(node)
            found |= {"*"} if names is None else {name for name in names if environment.type_of(name) is None}
    return frozenset(found)


def _reason(subject: Subject, failure: Failure, types: Types) -> tuple[Span, str]:
    series, labels = subject.series, subject.labels
    if not labels.complement:
        for label in sorted(labels.labels - {NAME}):
            change = series.changes.get(label)
            if not may_have(series, label) and change is not None and change.span != NOWHERE:
                return change.span, f"`{label}` was {change.what} here"
    return _lost(subject.operand, labels, types, failure.varying)


def _lost(node: Expression, labels: LabelSet, types: Types, varying: frozenset[str]) -> tuple[Span, str]:
    """Walks down to the node that is not unique on ``labels`` though what stands below it is, or to a leaf."""
    while True:
        if isinstance(node, Paren):
            node = node.expression
            continue
        below = [child for child in children(node) if isinstance(types.get(id(child)), SeriesType | RangeType)]
        loose = [child for child in below if not _is_unique(types[id(child)], labels)]
        match node:
            case VectorSelector():
                return node.span, f"series here may differ in {_varying(types[id(node)], labels)}"
            case Call() if node.function.text in ("label_replace", "label_join") and _writes(node) in labels:
                return target_word(node), f"`{_writes(node)}` is written here"
            case Aggregation() if node.grouping is not None and not node.grouping.without and varying:
                kept = [label for label in node.grouping.labels if label.text in varying]
                if kept:
                    return kept[0].span, f"`{kept[0].text}` is kept here and may differ"
            case Binary() if node.group is not None:
                copied = [label for label in node.group.include if label.text in varying]
                if copied and not loose:
                    return copied[0].span, f"`{copied[0].text}` is copied here and may differ"
                below = [node.right if node.group.right else node.left]
                loose = [child for child in below if child in loose]
        if below and not loose:
            return _word(node), _loss(node)
        if not below:
            return node.span, f"series here may differ in {listed(varying)}"
        node = loose[0]


def listed(labels: frozenset[str]) -> str:
    """Some of the labels, and how many more there are."""
    if not labels:
        return "labels that are not known"
    shown = sorted(labels)[:MOST_LISTED]
    rest = len(labels) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _varying(type_: ExpressionType, labels: LabelSet) -> str:
    return listed(unproved_labels(type_, labels) if isinstance(type_, SeriesType) else frozenset())


def _is_unique(type_: ExpressionType, labels: LabelSet) -> bool:
    series = type_.series if isinstance(type_, RangeType) else type_
    return isinstance(series, SeriesType) and key_validity(series, labels) is not None


def _writes(node: Call) -> str:
    return str(getattr(node.arguments[1], "value", "")) if len(node.arguments) > 1 else ""


def _word(node: Expression) -> Span:
    match node:
        case MatrixSelector() | Subquery():
            return node.range.span
        case Binary():
            return node.op.span
        case Call():
            return node.function.span
        case Aggregation():
            return node.op.span if node.grouping is None else node.grouping.span
        case _:
            return node.span


def _loss(node: Expression) -> str:
    match node:
        case MatrixSelector() | Subquery():
            return "the range brings together series that lived one after the other"
        case Binary() if node.op.text == "or":
            return "series of both sides stand side by side here"
        case _:
            return "the key is lost here"
