"""What differs between the file on disk and what would be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import unified_diff
from itertools import islice

from gpurules.text.terminal import safe

LINE_LIMIT = 2_000
"""Lines of a difference that are shown."""
WIDTH_LIMIT = 2_000
"""Characters of one line that are shown."""
COMPARED_LINES = 50_000
"""Lines on either side beyond which none are compared."""
COMPARED_PAIRS = 400_000
"""Pairs of equal lines beyond which the comparison, whose time grows faster than they do, would take seconds."""


def difference(old: str, new: str, path: str) -> str:
    """A unified diff from ``old`` (on disk) to ``new`` (rendered), safe for a terminal; empty where they are equal.

    Where the texts are too large or too repetitive for a diff in bounded time, one line says that they differ.
    """
    if old == new:
        return ""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if _is_too_much(before, after):
        return f"{safe(path)} differs in too many lines to show: {len(before)} on disk, {len(after)} rendered\n"
    lines = unified_diff(before, after, path, f"{path} (rendered)")
    shown = [_line(line) for line in islice(lines, LINE_LIMIT + 1)]
    if len(shown) > LINE_LIMIT:
        shown[LINE_LIMIT:] = ["(the rest of the difference is left out)\n"]
    return "".join(shown)


def _is_too_much(before: Sequence[str], after: Sequence[str]) -> bool:
    if max(len(before), len(after)) > COMPARED_LINES:
        return True
    # difflib leaves lines out of its index that make up more than a hundredth of a long text.
    popular = len(after) // 100 + 1 if len(after) >= 200 else len(after)
    counts = Counter(before)
    pairs = sum(counts[line] * count for line, count in Counter(after).items() if count <= popular)
    return pairs > COMPARED_PAIRS


def _line(line: str) -> str:
    body = line.removesuffix("\n")
    missing = "" if body != line else "\n\\ no line break at the end of the file"
    return safe(body, WIDTH_LIMIT) + missing + "\n"
