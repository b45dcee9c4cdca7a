"""Reads a template of an alert: its mistakes, the labels it shows, and how it shows the value.

Only what is certain is said; a construct that is not understood yields nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gpurules.lint.templates.functions import OPENING
from gpurules.lint.templates.lexer import LONGEST, Action, Mistake, Sort, actions
from gpurules.lint.templates.meanings import Meaning, Term, meaning_of, terms_of
from gpurules.lint.templates.mistakes import DEFINING, declared_in, keyword_of, mistake_in, name_in
from gpurules.text.span import Span

_TESTING = frozenset(("and", "or", "not"))
_PRINTED = re.compile(r"(?:[^%]|%%)*%[-+# 0\d.]*[a-zA-Z](?P<after>(?:[^%]|%%)*)", re.DOTALL)
"""A format of printf with one verb, and what it writes after that."""
_OF_PROMETHEUS = {"$": Meaning.ROOT, "$labels": Meaning.LABELS, "$value": Meaning.VALUE}


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
    mistake = mistake_in(found, mistake is None) or mistake
    if mistake is not None:
        return Template(mistake)
    reader = _Reader(text, _definitions(found))
    reader.read(found, Meaning.ROOT, _OF_PROMETHEUS)
    tested = {name for name, _, tests in reader.labels if tests}
    labels = (
        Label(name, span, name in tested) for name, span, _ in sorted(reader.labels, key=lambda one: one[1].start)
    )
    values = sorted(reader.values, key=lambda one: one.span.start)
    return Template(None, tuple(dict.fromkeys(labels)), tuple(dict.fromkeys(values)))


def _definitions(found: Sequence[Action]) -> dict[str, Sequence[Action]]:
    """The actions between each ``define`` or ``block`` and its ``end``, by name."""
    bodies: dict[str, Sequence[Action]] = {}
    opened: list[tuple[str | None, int]] = []
    for place, action in enumerate(found):
        first = keyword_of(action)
        if first in OPENING:
            opened.append((name_in(action.words) if first in DEFINING else None, place + 1))
        elif first == "end":
            name, start = opened.pop()
            if name is not None:
                bodies[name] = found[start:place]
    return bodies


@dataclass(slots=True)
class _Reader:
    """Follows a template and those that it calls, each once for each meaning of its dot."""

    text: str
    definitions: Mapping[str, Sequence[Action]]
    labels: list[tuple[str, Span, bool]] = field(default_factory=list)
    values: list[Shown] = field(default_factory=list)
    _followed: set[tuple[str, Meaning]] = field(default_factory=set)

    def read(self, found: Sequence[Action], dot: Meaning, known: Mapping[str, Meaning]) -> None:
        """The labels and values in ``found``, where the dot and the variables have these meanings."""
        variables = dict(known)
        frames: list[tuple[str, Meaning, dict[str, Meaning]]] = []
        skipped = 0
        for action in found:
            first = keyword_of(action)
            if skipped:
                # The body of a definition is read where it is called.
                skipped += (first in OPENING) - (first == "end")
                continue
            if first == "end":
                _, dot, variables = frames.pop()
                continue
            terms = terms_of(action.words, dot, variables)
            self._look(first, action, terms)
            if first in DEFINING or first == "template":
                skipped = int(first in DEFINING)
                if first != "define":
                    self._follow(name_in(action.words) or "", meaning_of(terms[2:]))
                continue
            if first in OPENING:
                frames.append((first, dot, dict(variables)))
            elif first == "else" and frames:
                dot = frames[-1][1]
            value = meaning_of(_value(terms))
            if "with" in (first, action.words[1].text if first == "else" and len(action.words) > 1 else ""):
                dot = value
            elif first == "range":
                dot, value = Meaning.OTHER, Meaning.OTHER
            for name in declared_in(action.words):
                variables[name] = value
            if any(word.sort is Sort.ASSIGN for word in action.words):
                for scope in (variables, *(frame[2] for frame in frames)):
                    scope[action.words[0].text] = Meaning.OTHER

    def _follow(self, name: str, dot: Meaning) -> None:
        if dot is not Meaning.OTHER and name in self.definitions and (name, dot) not in self._followed:
            self._followed.add((name, dot))
            self.read(self.definitions[name], dot, {"$": dot})

    def _look(self, first: str, action: Action, terms: Sequence[Term]) -> None:
        tests = first in ("if", "with", "else") or any(term.text in _TESTING for term in terms)
        self.labels += [(*term.label, tests) for term in terms if term.label is not None]
        shown = _shown(action, terms, self.text)
        if shown is not None:
            self.values.append(shown)


def _value(terms: Sequence[Term]) -> Sequence[Term]:
    """The pipeline of an action, without its keyword and the variables that get it."""
    signs = [place for place, term in enumerate(terms) if term.sort in (Sort.DECLARE, Sort.ASSIGN)]
    if signs:
        return terms[signs[-1] + 1 :]
    start = 0
    while start < len(terms) and terms[start].text in ("if", "with", "range", "else"):
        start += 1
    return terms[start:]


def _shown(action: Action, terms: Sequence[Term], text: str) -> Shown | None:
    """What an action shows that consists of the value alone, through at most one function that reads its unit."""
    said = [term for term in terms if term.sort not in (Sort.OPEN, Sort.CLOSE, Sort.PIPE)]
    value = next((term for term in said if term.meaning is Meaning.VALUE), None)
    reading = next((term for term in said if term.text.startswith("humanize")), None)
    form = next((term for term in said if term.sort is Sort.STRING), None)
    printing = next((term for term in said if term.text == "printf"), None)
    known = [term for term in (value, reading, form, printing) if term is not None]
    if value is None or len(said) != len(known) or (form is None) != (printing is None):
        return None
    after = text[action.span.end : action.span.end + 20]
    if form is not None:
        printed = _PRINTED.fullmatch(form.text[1:-1])
        if printed is None:
            return None
        after = after if reading is not None else printed["after"].replace("%%", "%") + after
    return Shown(reading.text if reading else "", (reading or value).span, after)
