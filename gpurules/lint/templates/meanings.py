"""What the dot and the variables of a template stand for, followed through with, declarations and templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from gpurules.lint.templates.lexer import Sort, Word
from gpurules.text.span import Span


class Meaning(Enum):
    """``ROOT``: what Prometheus hands to a template, with ``.Labels`` and ``.Value`` of the alert."""

    ROOT = "root"
    LABELS = "labels"
    VALUE = "value"
    OTHER = "other"


_OF_ROOT = {".Labels": Meaning.LABELS, ".Value": Meaning.VALUE}


@dataclass(frozen=True, slots=True)
class Term:
    """One operand: a path from a variable or the dot, or a single word. ``label``: that of the alert which it reads,
    with the span of its name."""

    words: tuple[Word, ...]
    meaning: Meaning
    label: tuple[str, Span] | None = None

    @property
    def text(self) -> str:
        """As written."""
        return "".join(word.text for word in self.words)

    @property
    def span(self) -> Span:
        """From its first word to its last."""
        return Span(self.words[0].span.start, self.words[-1].span.end)

    @property
    def sort(self) -> Sort:
        """That of its first word."""
        return self.words[0].sort


def terms_of(words: Sequence[Word], dot: Meaning, variables: Mapping[str, Meaning]) -> list[Term]:
    """The operands, functions and signs of an action, in order."""
    found: list[Term] = []
    place = 0
    while place < len(words):
        word = words[place]
        end = place + 1
        while end < len(words) and words[end].sort is Sort.FIELD and words[end].span.start == words[end - 1].tight:
            end += 1
        path = tuple(words[place:end])
        if word.sort is Sort.VARIABLE:
            found.append(_path(path, variables.get(word.text, Meaning.OTHER), path[1:]))
        elif word.sort is Sort.FIELD:
            found.append(_path(path, dot, path))
        elif word.sort is Sort.DOT:
            found.append(_path(path, dot, path[1:]))
        else:
            # The fields behind a parenthesis or a function are not followed.
            found.append(Term(path, Meaning.OTHER))
        place = end
    return [_indexed(found, place) for place in range(len(found))]


def meaning_of(terms: Sequence[Term]) -> Meaning:
    """What a pipeline yields, where it is one operand, maybe in parentheses."""
    operands = [term for term in terms if term.sort not in (Sort.OPEN, Sort.CLOSE)]
    return operands[0].meaning if len(operands) == 1 else Meaning.OTHER


def _path(words: tuple[Word, ...], meaning: Meaning, fields: Sequence[Word]) -> Term:
    label = None
    for one in fields:
        if meaning is Meaning.LABELS:
            label = (one.text[1:], Span(one.span.start + 1, one.span.end))
        meaning = _OF_ROOT.get(one.text, Meaning.OTHER) if meaning is Meaning.ROOT else Meaning.OTHER
    return Term(words, meaning, label)


def _indexed(terms: Sequence[Term], place: int) -> Term:
    """The term, with the label that ``index LABELS "name"`` reads."""
    term = terms[place]
    if term.meaning is not Meaning.LABELS or not place or terms[place - 1].text != "index" or place + 1 == len(terms):
        return term
    name = terms[place + 1]
    if name.sort is not Sort.STRING or name.text[0] not in '"`' or "\\" in name.text:
        return term
    span = Span(name.span.start + 1, name.span.end - 1)
    return Term(term.words, Meaning.OTHER, (name.text[1:-1], span))
