"""Cuts an expression into tokens: one compiled pattern, one pass.

A range (``[5m:1m]``) is one token, since a colon has another meaning inside it; ``durations`` reads its inside.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.text.span import Span

MAX_LENGTH = 128 * 1024
"""Characters of an expression; a rule of this size is a mistake or an attack."""

WORD = 1
PUNCTUATION = 2
OPERATOR = 3
STRING = 4
NUMBER = 5
RANGE = 6
END = 7
WRONG = 8


class Token(NamedTuple):
    """A word of the expression: what it is, its characters, and where they start and end."""

    kind: int
    text: str
    start: int
    end: int


BLANK = r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
NUMERAL = r"0[xX][0-9A-Za-z_]*+|(?:[0-9]|\.[0-9])(?:[eE][+-]|[0-9A-Za-z_.])*+"

_TOKEN = re.compile(
    BLANK
    + rf"""(?:
    ([A-Za-z_:][A-Za-z0-9_:]*+)
    |([(){{}},])
    |([=!<>]=|[=!]~|[<>]/|[-+*/%^<>=@])
    |("(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'|`[^`]*+`)
    |({NUMERAL})
    |(\[(?:[^\]\#]++|\#[^\r\n]*+)*+\])
    |(\Z)
    |([\s\S])
    )""",
    re.VERBOSE,
)


def tokenize(text: str) -> list[Token]:
    """The tokens of ``text``, the last of kind END, or WRONG where no token can start.

    Raises SyntaxProblem where the text is too long or holds a lone surrogate.
    """
    if len(text) > MAX_LENGTH:
        raise SyntaxProblem(
            f"the expression has {len(text)} characters, more than {MAX_LENGTH}",
            Span(0, len(text)),
            "split it into several recording rules",
            unsupported=True,
        )
    if not text.isascii():
        _refuse_surrogates(text)
    tokens: list[Token] = []
    append = tokens.append
    make = Token._make
    for match in _TOKEN.finditer(text):
        kind = match.lastindex
        assert kind is not None
        append(make((kind, match[kind], *match.span(kind))))
        if kind >= END:
            break
    return tokens


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SyntaxProblem("a character that UTF-8 cannot write", Span(error.start, error.end)) from None


def wrong_token(token: Token, text: str) -> SyntaxProblem:
    """Why no token starts where ``token`` stands."""
    rest = Span(token.start, len(text))
    if token.text in "\"'":
        return SyntaxProblem("the string is not closed on its line", rest, f"close it with {token.text}")
    if token.text == "`":
        return SyntaxProblem("the raw string is not closed", rest, "close it with `")
    if token.text == "[":
        return SyntaxProblem("the range is not closed", rest, "close it with ]")
    span = Span(token.start, token.end)
    if token.text == "!":
        return SyntaxProblem("unexpected character '!'", span, "write != to compare, unless to subtract series")
    if token.text == "$":
        return SyntaxProblem(
            "unexpected character '$'", span, "PromQL has no variables; put the value in before the rule is written"
        )
    return SyntaxProblem(f"unexpected character {token.text!r}", span)
