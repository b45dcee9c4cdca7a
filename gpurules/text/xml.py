"""Text in XML 1.0."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from gpurules.text.terminal import safe


def attribute(text: str) -> str:
    """``text`` as the value of an attribute, quotes included. What XML cannot hold even escaped, such as control
    characters, is written as a visible escape."""
    return quoteattr(safe(text))


def content(text: str) -> str:
    """``text`` as the content of an element, with its line breaks."""
    return "\n".join(escape(safe(line)) for line in text.split("\n"))
