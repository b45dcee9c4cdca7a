"""Go templates, as alerts have them in labels and annotations: text and actions, each action a list of words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from gpurules.text.span import Span

LONGEST = 100_000
"""Longer texts are not looked at."""


class Sort(Enum):
    """What a word of an action is."""

    VARIABLE = "variable"
    FIELD = "field"
    DOT = "dot"
    STRING = "string"
    NUMBER = "number"
    NAME = "name"
    PIPE = "|"
    OPEN = "("
    CLOSE = ")"
    DECLARE = ":="
    ASSIGN = "="
    COMMA = ","


@dataclass(frozen=True, slots=True)
class Word:
    """One word; ``text`` as written: ``$labels``, ``.pod`` (a field after a variable is a word of its own)."""

    sort: Sort
    text: str
    span: Span

    @property
    def tight(self) -> int:
        """Where a word must begin to belong to this one."""
        return self.span.end


@dataclass(frozen=True, slots=True)
class Action:
    """``{{ words }}``; ``span`` with the braces."""

    words: tuple[Word, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why Go refuses a template: one line, the words it is about, and what to do."""

    message: str
    span: Span
    advice: str = ""


_WORDS = re.compile(
    r"""
      (?P<STRING> "(?:[^"\\\n]|\\.)*" | `[^`]*` | '(?:[^'\\\n]|\\.)+' )
    | (?P<VARIABLE> \$\w* )
    | (?P<FIELD> \.[^\W\d]\w* )
    | (?P<NUMBER> [+-]?\.?\d[\w.]*(?:(?<=[eEpP])[+-]\d+)? )
    | (?P<DOT> \. )
    | (?P<NAME> [^\W\d]\w* )
    | (?P<DECLARE> := ) | (?P<ASSIGN> = ) | (?P<PIPE> \| ) | (?P<OPEN> \( ) | (?P<CLOSE> \) ) | (?P<COMMA> , )
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"\{\{(?:-[ \t\r\n]+)?/\*.*?\*/(?:[ \t\r\n]+-)?\}\}", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_END = re.compile(r"(?:[ \t\r\n]+-)?\}\}")
_TERMINATED = frozenset((Sort.VARIABLE, Sort.FIELD, Sort.NAME))
_AFTER_A_NAME = frozenset(" \t\r\n.,|:()")


def actions(text: str) -> tuple[tuple[Action, ...], Mistake | None]:
    """The actions of a template, comments left out, up to the first that Go cannot read, and why it cannot."""
    found: list[Action] = []
    position = 0
    while (start := text.find("{{", position)) >= 0:
        comment = _COMMENT.match(text, start)
        if comment is not None:
            position = comment.end()
            continue
        action = _action(text, start)
        if isinstance(action, Mistake):
            return tuple(found), action
        found.append(action)
        position = action.span.end
    return tuple(found), None


def _action(text: str, start: int) -> Action | Mistake:
    position = start + 2
    if text.startswith("-", position) and text[position + 1 : position + 2].isspace():
        position += 1
    words: list[Word] = []
    while True:
        end = _END.match(text, position)
        if end is not None:
            return Action(tuple(words), Span(start, end.end()))
        position = _space(text, position)
        end = _END.match(text, position)
        if end is not None:
            return Action(tuple(words), Span(start, end.end()))
        found = _WORDS.match(text, position)
        if found is None:
            return _strange(text, start, position)
        sort = Sort[found.lastgroup or "NAME"]
        word = Word(sort, found[0], Span(position, found.end()))
        position = found.end()
        after = text[position : position + 1]
        if sort in _TERMINATED and after and after not in _AFTER_A_NAME and not _END.match(text, position):
            if after == "}":
                return _unclosed(text, start, position)
            whole = re.compile(r"[^\s{}|()]*").match(text, position)
            span = Span(word.span.start, whole.end() if whole else position + 1)
            return Mistake(f"{after} cannot stand after {word.text} in a template", span, _instead(word, after, text))
        words.append(word)


def _space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found is not None else position


def _strange(text: str, start: int, position: int) -> Mistake:
    if position >= len(text):
        return Mistake("{{ is never closed", Span(start, start + 2), "close it with }}")
    here = text[position]
    if here in "\"'`":
        return Mistake(f"the string after {here} does not end", Span(position, position + 1), f"close it with {here}")
    if here == "}":
        return _unclosed(text, start, position)
    return Mistake(f"{here} cannot stand here in a template", Span(position, position + 1))


def _unclosed(text: str, start: int, position: int) -> Mistake:
    return Mistake("{{ is closed with one brace only", Span(position, position + 1), "close it with }}")


def _instead(word: Word, after: str, text: str) -> str:
    if after == "[":
        return f'a label is read as {word.text}.name, or with index {word.text} "name"'
    if word.sort is Sort.FIELD and after in "-/":
        return 'a label with such a name is read with index $labels "name"'
    return ""
