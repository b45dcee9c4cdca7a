"""From characters of a YAML scalar's value back to characters of the file.

The scalar is decoded once more, with the origin of each character kept, as the YAML 1.1 specification and libyaml do
it: folding of plain and quoted lines, escapes, and block scalars with their indentation and chomping. What comes out is
compared with the value that the YAML library gave; where the two differ no claim is made and the whole scalar is the
answer. Done only for what is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gpurules.lint.finding import Place
from gpurules.text.node import ScalarNode
from gpurules.text.span import Span

Origin = tuple[str, int, int]
"""A character of the value, and the characters of the file it comes from: first, and one past the last."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
_HEX = {"x": 2, "u": 4, "U": 8}
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


def file_span(place: Place) -> Span:
    """The characters of ``place.source.text`` that ``place`` covers; at least those of the scalar as a whole."""
    node = place.scalar
    if node is None:
        return place.span
    origins = _origins(node)
    if origins is None or not 0 <= place.span.start <= place.span.end <= len(origins):
        return node.span
    if place.span.start == place.span.end:
        start = origins[place.span.start][1] if place.span.start < len(origins) else _end(node, origins)
        return Span(start, start)
    return Span(origins[place.span.start][1], origins[place.span.end - 1][2])


def _end(node: ScalarNode, origins: tuple[Origin, ...]) -> int:
    """One past the last character that says something; the line breaks after it belong to no word."""
    for character, _, end in reversed(origins):
        if not character.isspace():
            return end
    return _words(node) + (1 if node.style in ("'", '"') else 0)


@lru_cache(maxsize=64)
def _origins(node: ScalarNode) -> tuple[Origin, ...] | None:
    """The origin of each character of the value; None where that cannot be told."""
    for candidate in _candidates(node):
        if len(candidate) >= len(node.text) and "".join(one[0] for one in candidate[: len(node.text)]) == node.text:
            # Longer only where block scalars drop line breaks at their end.
            if len(candidate) > len(node.text) and node.style not in ("|", ">"):
                continue
            return tuple(candidate[: len(node.text)])
    return None


def _candidates(node: ScalarNode) -> Iterator[list[Origin]]:
    text = node.source.text
    match node.style:
        case "":
            yield _flow(text, _words(node), node.end, "")
        case "'" | '"':
            yield _flow(text, _words(node) + 1, node.end - 1, node.style)
        case _:
            lines = list(_block_lines(text, node.start, node.end))
            # The indentation is that of the first line with words, unless the header says otherwise; so all are tried.
            worded = [_indent(text, start, end) for start, end, _ in lines if text[start:end].strip(" ")]
            deepest = min(worded) if worded else max((end - start for start, end, _ in lines), default=0)
            for indent in range(deepest, -1, -1):
                yield _block(text, lines, indent, node.style == ">")


def _words(node: ScalarNode) -> int:
    """Where the scalar itself begins, behind an anchor and a tag."""
    found = _PROPERTIES.match(node.source.text, node.start, node.end)
    return found.end() if found else node.start


def _flow(text: str, position: int, end: int, quote: str) -> list[Origin]:
    """A plain or quoted scalar between its quotes."""
    found: list[Origin] = []
    kept = 0
    """Characters that trailing blanks may not be stripped beyond, since an escape made them."""
    while position < end:
        character = text[position]
        line_break = _BREAK.match(text, position, end)
        if line_break:
            while len(found) > kept and found[-1][0] in " \t":
                found.pop()
            position = _fold(text, line_break, end, found)
            kept = len(found)
        elif quote == "'" and character == "'":
            found.append(("'", position, position + 2))
            position += 2
        elif quote == '"' and character == "\\":
            position = _escape(text, position, end, found)
            kept = len(found)
        else:
            found.append((character, position, position + 1))
            position += 1
    return found


def _fold(text: str, line_break: re.Match[str], end: int, found: list[Origin]) -> int:
    """Line breaks: one is a blank, of several all but the first stay. Returns where the next line's words begin."""
    first, position, more = line_break, line_break.end(), 0
    while True:
        word = position
        while word < end and text[word] in " \t":
            word += 1
        following = _BREAK.match(text, word, end)
        if following is None:
            break
        found.append(("\n", following.start(), following.end()))
        position, more = following.end(), more + 1
    if not more:
        found.append((" ", first.start(), first.end()))
    return word


def _escape(text: str, position: int, end: int, found: list[Origin]) -> int:
    letter = text[position + 1 : position + 2]
    line_break = _BREAK.match(text, position + 1, end)
    if line_break:
        # An escaped line break joins two lines without a blank; empty lines after it stay.
        after = line_break.end()
        while True:
            word = after
            while word < end and text[word] in " \t":
                word += 1
            following = _BREAK.match(text, word, end)
            if following is None:
                return word
            found.append(("\n", following.start(), following.end()))
            after = following.end()
    digits = _HEX.get(letter)
    if digits:
        stop = position + 2 + digits
        try:
            found.append((chr(int(text[position + 2 : stop], 16)), position, stop))
        except (ValueError, OverflowError):
            found.append(("\0", position, stop))
        return stop
    found.append((_ESCAPES.get(letter, letter), position, position + 2))
    return position + 2


def _block_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """First and one past the last character of each line below the header, and where the next line begins."""
    header = _BREAK.search(text, start)
    position = header.end() if header else end
    while position < end:
        line_break = _BREAK.search(text, position)
        stop, following = (line_break.start(), line_break.end()) if line_break else (len(text), len(text))
        yield position, stop, following
        position = following


def _indent(text: str, start: int, end: int) -> int:
    return end - start - len(text[start:end].lstrip(" "))


def _block(text: str, lines: list[tuple[int, int, int]], indent: int, folded: bool) -> list[Origin]:
    """A literal or folded scalar; line breaks at its end are all kept."""
    found: list[Origin] = []
    pending: list[Origin] = []
    """Line breaks since the last line with words: that line's own, then those of blank lines."""
    spaced = True
    """Whether the last line with words begins with a blank, as one that keeps its line break does."""
    for start, end, following in lines:
        if _indent(text, start, end) < indent or end - start <= indent:
            pending.append(("\n", end, following))
            continue
        first = start + indent
        blank = text[first] in " \t"
        if folded and pending and not spaced and not blank and found:
            found.extend(pending[1:] if len(pending) > 1 else [(" ", *pending[0][1:])])
        else:
            found.extend(pending)
        pending = [("\n", end, following)]
        spaced = blank
        found.extend((text[at], at, at + 1) for at in range(first, end))
    found.extend(pending)
    return found
