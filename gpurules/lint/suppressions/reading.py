"""Finds the comments that silence findings, in the YAML and in the expressions.

Generators drop the comments of a YAML file, but keep those inside an expression, which PromQL has as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gpurules.lint.finding import Place
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.sources.model import Rule, RuleFile
from gpurules.lint.suppressions.limits import can_be_silenced
from gpurules.lint.suppressions.model import Suppression
from gpurules.lint.suppressions.scope import Lines, inside, owners_of, scalar_spans
from gpurules.lint.suppressions.syntax import COMMENT, MARK, read_comment
from gpurules.text.span import Span
from gpurules.text.yaml import compose_documents

# A string that does not end goes to the end of the text, so that it is not looked for again from each quote in it.
_STRING_OR_COMMENT = re.compile(
    r'"(?:\\.|[^"\\])*(?:"|\Z)|\'(?:\\.|[^\'\\])*(?:\'|\Z)|`[^`]*(?:`|\Z)|(?P<comment>#[^\n]*)', re.DOTALL
)


def read_suppressions(files: Iterable[RuleFile]) -> tuple[Suppression, ...]:
    """Every comment of ``files`` that is meant for gpurules, in the order of the text."""
    found: list[Suppression] = []
    for file in files:
        if MARK in file.source.text:
            found.extend(sorted(_of_file(file), key=_position))
    return tuple(found)


def _position(suppression: Suppression) -> int:
    comment = suppression.comment
    return comment.scalar.start + comment.span.start if comment.scalar is not None else comment.span.start


def _of_file(file: RuleFile) -> Iterator[Suppression]:
    rules = [rule for document in file.documents for group in document.groups for rule in group.rules]
    yield from _of_expressions(rules)
    text = file.source.text
    comments = [found for found in COMMENT.finditer(text) if _begins_a_comment(text, found.start())]
    if not comments:
        return
    scalars = scalar_spans(compose_documents(file.source))
    owners, lines = owners_of(file), Lines(text)
    for found in comments:
        if inside(scalars, found.start()):
            continue
        comment = Place(file.source, Span(found.start(), found.start() + len(found[0].rstrip())))
        written = read_comment(found[0])
        owner = lines.owner(found.start(), owners)
        rules_covered = (owner.rule,) if owner is not None and owner.rule is not None else ()
        group = owner.group if owner is not None and owner.rule is None else None
        yield Suppression(comment, written, checks_of(word for _, word in written.words), rules_covered, group)


def _begins_a_comment(text: str, offset: int) -> bool:
    """Whether a ``#`` can begin a comment of YAML there: at the start, behind a blank or behind another ``#``."""
    return offset == 0 or text[offset - 1].isspace() or text[offset - 1] == "#"


def _of_expressions(rules: Iterable[Rule]) -> Iterator[Suppression]:
    """Comments inside expressions; an expression that several rules have as an alias counts once, for all of them."""
    by_node: dict[int, list[Rule]] = {}
    for rule in rules:
        if rule.expression is not None and MARK in rule.expression.text:
            by_node.setdefault(rule.expression.start, []).append(rule)
    for same in by_node.values():
        expression = same[0].expression
        assert expression is not None
        for found in _STRING_OR_COMMENT.finditer(expression.text):
            comment = COMMENT.fullmatch(found["comment"] or "")
            if comment is not None:
                written = read_comment(comment[0])
                place = Place(
                    expression.source, Span(found.start(), found.start() + len(comment[0].rstrip())), expression
                )
                yield Suppression(place, written, checks_of(word for _, word in written.words), tuple(same))


def checks_of(words: Iterable[str]) -> frozenset[str]:
    """The identifiers that the words stand for, those of a group for its name, as far as they can be silenced."""
    wanted = set(words)
    return frozenset(
        check for check in CHECKS if (check in wanted or check.partition("/")[0] in wanted) and can_be_silenced(check)
    )
