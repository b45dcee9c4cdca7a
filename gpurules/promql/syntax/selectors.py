"""Reads the flat parts of an expression: matchers, label lists, and what stands between a binary operator and its right
side. None of it nests, so each reader takes the tokens and an index and gives back the index behind what it read."""

from __future__ import annotations

from typing import NamedTuple

from gpurules.promql.syntax.durations import read_numeral
from gpurules.promql.syntax.functions import NOT_GROUPING_LABELS
from gpurules.promql.syntax.lexer import END, NUMBER, OPERATOR, STRING, WORD, WRONG, Token, wrong_token
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.regexes import check_regex
from gpurules.promql.syntax.strings import unquote
from gpurules.promql.syntax.tree import Fill, GroupSide, Matcher, Matching, Name, NumberLiteral
from gpurules.text.span import Span

NAME_LABEL = "__name__"
MATCH_OPERATORS = frozenset({"=", "!=", "=~", "!~"})


def unexpected(token: Token, text: str, where: str, wanted: str, advice: str = "") -> SyntaxProblem:
    """``token`` stands where ``wanted`` should."""
    if token.kind == WRONG:
        return wrong_token(token, text)
    found = "end of the expression" if token.kind == END else _shown(token.text)
    return SyntaxProblem(f"unexpected {found} {where}, expected {wanted}", Span(token.start, token.end), advice)


def _shown(word: str) -> str:
    return repr(word if len(word) <= 40 else word[:37] + "...")


class Braces(NamedTuple):
    """What stands in ``{...}``: the quoted metric name, if there is one, and the matchers."""

    name: Name | None
    matchers: tuple[Matcher, ...]
    end: int


def quoted_name(token: Token) -> Name:
    """The name in a string token; its span leaves the quotes out."""
    return Name(unquote(token.text, token.start), Span(token.start + 1, token.end - 1))


def read_braces(tokens: list[Token], index: int, text: str) -> tuple[Braces, int]:
    """``{label="value", "quoted name", ...}``; ``index`` is at the opening brace."""
    index += 1
    name: Name | None = None
    matchers: list[Matcher] = []
    while tokens[index].text != "}":
        kind, word, start, end = token = tokens[index]
        index += 1
        if kind == WORD:
            if ":" in word:
                raise SyntaxProblem(f"{word!r} is not a label name", Span(start, end), "put it in double quotes")
            label = Name(word, Span(start, end))
        elif kind == STRING:
            label = quoted_name(token)
            if tokens[index].kind != OPERATOR:
                if name is None and label.text:
                    name = label
                else:
                    matchers.append(Matcher(Name(NAME_LABEL, label.span), "=", label.text, Span(start, end)))
                index = _separator(tokens, index, text)
                continue
        else:
            raise unexpected(token, text, "in the label matchers", "a label name or '}'")
        _, operator, _, _ = token = tokens[index]
        if token.kind != OPERATOR or operator not in MATCH_OPERATORS:
            raise unexpected(token, text, f"behind the label {_shown(label.text)}", "one of = != =~ !~")
        token = tokens[index + 1]
        if token.kind != STRING:
            raise unexpected(token, text, "in the label matchers", "a quoted value", "put the value in double quotes")
        value = unquote(token.text, token.start)
        if operator[-1] == "~":
            fault = check_regex(value)
            if fault:
                raise SyntaxProblem(f"the regular expression is not RE2: {fault}", Span(token.start, token.end))
        matchers.append(Matcher(label, operator, value, Span(start, token.end)))
        index = _separator(tokens, index + 2, text)
    return Braces(name, tuple(matchers), tokens[index].end), index + 1


def _separator(tokens: list[Token], index: int, text: str) -> int:
    token = tokens[index]
    if token.text == ",":
        return index + 1
    if token.text == "}":
        return index
    raise unexpected(token, text, "in the label matchers", "',' or '}'")


def read_labels(tokens: list[Token], index: int, text: str) -> tuple[tuple[Name, ...], int]:
    """``(label, "quoted label", ...)``; ``index`` is at the opening parenthesis."""
    token = tokens[index]
    if token.text != "(":
        raise unexpected(token, text, "before the label list", "'('")
    index += 1
    labels: list[Name] = []
    while tokens[index].text != ")":
        kind, word, start, end = token = tokens[index]
        if kind == WORD and word.lower() not in NOT_GROUPING_LABELS:
            labels.append(Name(word, Span(start, end)))
        elif kind == STRING:
            name = quoted_name(token)
            if not name.text:
                raise SyntaxProblem("a label name cannot be empty", Span(start, end))
            labels.append(name)
        else:
            raise unexpected(token, text, "in the label list", "a label name or ')'")
        index += 1
        token = tokens[index]
        if token.text == ",":
            index += 1
        elif token.text != ")":
            raise unexpected(token, text, "in the label list", "',' or ')'")
    return tuple(labels), index + 1


class Modifiers(NamedTuple):
    """What stands between a binary operator and its right side."""

    return_bool: bool = False
    matching: Matching | None = None
    group: GroupSide | None = None
    fill: Fill | None = None


NO_MODIFIERS = Modifiers()
_MODIFIERS = frozenset({"bool", "on", "ignoring", "group_left", "group_right", "fill", "fill_left", "fill_right"})


def read_modifiers(tokens: list[Token], index: int, text: str) -> tuple[Modifiers, int]:
    """``bool on (...) group_left (...) fill (...)``, each of them optional; ``index`` is behind the operator."""
    if tokens[index].kind != WORD or tokens[index].text.lower() not in _MODIFIERS:
        return NO_MODIFIERS, index
    return_bool = False
    matching: Matching | None = None
    group: GroupSide | None = None
    word = tokens[index].text.lower()
    if word == "bool":
        return_bool = True
        index += 1
        word = tokens[index].text.lower()
    if word in ("on", "ignoring"):
        start = tokens[index].start
        labels, index = read_labels(tokens, index + 1, text)
        matching = Matching(labels, word == "ignoring", Span(start, tokens[index - 1].end))
        word = tokens[index].text.lower()
    if word in ("group_left", "group_right"):
        opening = tokens[index]
        if matching is None:
            raise SyntaxProblem(
                f"{word} without on or ignoring",
                Span(opening.start, opening.end),
                f"write on (labels) {word}, or ignoring () {word}",
            )
        index += 1
        include: tuple[Name, ...] = ()
        if tokens[index].text == "(":
            include, index = read_labels(tokens, index, text)
        group = GroupSide(include, word == "group_right", Span(opening.start, tokens[index - 1].end))
    fill, index = _read_fill(tokens, index, text)
    return Modifiers(return_bool, matching, group, fill), index


def _read_fill(tokens: list[Token], index: int, text: str) -> tuple[Fill | None, int]:
    values: dict[str, NumberLiteral] = {}
    start = tokens[index].start
    while tokens[index + 1 : index + 2] and tokens[index + 1].text == "(":
        word = tokens[index].text.lower()
        if word not in ("fill", "fill_left", "fill_right"):
            break
        if word in values or "fill" in values or (values and word == "fill"):
            raise SyntaxProblem("the fill value is given twice", Span(tokens[index].start, tokens[index].end))
        values[word], index = _fill_value(tokens, index + 2, text)
    if not values:
        return None, index
    both = values.get("fill")
    span = Span(start, tokens[index - 1].end)
    return Fill(values.get("fill_left", both), values.get("fill_right", both), span), index


def _fill_value(tokens: list[Token], index: int, text: str) -> tuple[NumberLiteral, int]:
    first = token = tokens[index]
    sign = token.text if token.text in ("+", "-") else ""
    if sign:
        index += 1
        token = tokens[index]
    if token.kind == NUMBER:
        value = read_numeral(token.text, token.start).value
    elif token.kind == WORD and token.text.lower() in ("inf", "nan"):
        value = float(token.text)
    else:
        raise unexpected(token, text, "as fill value", "a number")
    written = token.text
    if sign == "-":
        value, written = -value, sign + written
    if tokens[index + 1].text != ")":
        raise unexpected(tokens[index + 1], text, "behind the fill value", "')'")
    return NumberLiteral(value, written, Span(first.start, token.end)), index + 2
