"""Texts of programs that handle credentials, fit to be shown."""

from __future__ import annotations

import re

from gpurules.text.terminal import safe

HIDDEN = "<hidden>"
LONGEST = 300

_URL_USER = re.compile(r"(?<=://)[^/\s@]+@")
_SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+\S+")
_NAMED = re.compile(r"(?i)((?:token|password|passwd|secret|authorization|api[-_]?key)[\"']?\s*[:=]\s*)\S+")
_LONG_WORD = re.compile(r"[A-Za-z0-9+/_=-]{32,}(?:\.[A-Za-z0-9+/_=-]+)*")
_SEPARATOR = re.compile(r"[-+/_=.]")
LONGEST_PART = 20
"""Characters of one part of a name, UUID or path; what is longer and holds digits is a hexadecimal secret."""


def redacted(text: str, longest: int = LONGEST) -> str:
    """The last line of ``text`` that says something, without what could be a secret, safe for a terminal."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = lines[-1][:longest] if lines else ""
    line = _URL_USER.sub(f"{HIDDEN}@", line)
    line = _SCHEME.sub(rf"\g<1> {HIDDEN}", line)
    line = _NAMED.sub(rf"\g<1>{HIDDEN}", line)
    return safe(_LONG_WORD.sub(lambda word: HIDDEN if _looks_secret(word[0]) else word[0], line))


def _looks_secret(word: str) -> bool:
    """Whether a long word is base64, a JSON web token or a long number, and no name, UUID or path."""
    digits = any(character.isdigit() for character in word)
    capitals = any(character.isupper() for character in word)
    return digits and (capitals or any(len(part) > LONGEST_PART for part in _SEPARATOR.split(word)))
