"""Texts of programs that handle credentials, fit to be shown."""

from __future__ import annotations

import re

from gpurules.text.terminal import safe

HIDDEN = "<hidden>"
LONGEST = 300

_URL_USER = re.compile(r"(?<=://)[^/\s@]+@")
_SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+\S+")
_NAMED = re.compile(r"(?i)((?:token|password|passwd|secret|authorization|api[-_]?key)[\"']?\s*[:=]\s*)\S+")
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{32,}(?:\.[A-Za-z0-9+/_=-]+)*")
"""Base64, hexadecimal numbers and JSON web tokens; names of people and hosts are shorter or hold other characters."""


def redacted(text: str) -> str:
    """The last line of ``text`` that says something, without what could be a secret, safe for a terminal."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = lines[-1][:LONGEST] if lines else ""
    line = _URL_USER.sub(f"{HIDDEN}@", line)
    line = _SCHEME.sub(rf"\g<1> {HIDDEN}", line)
    line = _NAMED.sub(rf"\g<1>{HIDDEN}", line)
    return safe(_TOKEN.sub(HIDDEN, line))
