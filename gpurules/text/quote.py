"""A text as a YAML scalar on one line."""

from __future__ import annotations

import re

from gpurules.text.node import resolve_plain

# Nothing that begins with a digit but a duration: to YAML 1.1 1:30 is a number and 2001-01-01 a date.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_/.-]*|[.]{1,2}/[A-Za-z0-9_/.-]*|[0-9]+(?:ms|[smhdwy])")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def yaml_scalar(text: str) -> str:
    """``text`` so that YAML reads it back as this text: plain where that is certain, else in quotes.

    Lone surrogates stay as they are: YAML has no way to write them.
    """
    if _PLAIN.fullmatch(text) and resolve_plain(text) == "str":
        return text
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if character.isprintable() or 0xD800 <= code < 0xE000:
        return character
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
