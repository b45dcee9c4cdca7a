"""Which rules of a file are not as they were: compared as data, so that neither layout nor another place in the group
makes a rule a changed one.

What counts for a rule is its own content, what comments silence on it, and what its group says besides rules: a new
interval changes every rule of the group.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from gpurules.lint.sources.documents import text_of
from gpurules.lint.sources.model import Document, Group, Rule, RuleFile
from gpurules.lint.suppressions.reading import read_suppressions
from gpurules.text.node import MappingNode, key_text, to_plain


@dataclass(frozen=True, slots=True)
class Parts:
    """The rules and the groups that changed, by ``id``. A group changed where anything in it did."""

    rules: frozenset[int]
    groups: frozenset[int]


def changed_parts(new: RuleFile, old: RuleFile) -> Parts:
    """What ``new`` has and ``old`` has not, or not as often."""
    left = Counter(mark for _, _, mark in _rules(old))
    rules: set[int] = set()
    groups: set[int] = set()
    for rule, group, mark in _rules(new):
        if left[mark] > 0:
            left[mark] -= 1
        else:
            rules.add(id(rule))
            groups.add(id(group))
    # What is left was removed, or was changed and is counted above.
    gone = {json.loads(mark)[0] for mark in left if left[mark] > 0}
    heads = {head for _, head in _groups(old)}
    groups.update(id(group) for group, head in _groups(new) if head in gone or head not in heads)
    return Parts(frozenset(rules), frozenset(groups))


def _groups(file: RuleFile) -> Iterator[tuple[Group, str]]:
    for document in file.documents:
        for group in document.groups:
            yield group, _head(document, group)


def _rules(file: RuleFile) -> Iterator[tuple[Rule, Group, str]]:
    """Every rule, its group, and all that matters about it."""
    comments = _comments(file)
    for document in file.documents:
        for group in document.groups:
            head = _head(document, group)
            for rule in group.rules:
                silenced = sorted({*comments.get(id(rule), ()), *comments.get(id(group), ()), *comments.get(0, ())})
                yield rule, group, json.dumps([head, to_plain(rule.node), silenced], sort_keys=True)


def _head(document: Document, group: Group) -> str:
    """What an object and a group say besides rules, as far as it is about them."""
    metadata = document.node.get("metadata")
    namespace = text_of(metadata.get("namespace")) if isinstance(metadata, MappingNode) else ""
    said = {key_text(key): to_plain(value) for key, value in group.node.entries if key_text(key) != "rules"}
    return json.dumps([document.envelope.value, namespace, said], sort_keys=True)


def _comments(file: RuleFile) -> dict[int, list[str]]:
    """What comments silence on each rule and group, by ``id``; on the whole file under 0."""
    found: dict[int, list[str]] = {}
    for suppression in read_suppressions([file]):
        words = f"{','.join(sorted(suppression.checks))} until {suppression.written.until}"
        about = suppression.rules or ((suppression.group,) if suppression.group is not None else (None,))
        for owner in about:
            found.setdefault(0 if owner is None else id(owner), []).append(words)
    return found
