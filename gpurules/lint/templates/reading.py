"""Reads a template of an alert: its mistakes, the labels it shows, and how it shows the value.

Only what is certain is said; a construct that is not understood yields nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gpurules.lint.templates.functions import CONSTANTS, FUNCTIONS, KEYWORDS, OPENING, VARIABLES
from gpurules.lint.templates.lexer import LONGEST, Action, Mistake, Sort, Word, actions
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import Span

_TESTING = frozenset(("and", "or", "not"))
_PRINTED = re.compile(r"(?:[^%]|%%)*%[-+# 0\d.]*[a-zA-Z](?P<after>(?:[^%]|%%)*)", re.DOTALL)
"""A format of printf with one verb, and what it writes after that."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the alert that is shown; ``tested``: the template asks first whether it is there."""

    name: str
    span: Span
    tested: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The value of the alert as it is shown: through ``function`` (empty where as it is), before the text ``after``."""

    function: str
    span: Span
    after: str


@dataclass(frozen=True, slots=True)
class Template:
    """What a text says."""

    mistake: Mistake | None = None
    labels: tuple[Label, ...] = ()
    values: tuple[Shown, ...] = ()


@lru_cache(maxsize=1024)
def read_template(text: str) -> Template:
    """The template ``text``; nothing of one that is too long."""
    if "{{" not in text or len(text) > LONGEST:
        return Template()
    found, mistake = actions(text)
    mistake = _mistake_in(found, mistake is None) or mistake
    if mistake is not None:
        return Template(mistake)
    if any(word.text in ("define", "block", "template") for action in found for word in action.words[:1]):
        return Template()
    return Template(None, tuple(_labels(found)), tuple(_values(found, text)))


def _mistake_in(found: tuple[Action, ...], whole: bool) -> Mistake | None:
    """The first mistake of words that can be read each for itself; ``whole``: nothing is missing after them."""
    blocks: list[tuple[str, Span, int]] = []
    declared: list[str] = []
    for action in found:
        words = action.words
        if not words:
            return Mistake("{{ }} says nothing", action.span, "remove it")
        first = words[0].text if words[0].sort is Sort.NAME else ""
        if first == "end":
            if not blocks:
                return Mistake("{{ end }} closes nothing", words[0].span, "remove it")
            _, _, depth = blocks.pop()
            del declared[depth:]
            continue
        if first == "else" and not blocks:
            return Mistake("{{ else }} belongs to nothing", words[0].span, "open an if, range or with before it")
        if first in ("break", "continue") and not any(word == "range" for word, _, _ in blocks):
            return Mistake(f"{first} stands outside of a range", words[0].span)
        if first in OPENING:
            if len(words) == 1:
                return Mistake(f"{first} needs a value", words[0].span)
            blocks.append((first, words[0].span, len(declared)))
        declared += _declared(words)
        wrong = _wrong_word(words, declared)
        if wrong is not None:
            return wrong
    if whole and blocks:
        word, span, _ = blocks[-1]
        return Mistake(f"this {word} has no {{{{ end }}}}", span, "add {{ end }}")
    return None


def _declared(words: tuple[Word, ...]) -> list[str]:
    sign = next((place for place, word in enumerate(words) if word.sort is Sort.DECLARE), 0)
    return [word.text for word in words[:sign] if word.sort is Sort.VARIABLE]


def _wrong_word(words: tuple[Word, ...], declared: list[str]) -> Mistake | None:
    for place, word in enumerate(words):
        if word.sort is Sort.VARIABLE and word.text not in VARIABLES and word.text not in declared:
            near = did_you_mean(word.text, (*VARIABLES - {"$"}, *declared))
            return Mistake(f"{word.text} is no variable here", word.span, near or _known_variables())
        if word.sort is Sort.NAME and word.text not in FUNCTIONS | CONSTANTS | KEYWORDS:
            if f"${word.text}" in VARIABLES:
                return Mistake(f"{word.text} is no function", word.span, f"write ${word.text}")
            return Mistake(f"{word.text} is no function of templates", word.span, did_you_mean(word.text, FUNCTIONS))
        if word.sort is Sort.DOT and words[place + 1 : place + 2] and words[place + 1].span.start == word.tight:
            return Mistake(". cannot stand here in a template", word.span)
        if word.sort is Sort.ASSIGN and words[place - 1].sort is not Sort.VARIABLE:
            return Mistake("= cannot stand here in a template", word.span, "compare with eq, ne, lt, le, gt, ge")
    opened = 0
    for word in words:
        opened += (word.sort is Sort.OPEN) - (word.sort is Sort.CLOSE)
        if opened < 0:
            return Mistake(") closes nothing", word.span, "remove it")
    if opened:
        return Mistake("( is never closed", next(word.span for word in words if word.sort is Sort.OPEN))
    if len(words) == 1 and words[0].text == "value":
        return Mistake("value is a function that takes a sample", words[0].span, "write $value")
    return None


def _known_variables() -> str:
    return f"known are {', '.join(sorted(VARIABLES - {'$'}))}"


def _labels(found: tuple[Action, ...]) -> list[Label]:
    """Every label that is read of ``$labels``, unless that was given another meaning."""
    if any("$labels" in _declared(action.words) for action in found):
        return []
    read: list[tuple[str, Span, bool]] = []
    blocks: list[str] = []
    for action in found:
        words = action.words
        first = words[0].text if words[0].sort is Sort.NAME else ""
        tests = first in ("if", "with", "else") or any(word.text in _TESTING for word in words)
        elsewhere = any(block != "if" for block in blocks)
        for place in range(len(words)):
            named = _label_at(words, place, elsewhere)
            if named is not None:
                read.append((*named, tests))
        if first in OPENING:
            blocks.append(first)
        elif first == "end":
            blocks.pop()
    tested = {name for name, _, tests in read if tests}
    return [Label(name, span, name in tested) for name, span, _ in read]


def _label_at(words: tuple[Word, ...], place: int, elsewhere: bool) -> tuple[str, Span] | None:
    """The label that is read from ``place`` on: ``$labels.x``, ``$.Labels.x``, ``index $labels "x"``, and ``.Labels.x``
    unless the dot is ``elsewhere``."""
    word = words[place]
    rest = words[place + 1 :]
    if word.sort is Sort.VARIABLE and word.text == "$labels":
        if rest and rest[0].sort is Sort.FIELD and rest[0].span.start == word.tight:
            return rest[0].text[1:], Span(rest[0].span.start + 1, rest[0].span.end)
        called = place > 0 and words[place - 1].text == "index"
        if called and rest and rest[0].sort is Sort.STRING and rest[0].text[0] in '"`' and "\\" not in rest[0].text:
            return rest[0].text[1:-1], Span(rest[0].span.start + 1, rest[0].span.end - 1)
        return None
    if word.sort is not Sort.FIELD or word.text != ".Labels" or not rest or rest[0].sort is not Sort.FIELD:
        return None
    before = words[place - 1] if place else None
    of_root = before is not None and before.text == "$" and before.tight == word.span.start
    alone = before is None or before.tight != word.span.start
    if rest[0].span.start == word.tight and (of_root or (alone and not elsewhere)):
        return rest[0].text[1:], Span(rest[0].span.start + 1, rest[0].span.end)
    return None


def _values(found: tuple[Action, ...], text: str) -> list[Shown]:
    """Every action that shows ``$value`` and nothing else, through at most one function that reads its unit."""
    if any("$value" in _declared(action.words) for action in found):
        return []
    shown = []
    for action in found:
        words = [word for word in action.words if word.sort not in (Sort.OPEN, Sort.CLOSE, Sort.PIPE)]
        value = next((word for word in words if word.text == "$value"), None)
        reading = next((word for word in words if word.text.startswith("humanize")), None)
        form = next((word for word in words if word.sort is Sort.STRING), None)
        printing = next((word for word in words if word.text == "printf"), None)
        known = [word for word in (value, reading, form, printing) if word is not None]
        if value is None or len(words) != len(known) or (form is None) != (printing is None):
            continue
        after = text[action.span.end : action.span.end + 20]
        if form is not None:
            printed = _PRINTED.fullmatch(form.text[1:-1])
            if printed is None:
                continue
            after = after if reading is not None else printed["after"].replace("%%", "%") + after
        shown.append(Shown(reading.text if reading else "", (reading or value).span, after))
    return shown
