"""What the readers of YAML share: how a YAML text begins, and where the characters of a block scalar stand."""

from __future__ import annotations

import re
from bisect import bisect_right

from gpurules.catalog.row import Place
from gpurules.text.node import ScalarNode
from gpurules.text.span import Location

_FIRST_LINE = re.compile(r"""---|%YAML|\{|-\s|["']?[\w./-]+["']?\s*:(\s|$)""")


def begins_yaml(first_line: str) -> bool:
    """Whether the first line that is no comment looks like YAML or JSON: a key, a list item, a brace, ``---``."""
    return _FIRST_LINE.match(first_line) is not None


def place_in(scalar: ScalarNode) -> Place:
    """Turns an offset in the text of ``scalar`` into a location in the file.

    Exact for a literal block (``|``) and for a scalar that is spelt as it reads; else the beginning of the scalar.
    """
    source = scalar.source
    spelt = source.text[scalar.start : scalar.end]
    if not scalar.style and spelt == scalar.text:
        return lambda offset: source.locate(scalar.start + offset)
    if scalar.style != "|":
        return lambda _offset: scalar.location
    read, written = _line_starts(scalar, spelt)

    def place(offset: int) -> Location:
        line = bisect_right(read, offset) - 1
        return source.locate(written[line] + offset - read[line])

    return place


def _line_starts(scalar: ScalarNode, spelt: str) -> tuple[list[int], list[int]]:
    """Where each line of a literal block begins, in its text and in the file behind the indentation."""
    read, written = [], []
    offset, position = 0, scalar.start + spelt.find("\n") + 1
    source = scalar.source.text
    for line in scalar.text.split("\n"):
        end = source.find("\n", position)
        end = len(source) if end < 0 else end
        spelling = source[position:end].removesuffix("\r")
        indent = len(spelling) - len(line) if spelling.endswith(line) else 0
        read.append(offset)
        written.append(min(position + indent, len(source)))
        offset += len(line) + 1
        position = min(end + 1, len(source))
    return read, written
