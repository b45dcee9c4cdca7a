"""Values as YAML: scalars, literal blocks and comments that no value can break out of."""

from __future__ import annotations

import re
import textwrap

from gpurules.text.errors import InputError

COMMENT_WIDTH = 118
COMMENT_LIMIT = 2_000
"""Characters of one comment; the rest is cut."""

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.-]|[:/](?=[A-Za-z0-9_]))*|[0-9]+(?:ms|[smhdwy])")
_WORDS_WITH_A_MEANING = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "inf", "nan"})
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def scalar(value: str) -> str:
    """``value`` as a YAML scalar on one line that every YAML 1.1 and 1.2 reader takes for this string.

    Plain where that is certain, else double-quoted with everything escaped that is not printable.
    Raises InputError for text that UTF-8 cannot write.
    """
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS_WITH_A_MEANING:
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """``value`` as a double-quoted scalar on one line."""
    return '"' + "".join(_escape(character) for character in value) + '"'


def block(value: str, indent: int) -> str:
    """``value`` as a literal block with lines ``indent`` columns in; a quoted scalar where a block loses something.

    The block's key, or the dash of its list, stands two columns further left. Text that begins with a space gets an
    indentation indicator, which counts those two.
    """
    lines = value.split("\n")
    if indent < 2 or not all(_survives(line) for line in lines) or not lines[0] or not lines[-1]:
        return quoted(value)
    margin = " " * indent
    indicator = "2" if lines[0][0] == " " else ""
    return f"|{indicator}-\n" + "\n".join(margin + line if line else "" for line in lines)


def comment(value: str, indent: int = 0) -> str:
    """``value`` as comment lines, wrapped; the first stands where it is put, the others ``indent`` columns in.

    Line breaks and everything unprintable become spaces or question marks, so the comment ends where it should.
    """
    if value.isprintable() and len(value) <= COMMENT_WIDTH - indent - 2:
        return f"# {value}".rstrip()
    text = "".join(_harmless(character) for character in value[:COMMENT_LIMIT])
    if len(value) > COMMENT_LIMIT:
        text += " ..."
    leading = text[: len(text) - len(text.lstrip())][:8]
    width = max(40, COMMENT_WIDTH - indent - len(leading) - 2)
    lines = textwrap.wrap(text.strip(), width, break_on_hyphens=False) or [""]
    return f"\n{' ' * indent}".join(f"# {leading}{line}".rstrip() for line in lines)


def _survives(line: str) -> bool:
    return line.isprintable() and not line.endswith(" ")


def _escape(character: str) -> str:
    short = _SHORT_ESCAPES.get(character)
    if short:
        return short
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise InputError(f"a value holds the broken character U+{code:04X}; write it as UTF-8 text")
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _harmless(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "?"
