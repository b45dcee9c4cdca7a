"""What differs between the file on disk and what would be written."""

from __future__ import annotations

from difflib import unified_diff
from itertools import islice

from gpurules.text.terminal import safe

LINE_LIMIT = 2_000
"""Lines of a difference that are shown."""
COMPARED_LINES = 20_000
"""Beyond so many changed lines on either side a line-by-line comparison takes too long."""
WIDTH_LIMIT = 2_000


def difference(old: str, new: str, path: str) -> str:
    """A unified diff from ``old`` (on disk) to ``new`` (rendered), safe for a terminal; empty where they are equal."""
    if old == new:
        return ""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if max(len(before), len(after)) > COMPARED_LINES:
        return f"{safe(path)} differs in too many lines to show: {len(before)} on disk, {len(after)} rendered\n"
    lines = unified_diff(before, after, path, f"{path} (rendered)")
    shown = [_line(line) for line in islice(lines, LINE_LIMIT + 1)]
    if len(shown) > LINE_LIMIT:
        shown[LINE_LIMIT:] = ["(the rest of the difference is left out)\n"]
    return "".join(shown)


def _line(line: str) -> str:
    body = line.removesuffix("\n")
    missing = "" if body != line else "\n\\ no line break at the end of the file"
    return safe(body, WIDTH_LIMIT) + missing + "\n"
