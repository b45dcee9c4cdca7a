"""Why Go or Prometheus refuses a template, as far as it is certain: words, variables, and how blocks nest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gpurules.lint.templates.functions import CONSTANTS, FUNCTIONS, KEYWORDS, OPENING, VARIABLES
from gpurules.lint.templates.lexer import Action, Mistake, Sort, Word
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import Span

DEFINING = frozenset(("define", "block"))
_WITH_ELSE = frozenset(("if", "range", "with"))


@dataclass(slots=True)
class _Block:
    """What is open. ``declared``: the variables that are known again after it; ``last``: its last ``else`` is past."""

    word: str
    span: Span
    declared: list[str]
    last: bool = False


@dataclass(slots=True)
class _State:
    """``declared``: the variables of the template's own. Those of Prometheus are unknown inside define and block, which
    Go reads as templates of their own."""

    blocks: list[_Block] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)

    @property
    def of_definition(self) -> bool:
        return any(block.word in DEFINING for block in self.blocks)

    @property
    def in_range(self) -> bool:
        for block in reversed(self.blocks):
            if block.word in DEFINING:
                return False
            if block.word == "range":
                return True
        return False

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(("$", *self.declared)) | (frozenset() if self.of_definition else VARIABLES)


def mistake_in(found: Sequence[Action], whole: bool) -> Mistake | None:
    """The first mistake of words that can be read each for itself; ``whole``: nothing is missing after them."""
    state = _State()
    for action in found:
        mistake = _of_action(action, state)
        if mistake is not None:
            return mistake
    if whole and state.blocks:
        last = state.blocks[-1]
        return Mistake(f"this {last.word} has no {{{{ end }}}}", last.span, "add {{ end }}")
    return None


def keyword_of(action: Action) -> str:
    """The word that an action begins with, empty where it is no plain word."""
    return action.words[0].text if action.words and action.words[0].sort is Sort.NAME else ""


def declared_in(words: Sequence[Word]) -> list[str]:
    """The variables that an action declares."""
    sign = next((place for place, word in enumerate(words) if word.sort is Sort.DECLARE), 0)
    return [word.text for word in words[:sign] if word.sort is Sort.VARIABLE]


def name_in(words: Sequence[Word]) -> str | None:
    """The name behind ``define``, ``block`` or ``template``; None where there is none in quotes."""
    if len(words) < 2 or words[1].sort is not Sort.STRING or words[1].text[0] == "'":
        return None
    return words[1].text[1:-1]


def _of_action(action: Action, state: _State) -> Mistake | None:
    words = action.words
    if not words:
        return Mistake("{{ }} says nothing", action.span, "remove it")
    first = keyword_of(action)
    if first == "end":
        if not state.blocks:
            return Mistake("{{ end }} closes nothing", words[0].span, "remove it")
        state.declared = state.blocks.pop().declared
        return None
    if first == "else":
        if not state.blocks or state.blocks[-1].word not in _WITH_ELSE:
            return Mistake("{{ else }} belongs to nothing", words[0].span, "open an if, range or with before it")
        if state.blocks[-1].last:
            return Mistake("a second {{ else }}", words[0].span, "write else if, or remove it")
        state.blocks[-1].last = len(words) == 1
    if first in ("break", "continue") and not state.in_range:
        return Mistake(f"{first} stands outside of a range", words[0].span)
    named = _of_name(first, words, state)
    if named is not None:
        return named
    if first in OPENING:
        if len(words) == 1:
            return Mistake(f"{first} needs a value", words[0].span)
        # The value of a block is still one of the template around it.
        wrong = _wrong_word(words, state.variables) if first == "block" else None
        if wrong is not None:
            return wrong
        state.blocks.append(_Block(first, words[0].span, list(state.declared)))
        if first in DEFINING:
            state.declared = []
            return None
    state.declared = [*state.declared, *declared_in(words)]
    return _wrong_word(words, state.variables)


def _of_name(first: str, words: Sequence[Word], state: _State) -> Mistake | None:
    """What is wrong with ``define``, ``block`` or ``template`` and its name."""
    if first not in ("define", "block", "template"):
        return None
    if first == "define" and state.blocks:
        return Mistake(f"define stands inside of {state.blocks[-1].word}", words[0].span, "put it in front")
    if name_in(words) is None:
        span = words[min(1, len(words) - 1)].span
        return Mistake(f"{first} needs a name in quotes", span, f'write {first} "name"')
    if first == "define" and len(words) > 2:
        return Mistake("define takes a name and nothing else", words[2].span, "remove it")
    if first == "block" and len(words) == 2:
        return Mistake("block needs a value behind its name", words[1].span, "write . for all")
    return None


def _wrong_word(words: Sequence[Word], variables: frozenset[str]) -> Mistake | None:
    declared = declared_in(words)
    for place, word in enumerate(words):
        if word.sort is Sort.VARIABLE and word.text not in variables and word.text not in declared:
            return _unknown_variable(word, frozenset((*variables, *declared)))
        if word.sort is Sort.NAME and word.text in KEYWORDS and place and not _follows_else(words, place):
            return Mistake(f"{word.text} cannot stand here: it begins an action", word.span)
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


def _follows_else(words: Sequence[Word], place: int) -> bool:
    """``else if``; ``else with`` is one of newer releases of Go."""
    return place == 1 and words[0].text == "else" and words[1].text in ("if", "with")


def _unknown_variable(word: Word, known: frozenset[str]) -> Mistake:
    if word.text in VARIABLES and word.text not in known:
        inside = "Prometheus declares it outside of define and block only"
        advice = 'hand it over: {{ template "name" . }}, and read .Labels or .Value'
        return Mistake(f"{word.text} is no variable here: {inside}", word.span, advice)
    near = did_you_mean(word.text, sorted(known - {"$"}))
    return Mistake(f"{word.text} is no variable here", word.span, near or _known(known))


def _known(variables: frozenset[str]) -> str:
    named = sorted(variables - {"$"})
    return f"known are {', '.join(named)}" if named else ""
