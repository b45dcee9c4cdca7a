"""Which records changed, over all files, and which rules read them, directly or through other records."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

from gpurules.lint.records import metrics_of, tree_of
from gpurules.lint.sources.model import Rule, RuleFile

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def changed_records(new: Iterable[RuleFile], old: Iterable[RuleFile]) -> frozenset[str]:
    """The records that the rules of ``new`` and of ``old`` do not write alike: added, changed or removed ones."""
    now, before = _definitions(new), _definitions(old)
    return frozenset(name for name, said in (now.keys() | before.keys()) if now[name, said] != before[name, said])


def _definitions(files: Iterable[RuleFile]) -> Counter[tuple[str, str]]:
    """The name of each record with all that its series follow from."""
    found: Counter[tuple[str, str]] = Counter()
    for file in files:
        for document in file.documents:
            for group in document.groups:
                shared = {key.text: value.text for key, value in group.labels}
                for rule in group.rules:
                    if rule.record is not None:
                        said = json.dumps([rule.text.strip(), {**shared, **rule.own_labels}], sort_keys=True)
                        found[rule.name, said] += 1
    return found


def readers_of(records: frozenset[str], rules: Iterable[Rule]) -> frozenset[int]:
    """The rules that read one of ``records`` or what another reader of them records, by ``id``."""
    if not records:
        return frozenset()
    waiting = [(rule, frozenset(_WORD.findall(rule.text))) for rule in rules]
    found: set[int] = set()
    changed = set(records)
    while changed:
        fresh, changed = changed, set()
        still = []
        for rule, words in waiting:
            if not _reads(rule, words & fresh):
                still.append((rule, words))
                continue
            found.add(id(rule))
            if rule.record is not None:
                changed.add(rule.name)
        waiting = still
    return frozenset(found)


def _reads(rule: Rule, words: frozenset[str]) -> bool:
    if any(":" in word for word in words):
        return True
    # Without a colon the word may be a label or a function as well.
    tree = tree_of(rule.text) if words else None
    return tree is not None and not words.isdisjoint(metrics_of(tree))
