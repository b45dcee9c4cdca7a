"""Text and attributes of XML 1.0."""

from __future__ import annotations

import re

from gpurules.text.terminal import safe

_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_CHARACTERS = re.compile("[&<>\"']")

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def escaped(text: str) -> str:
    """``text`` for an element or an attribute; characters that XML cannot hold are shown as escapes."""
    return _CHARACTERS.sub(lambda found: _SPECIAL[found[0]], safe(text))


def attributes(**values: object) -> str:
    """`` name="value"`` for each."""
    return "".join(f' {name}="{escaped(str(value))}"' for name, value in values.items())
