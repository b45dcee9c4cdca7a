"""String literals: Go's quotes and escapes, both ways.

Prometheus' strings are bytes. A byte that is no UTF-8 (``"\\xff"``) is held as Python's surrogate escape (``\\udcff``).
"""

from __future__ import annotations

import re

from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.text.span import Span

_ESCAPE = re.compile(
    r"""\\(?:([abfnrtv\\"'])|([0-7]{3})|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]?))"""
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_SHORT = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_SHORT |= {"\\": "\\\\", '"': '\\"'}
_PLAIN = re.compile(r"[ !#-\[\]-~]*+")


def unquote(literal: str, start: int) -> str:
    """The value of a string literal with its quotes, which stands at ``start``.

    Raises SyntaxProblem for an escape that Go does not know, naming the escape.
    """
    quote = literal[0]
    body = literal[1:-1]
    if "�" in body:
        place = start + 1 + body.index("�")
        raise SyntaxProblem(
            "the replacement character U+FFFD cannot stand in a string", Span(place, place + 1), "write \\ufffd"
        )
    if quote == "`" or "\\" not in body:
        return body
    parts = bytearray()
    position = 0
    for match in _ESCAPE.finditer(body):
        parts += body[position : match.start()].encode()
        parts += _escaped(match, quote, start + 1)
        position = match.end()
    parts += body[position:].encode()
    return parts.decode("utf-8", "surrogateescape")


def _escaped(match: re.Match[str], quote: str, base: int) -> bytes:
    simple, octal, byte, short, long, _ = match.groups()
    span = Span(base + match.start(), base + match.end())
    if simple and (simple not in "\"'" or simple == quote):
        return _SIMPLE.get(simple, simple).encode()
    if octal or byte:
        code = int(octal, 8) if octal else int(byte, 16)
        if code <= 0xFF:
            return bytes((code,))
        raise SyntaxProblem(f"{match[0]} is larger than a byte", span)
    if short or long:
        code = int(short or long, 16)
        if code <= 0x10FFFF and not 0xD800 <= code < 0xE000:
            return chr(code).encode()
        raise SyntaxProblem(f"{match[0]} is no Unicode character", span)
    raise SyntaxProblem(f"unknown escape {match[0]}", span, "double the backslash, or use a raw string in `backquotes`")


def quote(value: str) -> str:
    """``value`` as a double-quoted literal, in the escapes that Go's printer uses."""
    if _PLAIN.fullmatch(value):
        return f'"{value}"'
    return '"' + "".join(map(_character, value)) + '"'


def _character(character: str) -> str:
    short = _SHORT.get(character)
    if short is not None:
        return short
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable() and code != 0xFFFD:
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
