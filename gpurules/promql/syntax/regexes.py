"""What can be said of a regular expression without RE2 at hand.

Prometheus compiles the patterns of ``=~`` and ``!~`` with Go's regexp package, which has RE2's syntax (see Go's
regexp/syntax) and matches the whole value. Only what Go surely refuses is called a fault here; a named Unicode class or
a size limit is not judged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

# Go reads (?<name>...) since 1.22; whether the user's Prometheus was built with it is not known here.
_GROUP = r"P?<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?[:)]"
_HOW = re.compile(_GROUP)
_PIECE = re.compile(
    r"""
    (?P<quoted>\\Q(?P<literal>.*?)(?P<unquoted>\\E|\Z))
    | (?P<escape>\\(?:[0-7]{2,3}|x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|[pP](?:\{\^?\w+\}|[A-Za-z])|.)?)
    | (?P<open>\((?:\?(?P<how>"""
    + _GROUP
    + r"""|.?.?))?)
    | (?P<close>\))
    | (?P<either>\|)
    | (?P<repeat>[*+?]|\{(?P<least>0|[1-9]\d*)(?P<comma>,(?P<most>0|[1-9]\d*)?)?\})\??
    | (?P<set>\[(?:\^?\]?+(?P<members>(?:\[:\^?\w+:\]|\\.|[^\]\\])*+)\])?)
    | (?P<edge>[\^$])
    | (?P<character>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPECIAL = re.compile(r"[\\.+*?()\[\]{}^$]")
"""What is more than a character or an alternative."""
_MEMBER = re.compile(r"\[:\^?\w+:\]|(\\(?:[0-7]{2,3}|.))|([^\\])-([^\\\[])|.", re.DOTALL)
_LETTERS = frozenset("afnrtvdDsSwWbBAzEpPx0")
_LETTERS_IN_SET = frozenset("afnrtvdDsSwWpPx0")
_MOST_REPEATS = 1000


class Analysis(NamedTuple):
    """``fault``: why Go refuses the pattern, empty where it may accept it. ``empty``: it matches the empty string."""

    fault: str
    empty: bool


class _Group:
    """One alternative under way: whether those before it, the pieces before the last, and the last match nothing."""

    __slots__ = ("alternatives", "before", "last")

    def __init__(self) -> None:
        self.alternatives = False
        self.before = True
        self.last = True

    def add(self, empty: bool) -> None:
        self.before = self.before and self.last
        self.last = empty

    def result(self) -> bool:
        return self.alternatives or (self.before and self.last)


@lru_cache(maxsize=4096)
def analyse(pattern: str) -> Analysis:
    """What is wrong with ``pattern`` and whether it matches the empty string; linear in its length."""
    if _SPECIAL.search(pattern) is None:
        return Analysis("", "" in pattern.split("|"))
    groups = [_Group()]
    nothing, piece, repeated = range(3)
    state = nothing
    for match in _PIECE.finditer(pattern):
        kind = match.lastgroup
        word = match[0]
        if match["repeat"] is not None:
            fault = _repeat_fault(match, missing=state == nothing, nested=state == repeated)
            if fault:
                return Analysis(fault, False)
            if word[0] in "*?" or match["least"] == "0":
                groups[-1].last = True
            state = repeated
            continue
        before, state = state, piece
        if kind == "open":
            fault = _opening_fault(match)
            if fault:
                return Analysis(fault, False)
            if word.endswith(")"):
                state = nothing if before == nothing else piece
            else:
                groups.append(_Group())
                state = nothing
        elif kind == "close":
            closed = groups.pop().result()
            if not groups:
                return Analysis("a ) without its (", False)
            groups[-1].add(closed)
        elif kind == "either":
            group = groups[-1]
            group.alternatives = group.result()
            group.before = group.last = True
            state = nothing
        elif match["escape"] is not None:
            fault = _escape_fault(word, _LETTERS)
            if fault:
                return Analysis(fault, False)
            groups[-1].add(word in ("\\A", "\\z", "\\B"))
        elif match["quoted"] is not None:
            if not match["unquoted"]:
                return Analysis("a \\Q without its \\E", False)
            groups[-1].add(not match["literal"])
        elif match["set"] is not None:
            fault = _set_fault(match)
            if fault:
                return Analysis(fault, False)
            groups[-1].add(False)
        else:
            groups[-1].add(kind == "edge")
    if len(groups) > 1:
        return Analysis("a ( without its )", False)
    return Analysis("", groups[0].result())


def _repeat_fault(match: re.Match[str], missing: bool, nested: bool) -> str:
    word = match["repeat"]
    if missing:
        return f"nothing stands before {word}"
    if nested:
        return f"{word} follows another repetition"
    if match["least"] is None:
        return ""
    least = int(match["least"][:9])
    most = int(match["most"][:9]) if match["most"] else least
    if max(least, most) > _MOST_REPEATS or least > most:
        return f"the repeat count {word[:20]} is not valid"
    return ""


def _opening_fault(match: re.Match[str]) -> str:
    how = match["how"]
    if how is None or _HOW.fullmatch(how):
        return ""
    if how[:1] in ("=", "!") or how[:2] in ("<=", "<!"):
        return f"(?{how[:2].strip()} looks ahead or behind"
    return f"(?{how[:2]} is not known"


def _escape_fault(word: str, letters: frozenset[str]) -> str:
    character = word[1:2]
    if not character:
        return "it ends with a backslash"
    if len(word) > 2 or character in letters or not (character.isalnum() or ord(character) > 127):
        if word in ("\\x", "\\p", "\\P"):
            return f"{word} is not complete"
        return ""
    if character in "123456789":
        return f"{word} refers back to a group"
    return f"the escape {word} is not known"


def _set_fault(match: re.Match[str]) -> str:
    if match["members"] is None:
        return "a [ without its ]"
    for member in _MEMBER.finditer(match["members"]):
        escape, low, high = member.groups()
        if escape and not escape.startswith(("\\x", "\\p", "\\P")):
            fault = _escape_fault(escape, _LETTERS_IN_SET)
            if fault:
                return fault
        if low and low > high:
            return f"the character range {low}-{high} runs backwards"
    return ""


def check_regex(pattern: str) -> str:
    """Why Go surely refuses ``pattern``; empty where it may accept it."""
    return analyse(pattern).fault


def matches_empty(pattern: str) -> bool:
    """Whether ``pattern`` matches the empty string as a whole."""
    return analyse(pattern).empty
