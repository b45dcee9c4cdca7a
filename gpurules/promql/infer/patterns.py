"""What can be said of a matcher's regular expression (RE2, anchored at both ends) without running it."""

from __future__ import annotations

from functools import lru_cache

DEEPEST = 40
LONGEST = 65_536
MOST_ALTERNATIVES = 4_096

_SPECIAL = frozenset(".+*?()[]{}|^$\\")
_ONE_CHARACTER = frozenset("dDwWsStnrfva")


class _UnknownSyntaxError(Exception):
    """The expression uses something that is not modelled here."""


@lru_cache(maxsize=4096)
def matches_empty(pattern: str) -> bool | None:
    """Whether ``pattern`` matches the empty string; None where that is not known."""
    if len(pattern) > LONGEST:
        return None
    try:
        empty, end = _alternatives(pattern, 0, 0)
    except (_UnknownSyntaxError, IndexError):
        return None
    return empty if end == len(pattern) else None


def _alternatives(text: str, position: int, depth: int) -> tuple[bool, int]:
    if depth > DEEPEST:
        raise _UnknownSyntaxError
    any_empty = False
    sequence_empty = True
    while position < len(text) and text[position] != ")":
        if text[position] == "|":
            any_empty = any_empty or sequence_empty
            sequence_empty = True
            position += 1
            continue
        atom_empty, position = _atom(text, position, depth)
        atom_empty, position = _repeated(text, position, atom_empty)
        sequence_empty = sequence_empty and atom_empty
    return any_empty or sequence_empty, position


def _atom(text: str, position: int, depth: int) -> tuple[bool, int]:
    character = text[position]
    if character in "^$":
        return True, position + 1
    if character == "\\":
        return _escape(text, position + 1)
    if character == "[":
        return False, _class_end(text, position + 1)
    if character == "(":
        start = position + 1
        if text.startswith("(?", position):
            if not text.startswith("(?:", position):
                raise _UnknownSyntaxError
            start = position + 3
        empty, end = _alternatives(text, start, depth + 1)
        if text[end] != ")":
            raise _UnknownSyntaxError
        return empty, end + 1
    if character in "*+?{":
        raise _UnknownSyntaxError
    return False, position + 1


def _escape(text: str, position: int) -> tuple[bool, int]:
    character = text[position]
    if character in _ONE_CHARACTER or not (character.isalnum() or character == "_"):
        return False, position + 1
    raise _UnknownSyntaxError


def _class_end(text: str, position: int) -> int:
    if text[position] == "^":
        position += 1
    if text[position] == "]":
        position += 1
    while text[position] != "]":
        if text[position] == "\\":
            position += 2
        elif text.startswith("[:", position):
            end = text.find(":]", position)
            position = end + 2 if end > 0 else len(text)
        else:
            position += 1
    return position + 1


def _repeated(text: str, position: int, empty: bool) -> tuple[bool, int]:
    if position >= len(text):
        return empty, position
    character = text[position]
    if character in "*?":
        empty = True
    elif character == "{":
        end = text.find("}", position)
        lowest = text[position + 1 : end].split(",")[0] if end > 0 else ""
        if not (lowest.isascii() and lowest.isdigit() and len(lowest) < 6):
            raise _UnknownSyntaxError
        empty = empty or int(lowest) == 0
        position = end
    elif character != "+":
        return empty, position
    position += 1
    if position < len(text) and text[position] == "?":
        position += 1
    if position < len(text) and text[position] in "*+?{":
        raise _UnknownSyntaxError
    return empty, position


@lru_cache(maxsize=1024)
def literal_alternatives(pattern: str) -> tuple[str, ...] | None:
    """The strings that ``pattern`` matches, where it is a list of literals such as ``A|B``; else None."""
    if len(pattern) > LONGEST:
        return None
    if pattern.startswith("(?:") and pattern.endswith(")"):
        pattern = pattern[3:-1]
    elif pattern.startswith("(") and pattern.endswith(")"):
        pattern = pattern[1:-1]
    found: list[str] = []
    current: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "|":
            found.append("".join(current))
            current = []
        elif character == "\\" and position + 1 < len(pattern) and pattern[position + 1] in _SPECIAL:
            position += 1
            current.append(pattern[position])
        elif character in _SPECIAL:
            return None
        else:
            current.append(character)
        position += 1
    found.append("".join(current))
    return tuple(dict.fromkeys(found)) if len(found) <= MOST_ALTERNATIVES else None
