"""Vector matching: what one-to-one, many-to-one and set operators make of labels and keys, and where they may fail."""

from __future__ import annotations

from dataclasses import replace

from gpurules.promql.infer.findings import Mismatch, Notes
from gpurules.promql.infer.keys import (
    ALWAYS,
    INSTANT,
    always_only,
    dependencies_on,
    holds,
    key_validity,
    minimal_keys,
    restrict,
    tidy_dependencies,
    united_facts,
    weaker,
    with_whole_key,
)
from gpurules.promql.infer.labelset import NAME, LabelSet, all_but, is_fixed, may_have, one_name, only
from gpurules.promql.infer.selectors import united_labels
from gpurules.promql.syntax.tree import Binary, Expression
from gpurules.promql.types import Change, Dependency, Key, SeriesType, Validity
from gpurules.text.span import NOWHERE, Span


def matched_labels(node: Binary) -> LabelSet:
    """The labels on which both sides must agree."""
    if node.matching is None:
        return all_but((NAME,))
    labels = frozenset(label.text for label in node.matching.labels)
    return all_but(labels | {NAME}) if node.matching.ignoring else only(labels)


def match_vectors(node: Binary, left: SeriesType, right: SeriesType, drops_name: bool, notes: Notes) -> SeriesType:
    """Labels and keys of an arithmetic or comparison operator between two vectors; numbers are the caller's."""
    matched = matched_labels(node)
    check_domains(node, matched, left, right, notes)
    if node.group is None:
        return _one_to_one(node, left, right, matched, drops_name, notes)
    if node.group.right:
        return _many_to_one(node, right, left, matched, drops_name, notes)
    return _many_to_one(node, left, right, matched, drops_name, notes)


def check_domains(node: Binary, matched: LabelSet, left: SeriesType, right: SeriesType, notes: Notes) -> None:
    """Notes each matched label whose values name different things on the two sides."""
    for label in sorted(left.domains.keys() & right.domains.keys()):
        if label in matched and left.domains[label] != right.domains[label]:
            span = _word(node)
            if node.matching is not None:
                span = next((name.span for name in node.matching.labels if name.text == label), span)
            notes.findings.append(Mismatch(label, left.domains[label], right.domains[label], span))


def _word(node: Binary) -> Span:
    """The words that say how to match, or the operator."""
    if node.matching is not None and node.matching.span != NOWHERE:
        return node.matching.span
    return node.op.span


def _require_key(
    code: str, what: str, node: Binary, operand: Expression, series: SeriesType, labels: LabelSet, notes: Notes
) -> Validity:
    """How long ``labels`` are a key; where that is not proved, the failure is noted and success assumed."""
    validity = key_validity(series, labels)
    if validity is None:
        notes.fail(code, what, _word(node), operand, series, labels)
        return INSTANT
    return validity


def _learned(result: SeriesType, other: SeriesType, matched: LabelSet) -> SeriesType:
    """``result`` with what the other side says of the matched labels, on which both agree."""
    shared = matched.without((NAME,))
    certain = shared.within(other.certain) & result.possible
    constants = {
        label: value for label, value in other.constants.items() if label in shared and label in result.possible
    }
    domains = {label: domain for label, domain in other.domains.items() if label in shared and label in result.possible}
    learned = dependencies_on(other, shared)
    if not result.open:
        learned = tuple(
            Dependency(item.determinant & result.possible, item.dependent & result.possible, item.validity)
            for item in learned
        )
    return replace(
        result,
        certain=result.certain | certain,
        dependencies=tidy_dependencies((*result.dependencies, *learned)),
        constants={**constants, **result.constants},
        domains={**domains, **result.domains},
    )


def _one_to_one(
    node: Binary, left: SeriesType, right: SeriesType, matched: LabelSet, drops_name: bool, notes: Notes
) -> SeriesType:
    _require_key("E2", f"the right side may have several series for {matched}", node, node.right, right, matched, notes)
    _require_key("E3", f"the left side may have several series for {matched}", node, node.left, left, matched, notes)
    if node.matching is None or node.matching.ignoring:
        ignored = frozenset(label.text for label in node.matching.labels) if node.matching else frozenset()
        kept = all_but(ignored | {NAME} if drops_name else ignored)
    else:
        kept = matched.without((NAME,)) if drops_name else matched
        if drops_name and NAME in matched:
            _require_key(
                "E1", f"series may differ in their names only within {kept}", node, node.left, left, kept, notes
            )
    result = restrict(left, kept)
    lost = {label: Change("dropped", _word(node)) for label in left.possible - result.possible}
    result = replace(result, changes={**left.changes, **lost})
    return with_whole_key(_learned(result, right, matched))


def filled(node: Binary, left: SeriesType, right: SeriesType, drops_name: bool) -> SeriesType:
    """Labels and keys of one-to-one matching where a side that is missing is filled: one series for each group."""
    matched = matched_labels(node)
    kept = matched.without((NAME,))
    result = united_labels((restrict(left, kept), restrict(right, kept)))
    keys = () if matched.complement else (Key(matched.labels & result.possible, INSTANT),)
    names: frozenset[str] | None = frozenset()
    if not drops_name and (matched.complement or NAME in matched):
        names = None
    distinct = ALWAYS if names is not None else INSTANT if NAME not in matched else None
    return with_whole_key(replace(result, names=names, keys=keys, distinct=distinct))


def _many_to_one(
    node: Binary, many: SeriesType, one: SeriesType, matched: LabelSet, drops_name: bool, notes: Notes
) -> SeriesType:
    assert node.group is not None
    include = frozenset(label.text for label in node.group.include)
    where = node.group.span if node.group.span != NOWHERE else _word(node)
    one_node, many_node = (node.left, node.right) if node.group.right else (node.right, node.left)
    unique = _require_key(
        "E2", f"the one side may have several series for {matched}", node, one_node, one, matched, notes
    )
    overwritten = frozenset(label for label in include if label not in matched)
    kept = all_but(overwritten | {NAME} if drops_name else overwritten)
    if key_validity(many, kept) is None:
        what = "series of the many side may differ only in labels that the one side overwrites"
        notes.fail("E4", what, where, many_node, many, kept)
    result = restrict(many, kept)
    if not overwritten:
        return with_whole_key(_learned(replace(result, changes=many.changes), one, matched))
    if NAME in overwritten:
        result = replace(result, names=one.names, distinct=ALWAYS if one_name(one) else None)
    labels = overwritten - {NAME}
    added = frozenset(label for label in labels if may_have(one, label))
    keys, dependencies = _after_copy(result, added, unique)
    shared = LabelSet(matched.labels - labels if matched.complement else matched.labels | labels, matched.complement)
    shared = shared.without((NAME,))
    changes = {**many.changes}
    for label in labels:
        what = "overwritten" if label in many.possible else "copied"
        changes[label] = Change(what if label in added else "dropped", where)
    determinant = _finite(matched, one)
    if determinant is not None and NAME not in determinant:
        dependencies = (*dependencies, Dependency(determinant, added, unique))
    result = replace(
        result,
        possible=result.possible | added,
        absent=(result.absent - added) | (labels - added) if result.open else frozenset(),
        keys=minimal_keys(keys),
        dependencies=tidy_dependencies(dependencies),
        changes=changes,
    )
    return with_whole_key(_learned(result, one, shared))


def _after_copy(
    result: SeriesType, added: frozenset[str], unique: Validity
) -> tuple[tuple[Key, ...], tuple[Dependency, ...]]:
    """Facts of the many side with labels copied to it that the matched labels fix for as long as ``unique`` says."""
    if not added or unique is ALWAYS:
        return result.keys, result.dependencies
    keys: list[Key] = []
    dependencies = list(result.dependencies)
    for key in result.keys:
        keys.append(Key(key.labels, weaker(key.validity, unique)))
        if key.validity is ALWAYS:
            keys.append(Key(key.labels | added, ALWAYS))
            dependencies.append(Dependency(key.labels, result.possible - key.labels, ALWAYS))
    return tuple(keys), tuple(dependencies)


def _finite(matched: LabelSet, series: SeriesType) -> frozenset[str] | None:
    """The matched labels as a plain set; None where they cannot be listed."""
    if not matched.complement:
        return matched.labels
    return None if series.open else matched.within(series.possible)


def set_operation(node: Binary, left: SeriesType, right: SeriesType, notes: Notes) -> SeriesType:
    """Labels and keys of ``and``, ``or`` and ``unless``, which never fail; numbers are the caller's."""
    matched = matched_labels(node)
    check_domains(node, matched, left, right, notes)
    match node.op.text:
        case "and":
            return _learned(left, right, matched)
        case "unless":
            return left
        case _:
            return _union(left, right, matched)


def _union(left: SeriesType, right: SeriesType, matched: LabelSet) -> SeriesType:
    """``left or right``: at one instant no series of the right agrees with one of the left on the matched labels."""
    result = united_labels((left, right))
    separators: list[tuple[frozenset[str], Validity]] = []
    if not matched.complement:
        apart = frozenset(label for label in matched.labels if label == NAME or not is_fixed(result, label))
        separators.append((apart, INSTANT))
    elif not left.open and not right.open:
        separators.append((matched.within(left.possible | right.possible), INSTANT))
    if left.names is not None and right.names is not None and not _names(left) & _names(right):
        separators.append((frozenset((NAME,)), ALWAYS))
    separators.extend(
        (frozenset((label,)), ALWAYS)
        for label in sorted(left.constants.keys() & right.constants.keys())
        if left.constants[label] != right.constants[label]
    )
    keys, dependencies = united_facts((left, right), separators[:4])
    names = None if left.names is None or right.names is None else _united_names(left, right)
    result = replace(result, names=names, keys=keys, dependencies=dependencies, distinct=ALWAYS)
    if not one_name(result):
        both = all(holds(side.distinct, INSTANT) for side in (left, right))
        result = replace(result, distinct=INSTANT if both and NAME not in matched else None)
    return with_whole_key(result)


def with_common(union: SeriesType, common: SeriesType) -> SeriesType:
    """``union`` with what holds for all time of ``common``, whose label sets include all those of the union."""
    lasting = always_only(common)
    result = replace(
        union,
        keys=minimal_keys((*union.keys, *lasting.keys)),
        dependencies=tidy_dependencies((*union.dependencies, *lasting.dependencies)),
        distinct=ALWAYS if lasting.distinct is ALWAYS else union.distinct,
    )
    return with_whole_key(result)


def _names(series: SeriesType) -> frozenset[str]:
    return series.names or frozenset(("",))


def _united_names(left: SeriesType, right: SeriesType) -> frozenset[str]:
    names = _names(left) | _names(right)
    return frozenset() if names == {""} else names
