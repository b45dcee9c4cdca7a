"""What can be said of a regular expression without RE2 at hand."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)
def check_regex(pattern: str) -> str:
    """Why RE2 surely refuses ``pattern``; empty where it may accept it."""
    return ""


@lru_cache(maxsize=4096)
def matches_empty(pattern: str) -> bool:
    """Whether the whole-string match of ``pattern`` surely accepts the empty string."""
    return pattern in ("", ".*", "(.*)", "|")
