"""Vector matching: what one-to-one, many-to-one and set operators make of labels and keys, and where they may fail."""

from __future__ import annotations

from gpurules.promql.infer.findings import Mismatch, Notes
from gpurules.promql.infer.keys import (
    ALWAYS,
    INSTANT,
    always_only,
    dependencies_on,
    emptied,
    holds,
    key_validity,
    minimal_keys,
    restrict,
    tidy_dependencies,
    united_facts,
    unproved_labels,
    weaker,
    with_reduced_keys,
    with_whole_key,
)
from gpurules.promql.infer.labelset import NAME, LabelSet, all_but, apart, is_fixed, may_have, one_name, only
from gpurules.promql.infer.reasons import listed
from gpurules.promql.infer.selectors import united_labels
from gpurules.promql.syntax.tree import Binary, Expression, GroupSide, Name
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
    result = _without_what_they_lack(result, other, shared)
    certain = frozenset(label for label in other.certain if label in shared and may_have(result, label))
    possible = result.possible | certain
    constants = {label: value for label, value in other.constants.items() if label in shared and label in possible}
    domains = {label: domain for label, domain in other.domains.items() if label in shared and label in possible}
    learned = dependencies_on(other, shared)
    if not result.open:
        learned = tuple(
            Dependency(item.determinant & result.possible, item.dependent & result.possible, item.validity)
            for item in learned
        )
    return result._replace(
        certain=result.certain | certain,
        possible=possible,
        dependencies=tidy_dependencies((*result.dependencies, *learned)),
        constants={**constants, **result.constants},
        domains={**domains, **result.domains},
    )


def _without_what_they_lack(result: SeriesType, other: SeriesType, shared: LabelSet) -> SeriesType:
    """``result`` without the shared labels that no series of the other side carries."""
    candidates = result.possible if shared.complement else shared.labels
    lacking = [
        label for label in candidates if label in shared and may_have(result, label) and not may_have(other, label)
    ]
    closes = result.open and shared.complement and not other.open
    if not lacking and not closes:
        return result
    possible = result.possible.difference(lacking)
    absent = result.absent.union(lacking) if result.open else result.absent
    keys = result.keys
    if closes:
        # A label is shared, and then on the other side too, or it is one of those that are ignored.
        named = (possible | other.possible | shared.labels).difference(lacking, (NAME,))
        possible = frozenset(label for label in named if may_have(result, label))
        absent = frozenset()
    if closes or not result.open:
        keys = minimal_keys(Key(key.labels & (possible | {NAME}), key.validity) for key in keys)
    return result._replace(
        open=result.open and not closes,
        certain=result.certain & possible,
        possible=possible,
        absent=absent,
        keys=keys,
        domains={label: domain for label, domain in result.domains.items() if label in possible},
        constants={label: value for label, value in result.constants.items() if label in possible},
    )


def _never_match(left: SeriesType, right: SeriesType, matched: LabelSet) -> bool:
    """Whether no series of the left agrees with one of the right on the matched labels."""
    return left.empty or right.empty or any(label in matched for label in apart(left, right))


def _looks(node: Binary, left: SeriesType, right: SeriesType) -> bool:
    """Whether Prometheus looks at the series at all, which it does not where one side is empty."""
    return node.fill is not None or not (left.empty or right.empty)


def _one_to_one(
    node: Binary, left: SeriesType, right: SeriesType, matched: LabelSet, drops_name: bool, notes: Notes
) -> SeriesType:
    never = node.fill is None and _never_match(left, right, matched)
    if _looks(node, left, right):
        what = f"the right side may have several series for {matched}"
        _require_key("E2", what, node, node.right, right, matched, notes)
    if not never:
        what = f"the left side may have several series for {matched}"
        _require_key("E3", what, node, node.left, left, matched, notes)
    if node.matching is None or node.matching.ignoring:
        ignored = frozenset(label.text for label in node.matching.labels) if node.matching else frozenset()
        kept = all_but(ignored | {NAME} if drops_name else ignored)
    else:
        kept = matched.without((NAME,)) if drops_name else matched
        if drops_name and NAME in matched and not never:
            _require_key(
                "E1", f"series may differ in their names only within {kept}", node, node.left, left, kept, notes
            )
        same_name = one_name(left) and left.names == right.names
        if node.fill is not None and drops_name and NAME in matched and not same_name:
            what = f"series that are filled may differ in their names only within {kept}"
            notes.fail("E1", what, _word(node), node.left, left, kept)
    result = restrict(left, kept)
    lost = dict.fromkeys(left.possible - result.possible, Change("dropped", _word(node)))
    result = result._replace(changes={**left.changes, **lost})
    if never:
        return emptied(result)
    return with_whole_key(_learned(result, right, matched))


def filled(node: Binary, left: SeriesType, right: SeriesType, drops_name: bool) -> SeriesType:
    """Labels and keys of one-to-one matching where a side that is missing is filled: one series for each group."""
    matched = matched_labels(node)
    kept = matched.without((NAME,))
    result = united_labels((restrict(left, kept), restrict(right, kept)))
    names: frozenset[str] | None = frozenset()
    if not drops_name and (matched.complement or NAME in matched):
        names = None
    known = result.possible if names is not None else result.possible | {NAME}
    keys = () if matched.complement else (Key(matched.labels & known, INSTANT),)
    distinct = ALWAYS if names is not None else INSTANT if NAME not in matched else None
    return with_whole_key(result._replace(names=names, keys=keys, distinct=distinct))


def _many_to_one(
    node: Binary, many: SeriesType, one: SeriesType, matched: LabelSet, drops_name: bool, notes: Notes
) -> SeriesType:
    assert node.group is not None
    include = frozenset(label.text for label in node.group.include)
    where = node.group.span if node.group.span != NOWHERE else _word(node)
    one_node, many_node = (node.left, node.right) if node.group.right else (node.right, node.left)
    never = _never_match(many, one, matched)
    unique = INSTANT
    if _looks(node, many, one):
        what = f"the one side may have several series for {matched}"
        unique = _require_key("E2", what, node, one_node, one, matched, notes)
    # Rules are evaluated from their printed form, which lacks an empty ignoring and its group (prometheus#17643).
    lost = matched.complement and matched.labels == {NAME}
    if lost and not never:
        what = "as a rule this is matched one to one (older releases lose `ignoring ()` and its group)"
        _require_key("E2" if node.group.right else "E3", what, node, many_node, many, matched, notes)
    overwritten = frozenset(label for label in include if label not in matched)
    kept = all_but(overwritten | {NAME} if drops_name else overwritten)
    if not never and key_validity(many, kept) is None:
        notes.fail(
            "E4",
            _told_apart_by(overwritten - {NAME}),
            _overwriting(node.group, many, kept, where),
            many_node,
            many,
            kept,
        )
    result = restrict(many, kept)
    if never:
        return emptied(result._replace(changes=many.changes))
    if not overwritten:
        return with_whole_key(_learned(result._replace(changes=many.changes), one, matched))
    if NAME in overwritten:
        result = result._replace(names=one.names, distinct=ALWAYS if one_name(one) else None)
    if lost and NAME in include:
        result = result._replace(names=None, distinct=INSTANT)
    labels = overwritten - {NAME}
    added = frozenset(label for label in labels if may_have(one, label))
    keys, dependencies = _after_copy(result, added, unique)
    shared = LabelSet(matched.labels - labels if matched.complement else matched.labels | labels, matched.complement)
    shared = shared.without((NAME,))
    changes = {**many.changes}
    for name in node.group.include:
        if name.text in labels:
            what = "overwritten" if name.text in many.possible else "copied"
            changes[name.text] = Change(what if name.text in added else "dropped", _span(name, where))
    determinant = _finite(matched, one)
    if determinant is not None and NAME not in determinant:
        dependencies = (*dependencies, Dependency(determinant, added, unique))
    result = result._replace(
        possible=result.possible | added,
        absent=(result.absent - added) | (labels - added) if result.open else frozenset(),
        keys=minimal_keys(keys),
        dependencies=tidy_dependencies(dependencies),
        changes=changes,
    )
    return with_whole_key(_learned(result, one, shared))


def _told_apart_by(overwritten: frozenset[str]) -> str:
    what = "series of the many side may differ only in"
    if not overwritten:
        return f"{what} the name of the metric, which is dropped"
    return f"{what} {listed(overwritten)}, which the one side overwrites"


def _overwriting(group: GroupSide, many: SeriesType, kept: LabelSet, otherwise: Span) -> Span:
    """The group label whose old values tell series of the many side apart, as far as one is known to."""
    varying = unproved_labels(many, kept)
    known = [name for name in group.include if name.text in varying]
    copied = known or [name for name in group.include if name.text not in kept and may_have(many, name.text)]
    return _span(copied[0], otherwise) if copied else otherwise


def _span(name: Name, otherwise: Span) -> Span:
    return name.span if name.span != NOWHERE else otherwise


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
            if _never_match(left, right, matched):
                return emptied(left)
            return _learned(left, right, matched)
        case "unless":
            return left
        case _ if left.empty or right.empty:
            return right if left.empty else left
        case _:
            return _union(left, right, matched)


def _union(left: SeriesType, right: SeriesType, matched: LabelSet) -> SeriesType:
    """``left or right``: at one instant no series of the right agrees with one of the left on the matched labels."""
    result = united_labels((left, right))
    separators: list[tuple[frozenset[str], Validity]] = []
    if not matched.complement:
        listed = frozenset(label for label in matched.labels if label == NAME or not is_fixed(result, label))
        separators.append((listed, INSTANT))
    elif not left.open and not right.open:
        separators.append((matched.within(left.possible | right.possible), INSTANT))
    if left.names is not None and right.names is not None and not _names(left) & _names(right):
        separators.append((frozenset((NAME,)), ALWAYS))
    between = sorted(set(apart(left, right)))
    separators.extend((frozenset((label,)), ALWAYS) for label in between)
    keys, dependencies = united_facts((left, right), separators[:4])
    names = None if left.names is None or right.names is None else _united_names(left, right)
    result = result._replace(names=names, keys=keys, dependencies=dependencies, distinct=ALWAYS)
    if between:
        distinct = {side.distinct for side in (left, right)}
        result = result._replace(distinct=None if None in distinct else INSTANT if INSTANT in distinct else ALWAYS)
    elif not one_name(result):
        both = all(holds(side.distinct, INSTANT) for side in (left, right))
        result = result._replace(distinct=INSTANT if both and NAME not in matched else None)
    return with_whole_key(result)


def with_common(union: SeriesType, common: SeriesType) -> SeriesType:
    """``union`` with what holds for all time of ``common``, whose label sets include all those of the union."""
    lasting = always_only(common)
    result = union._replace(
        keys=minimal_keys((*union.keys, *lasting.keys)),
        dependencies=tidy_dependencies((*union.dependencies, *lasting.dependencies)),
        distinct=ALWAYS if lasting.distinct is ALWAYS else union.distinct,
    )
    return with_reduced_keys(with_whole_key(result))


def _names(series: SeriesType) -> frozenset[str]:
    return series.names or frozenset(("",))


def _united_names(left: SeriesType, right: SeriesType) -> frozenset[str]:
    names = _names(left) | _names(right)
    return frozenset() if names == {""} else names
