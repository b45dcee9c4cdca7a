"""Runs the checks over a workspace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from gpurules.lint.check import DocumentCheck, FileCheck, WorkspaceCheck
from gpurules.lint.expressions import Expressions
from gpurules.lint.finding import Draft, Edit, Finding, Note, Place, Reason, Severity, place_of, words_of
from gpurules.lint.records import Records
from gpurules.lint.registry import checks
from gpurules.lint.sources.load import Loaded
from gpurules.lint.sources.model import Envelope, Rule
from gpurules.lint.target import Target


def run_checks(
    loaded: Loaded,
    target: Target,
    chosen: Collection[str],
    jobs: int = 1,
    least: Severity = Severity.INFO,
) -> list[Finding]:
    """Everything of severity ``least`` or more that the ``chosen`` checks find, whatever comments say.

    In the order of files and of their text. ``jobs``: the most processes at a time.
    """
    workspace = loaded.workspace
    records = Records(target, workspace.rules)
    found: list[Finding] = []
    for identifier, check in checks().items():
        if identifier not in chosen:
            continue
        match check:
            case FileCheck():
                drafts: Iterable[Draft] = (draft for file in loaded.unreadable for draft in check.run(file))
            case DocumentCheck():
                drafts = (draft for document in workspace.documents for draft in check.run(document))
            case WorkspaceCheck():
                drafts = check.run(workspace, records)
            case _:
                continue
        found.extend(finding_of(identifier, check.severity, draft) for draft in drafts)
    found.extend(_expressions(loaded, records, chosen, jobs, least))
    return in_order((one for one in found if one.severity >= least), loaded)


def in_order(findings: Iterable[Finding], loaded: Loaded) -> list[Finding]:
    """The findings in the order of files and of their text; first what could not be read."""
    order = {source.file: number for number, source in enumerate(loaded.sources)}
    return sorted(findings, key=lambda one: (order.get(one.place.source.file, -1), _start(one.place)))


def _start(place: Place) -> int:
    return place.scalar.start + place.span.start if place.scalar is not None else place.span.start


def _expressions(
    loaded: Loaded, records: Records, chosen: Collection[str], jobs: int, least: Severity
) -> Iterator[Finding]:
    rules, other_language = [], []
    for document in loaded.workspace.documents:
        for group in document.groups:
            worded = [rule for rule in group.rules if rule.expression is not None and rule.text.strip()]
            rules.extend(worded)
            if document.envelope is Envelope.VM_RULE:
                other_language.extend(worded)
    for rule, said in Expressions(records, chosen, other_language, least).look_at_all(rules, jobs):
        if isinstance(said.note, Draft):
            yield finding_of(said.check, said.severity, replace(said.note, rule=rule))
        else:
            yield _from_note(said.check, said.severity, said.note, rule)


def finding_of(identifier: str, severity: Severity, draft: Draft) -> Finding:
    """The finding that a draft of the check ``identifier``, which is usually of ``severity``, becomes."""
    return Finding(
        identifier,
        draft.severity if draft.severity is not None else severity,
        draft.message,
        draft.place,
        draft.advice,
        draft.reasons,
        draft.edits,
        draft.rule,
    )


def _from_note(identifier: str, severity: Severity, note: Note, rule: Rule) -> Finding:
    expression = rule.expression
    assert expression is not None
    if note.field == "name" and rule.name_node is not None:
        place = place_of(rule.name_node) if note.span.start < 0 else words_of(rule.name_node, note.span)
    else:
        place = place_of(expression) if note.span.start < 0 else words_of(expression, note.span)
    return Finding(
        identifier,
        severity,
        note.message,
        place,
        note.advice,
        tuple(Reason(words_of(expression, because.span), because.text) for because in note.because),
        tuple(Edit(words_of(expression, span), text) for span, text in note.edits),
        rule,
    )
