"""The words of a comment: ``# gpurules: disable=CHECK[,CHECK] reason [until YYYY-MM-DD]``."""

from __future__ import annotations

import re
from datetime import date

from gpurules.lint.suppressions.model import Mistake, Written
from gpurules.text.span import Span

MARK = "gpurules:"
COMMENT = re.compile(r"#[ \t]*gpurules:[^\r\n]*")
"""A comment that is meant for gpurules, from ``#`` to the end of the line."""

MAXIMUM_CHARACTERS = 1_000
MAXIMUM_CHECKS = 20
"""Of one comment; longer ones are not read."""

FORM = "write # gpurules: disable=CHECK reason until YYYY-MM-DD; several checks have commas between them"

_BEGINNING = re.compile(r"#[ \t]*gpurules:[ \t]*")
_DISABLE = re.compile(r"disable[ \t]*=[ \t]*(?P<words>[^\s,]+(?:[ \t]*,[ \t]*[^\s,]+)*)?,?")
_WORD = re.compile(r"[^\s,]+")
_UNTIL = re.compile(r"(?:^|(?<=\s)|(?<=\())until[ \t]+(?P<day>[^\s)]+?)[).]*[ \t]*$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOOKS_LIKE_A_DAY = re.compile(r"[\d/.-]*\d[\d/.-]*")


def read_comment(text: str) -> Written:
    """What the comment ``text``, which matches ``COMMENT``, says, and what is wrong with it.

    Where the day is wrong, or no check is named, it silences nothing: ``words`` is empty.
    """
    beginning = _BEGINNING.match(text)
    assert beginning is not None
    whole = Span(0, len(text.rstrip()))
    if len(text) > MAXIMUM_CHARACTERS:
        return Written(mistakes=(Mistake(whole, f"this comment is longer than {MAXIMUM_CHARACTERS:,} characters"),))
    found = _DISABLE.match(text, beginning.end())
    if found is None or not found["words"]:
        return Written(mistakes=(Mistake(whole, "this comment says nothing that gpurules knows", FORM),))
    words = tuple(
        (Span(one.start(), one.end()), one[0]) for one in _WORD.finditer(text, found.start("words"), found.end("words"))
    )
    if len(words) > MAXIMUM_CHECKS:
        mistake = Mistake(whole, f"this comment names more than {MAXIMUM_CHECKS} checks", "name their group")
        return Written(mistakes=(mistake,))
    rest = text[found.end() :]
    until, mistakes = _until(rest, found.end())
    reason = _UNTIL.sub("", rest) if until is not None else rest
    reason = reason.strip().strip("()").strip(" \t:-–—")
    if mistakes:
        return Written((), reason, None, mistakes)
    if not reason:
        mistakes = (Mistake(whole, "this comment gives no reason", "say after the check why it does not apply here"),)
    return Written(words, reason, until, mistakes)


def _until(rest: str, offset: int) -> tuple[date | None, tuple[Mistake, ...]]:
    """The day at the end of the comment. A last word that is no day at all belongs to the reason."""
    found = _UNTIL.search(rest)
    if found is None or not _LOOKS_LIKE_A_DAY.fullmatch(found["day"]):
        return None, ()
    day = found["day"]
    try:
        if _DAY.fullmatch(day) and day.isascii():
            return date.fromisoformat(day), ()
    except ValueError:
        pass
    span = Span(offset + found.start("day"), offset + found.end("day"))
    return None, (Mistake(span, f"{day} is no day", "write it as YYYY-MM-DD, such as 2026-12-31"),)
